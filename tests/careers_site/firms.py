"""Invented employers: names, platforms and how many postings each has."""

import csv
import io
from typing import NamedTuple

from tests.careers_site import shapes
from tests.careers_site.chance import number, unit

MIX = {"greenhouse": 0.4, "lever": 0.25, "ashby": 0.25, "jsonld": 0.1}
EVERY = {"greenhouse": 0.15, "lever": 0.1, "ashby": 0.1, "jsonld": 0.05} | dict.fromkeys(shapes.SHAPES, 0.04)
LARGEST, LARGEST_SITE = 400, 12
_STARTS = (
    "Brindle", "Quarrow", "Tessel", "Ombra", "Velmont", "Harrowick", "Nimbex", "Corvane", "Lindqor", "Pallister",
    "Zephrin", "Dunmarrow", "Ferrowyn", "Galdor", "Isquil", "Jorvane", "Kestrow", "Lumivar", "Marrowen", "Northquill",
    "Ostrevan", "Pemberlux", "Quillon", "Rastervale", "Sorrelby", "Tarnwick", "Ulverine", "Vintrel", "Wexmoor",
    "Yarrowick", "Aldrivar", "Beckory", "Cindrell", "Drovemont", "Elstrow", "Fennimark",
    "Grovanter", "Hollendar", "Inverquay", "Junivale",
)  # fmt: skip
_ENDS = (
    ("Freight", "logistics"), ("Health", "healthcare"), ("Systems", "industrial software"), ("Analytics", "analytics"),
    ("Foods", "food production"), ("Energy", "renewable energy"), ("Robotics", "robotics"), ("Bank", "banking"),
    ("Labs", "laboratory equipment"), ("Cloud", "cloud infrastructure"), ("Mobility", "public transport"),
    ("Insurance", "insurance"), ("Retail", "retail"), ("Learning", "education"), ("Instruments", "measurement"),
    ("Studios", "digital media"), ("Textiles", "textiles"), ("Biotech", "life sciences"), ("Security", "security"),
    ("Travel", "travel"), ("Homes", "housing"), ("Water", "water management"), ("Aerospace", "aerospace"),
    ("Networks", "telecommunications"), ("Legal", "legal services"),
)  # fmt: skip


class Firm(NamedTuple):
    """Shape: `slug` names its board, `sector` what it says it works in."""

    name: str
    slug: str
    sector: str
    source: str
    postings: int


def firms(seed: int, postings: int, count: int | None, mix: dict[str, float]) -> list[Firm]:
    """Employers whose postings add up to `postings`.

    Raises: ValueError where the postings do not fit: fewer than companies, or more than careers pages may hold.
    """
    many = count if count is not None else max(min(4, postings), round(postings / 25))
    if not 1 <= many <= postings:
        raise ValueError(f"{postings} postings do not make {many} companies of at least one each")
    sources = _sources(many, mix)
    sizes = _sizes(seed, postings, sources)
    return [_firm(seed, index, source, size) for index, (source, size) in enumerate(zip(sources, sizes, strict=True))]


def companies_csv(rows: list[tuple[str, str, str]], base_url: str) -> str:
    """Shape: rows are (name, source, slug)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("name", "source", "board", "base_url"))
    for name, source, slug in rows:
        board, path = shapes.company(source, slug)
        writer.writerow((name, source, board, base_url + path))
    return out.getvalue()


def _firm(seed: int, index: int, source: str, size: int) -> Firm:
    shift = number(seed, "names")
    lap, place = divmod(index, len(_STARTS) * len(_ENDS))
    start = _STARTS[(place + shift) % len(_STARTS)]
    end, sector = _ENDS[(place // len(_STARTS) + place * 7 + shift) % len(_ENDS)]
    name = f"{start} {end}" + (f" {lap + 1}" if lap else "")
    return Firm(name, name.lower().replace(" ", ""), sector, source, size)


def _sources(many: int, mix: dict[str, float]) -> list[str]:
    """Every source in its share, spread evenly; the first companies show each source once."""
    total = sum(mix.values())
    given = dict.fromkeys((source for source, weight in mix.items() if weight > 0), 0)
    order = []
    for _ in range(many):
        source = max(given, key=lambda name: mix[name] / total / (given[name] + 0.5) + 9 * (given[name] == 0))
        given[source] += 1
        order.append(source)
    return order


def _sizes(seed: int, postings: int, sources: list[str]) -> list[int]:
    """A few large boards and a long tail: the board of rank r has a share of r^-0.8, within its platform's largest."""
    many = len(sources)
    order = sorted(range(many), key=lambda index: unit(seed, "rank", index))
    weights = [0.0] * many
    for rank, index in enumerate(order, 1):
        weights[index] = rank**-0.8
    largest = max(LARGEST, postings // many * 2)
    limits = [LARGEST_SITE if source == "jsonld" else largest for source in sources]
    if sum(limits) < postings:
        raise ValueError(f"{many} companies hold at most {sum(limits)} postings, not {postings}")
    sizes = _fitted(weights, limits, postings)
    while missing := postings - sum(sizes):
        step = 1 if missing > 0 else -1
        loose = [i for i in order if (sizes[i] < limits[i] if step > 0 else sizes[i] > 1)]
        for index in loose[: abs(missing)]:
            sizes[index] += step
    return sizes


def _fitted(weights: list[float], limits: list[int], postings: int) -> list[int]:
    low, high = 0.0, 1000.0 * postings
    for _ in range(60):
        scale = (low + high) / 2
        sizes = [min(limit, max(1, int(scale * weight))) for weight, limit in zip(weights, limits, strict=True)]
        low, high = (scale, high) if sum(sizes) < postings else (low, scale)
    return sizes
