"""From a path to an answer: the APIs' addresses, validators, bodies."""

import calendar
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any, NamedTuple

from tests.careers_site import shape_ashby, shape_greenhouse, shape_jsonld, shape_lever, shapes
from tests.careers_site.careers import Site
from tests.careers_site.chance import number
from tests.careers_site.faults import Answer, Fault
from tests.careers_site.recorded import RecordedBoard

HTML, XML, TEXT = "text/html; charset=utf-8", "application/xml; charset=utf-8", "text/plain; charset=utf-8"
_JSON: dict[str, Any] = {"greenhouse": shape_greenhouse, "lever": shape_lever, "ashby": shape_ashby}
_UNKNOWN = {name: shape.UNKNOWN for name, shape in _JSON.items()} | {"jsonld": shape_jsonld.UNKNOWN}
OK = 200
_PAGED = ("offset", "page", "p", "pr", "skip", "start")
_PATHS = {"greenhouse": "v1/boards", "lever": "v0/postings", "ashby": "posting-api/job-board", "jsonld": "sites"}
_LISTS = {
    "greenhouse": "/jobs?content=true&pay_transparency=true",
    "lever": "?mode=json",
    "ashby": "?includeCompensation=true",
    "jsonld": "/jobs",
}


class Call(NamedTuple):
    """Shape: `part` is list, detail, sitemap or people (a page for readers); `job` the id in the address, if any."""

    source: str
    slug: str
    part: str
    job: str
    path: str
    query: dict[str, str]
    host: str
    sent: Any = None  # the JSON body of a POST


def call_of(path: str, query: dict[str, str], host: str, sent: Any = None) -> Call | None:
    """What is asked for; None for an address that no platform here has."""
    match path.strip("/").split("/"):
        case [source, slug, *rest] if source in shapes.SHAPES:
            job = shapes.SHAPES[source].job_of(tuple(rest), query)
            return Call(source, slug, "detail" if job else "list", job, path, query, host, sent)
        case ["v1", "boards", slug, "jobs"]:
            return Call("greenhouse", slug, "list", "", path, query, host)
        case ["v1", "boards", slug, "jobs", job]:
            return Call("greenhouse", slug, "detail", job, path, query, host)
        case ["v0", "postings", slug]:
            return Call("lever", slug, "list", "", path, query, host)
        case ["v0", "postings", slug, job]:
            return Call("lever", slug, "detail", job, path, query, host)
        case ["posting-api", "job-board", slug]:
            return Call("ashby", slug, "list", "", path, query, host)
        case ["sites", slug, "jobs"]:
            return Call("jsonld", slug, "list", "", path, query, host)
        case ["sites", slug, "jobs", job]:
            return Call("jsonld", slug, "detail", job, path, query, host)
        case ["sites", slug, "sitemap.xml"]:
            return Call("jsonld", slug, "sitemap", "", path, query, host)
        case ["jobs", source, slug, job, *_] if source in _UNKNOWN:
            return Call(source, slug, "people", job, path, query, host)
        case ["robots.txt"]:
            return Call("robots", "robots.txt", "list", "", path, query, host)
        case [""]:
            return Call("home", "", "list", "", path, query, host)
    return None


def answer(site: Site, call: Call, fault: Fault | None, known: dict[bytes, bytes]) -> Answer:
    """The answer to a call; `known` holds the request's headers, for conditional requests."""
    shape = shapes.SHAPES.get(call.source)
    wanted_json = call.source in _JSON or (shape is not None and shape.KIND == shapes.JSON)
    if fault and (reply := fault.reply(call.path, wanted_json)):
        return reply
    if call.source == "robots":
        return Answer(fault.body(robots(site, call.host)) if fault else robots(site, call.host), content_type=TEXT)
    if call.source == "home":
        return Answer(home(site), content_type=HTML)
    if (call.source, call.slug) not in site.boards:
        return shape.unknown(call.slug) if shape else _missing(call)
    if fault:
        found = _made(site, call, fault)
        return replace(found, body=fault.body(found.body)) if found.status == OK else found
    validators = _validators(site, call)
    if _is_known(validators, known):
        return Answer(b"", 304, headers=validators)
    found = _kept(site, call)
    return replace(found, headers=[*found.headers, *validators]) if found.status == OK else found


def _made(site: Site, call: Call, fault: Fault | None) -> Answer:
    if call.source in shapes.SHAPES:
        found: Answer = shapes.SHAPES[call.source].reply(_asked(site, call, fault))
        return found
    body = _body(site, call, fault)
    return _missing(call) if body is None else Answer(body, content_type=_kind(call))


def _asked(site: Site, call: Call, fault: Fault | None) -> shapes.Asked:
    change = fault.rows if fault else list
    is_first = bool(fault and fault.kind == "repeat-page")
    query = {name: value for name, value in call.query.items() if not (is_first and name in _PAGED)}
    sent = {name: value for name, value in (call.sent or {}).items() if not (is_first and name in _PAGED)}

    def row(job: str) -> dict[str, Any] | None:
        found = site.row(call.source, call.slug, job)
        return change([found])[0] if found else None

    return shapes.Asked(
        path=tuple(call.path.strip("/").split("/")[2:]),
        query=query,
        sent=sent,
        slug=call.slug,
        site=f"http://{call.host}/{call.source}/{call.slug}",
        more=25 if fault and fault.kind == "lying-total" else 0,
        rows=lambda: change(site.rows(call.source, call.slug)),
        row=row,
    )


def robots(site: Site, host: str) -> bytes:
    """One file for all boards: each has its own path, so a line can shut out one board alone."""
    lines = ["User-agent: *", "Disallow: /sites/*/private"]
    for (source, slug), fault in site.faults.items():
        if fault.kind == "robots-disallow":
            lines.append("Disallow: /" if source == "robots" else f"Disallow: {board_path(source, slug)}")
    lines += ["Allow: /", ""]
    lines += [f"Sitemap: http://{host}/sites/{slug}/sitemap.xml" for source, slug in site.boards if source == "jsonld"]
    return "\n".join(lines).encode() + b"\n"


def home(site: Site) -> bytes:
    """A page for people: the boards, each linked to its list."""
    links = (f'<li><a href="{list_path(source, slug)}">{slug}</a> {source}</li>' for source, slug in site.boards)
    return shape_jsonld.plain_page(
        {"title": "Companies that do not exist", "description": f"<ul>{''.join(links)}</ul>"}
    )


def board_path(source: str, slug: str) -> str:
    """What the paths of a board begin with."""
    return f"/{_PATHS.get(source, source)}/{slug}"


def list_path(source: str, slug: str) -> str:
    """The path of the board's list, with the query that brings all there is."""
    shape = shapes.SHAPES.get(source)
    return board_path(source, slug) + (shape.LIST.format(slug=slug) if shape else _LISTS[source])


def _missing(call: Call) -> Answer:
    """Half of the careers sites say that a job's page is gone (410), the others that it is not there."""
    status = 410 if call.source == "jsonld" and call.part == "detail" and number(call.slug) % 2 else 404
    return Answer(_UNKNOWN[call.source], status, "application/json" if call.source in ("greenhouse", "lever") else HTML)


def _kind(call: Call) -> str:
    if call.part == "sitemap":
        return XML
    return HTML if call.part == "people" or call.source == "jsonld" else "application/json; charset=utf-8"


def _validators(site: Site, call: Call) -> list[tuple[bytes, bytes]]:
    """Greenhouse tags strongly, Lever weakly, Ashby tags and dates, careers sites only date."""
    found = []
    if call.source != "jsonld":
        mark = f'"{number(*_version(site, call)):016x}"'
        found.append((b"etag", (f"W/{mark}" if call.source == "lever" else mark).encode()))
    if call.source in ("ashby", "jsonld"):
        day, changes = site.changed_at(call.source, call.slug)
        found.append((b"last-modified", formatdate(calendar.timegm(day.timetuple()) + changes, usegmt=True).encode()))
    return found


def _version(site: Site, call: Call) -> tuple[str, ...]:
    """What the bytes of the answer hang on."""
    host = call.host if call.part == "sitemap" or call.source in shapes.SHAPES else ""
    asked = repr((sorted(call.query.items()), call.sent))
    return site.stamp(call.source, call.slug), call.path, asked, host, site.public_url


def _is_known(validators: list[tuple[bytes, bytes]], known: dict[bytes, bytes]) -> bool:
    """The tag decides where the request names one; a date counts only when it is the very one we gave."""
    mine = dict(validators)
    if b"if-none-match" in known:
        tags = [tag.strip().removeprefix(b"W/") for tag in known[b"if-none-match"].split(b",")]
        return mine.get(b"etag", b"none").removeprefix(b"W/") in tags
    return b"last-modified" in mine and known.get(b"if-modified-since") == mine[b"last-modified"]


def _kept(site: Site, call: Call) -> Answer:
    """The answer, from those kept where it is still the same."""
    key = _version(site, call)
    if key in site.answers:
        site.answers.move_to_end(key)
        return site.answers[key]
    found = _made(site, call, None)
    if found.status == OK:
        site.answers[key] = found
        site.answer_bytes += len(found.body)
        while site.answer_bytes > site.cache_bytes:
            site.answer_bytes -= len(site.answers.popitem(last=False)[1].body)
    return found


def _body(site: Site, call: Call, fault: Fault | None) -> bytes | None:
    if call.job:
        row = _row(site, call)
        rows = [row] if row else []
    else:
        board = site.board(call.source, call.slug)
        if isinstance(board, RecordedBoard) and board.verbatim and _is_whole(call) and not fault:
            return board.verbatim
        rows = site.rows(call.source, call.slug)
    if fault:
        rows = fault.rows(rows)
    return _BUILDERS[call.part](site, call, rows, fault)


def _list(site: Site, call: Call, rows: list[dict[str, Any]], fault: Fault | None) -> bytes:
    if call.source == "jsonld":
        return shape_jsonld.listing(rows, f"/sites/{call.slug}")
    query = dict(call.query)
    if fault and fault.kind == "repeat-page":
        query.pop("skip", None)
    body: bytes = _JSON[call.source].listing(rows, query, 25 if fault and fault.kind == "lying-total" else 0)
    return body


def _detail(site: Site, call: Call, rows: list[dict[str, Any]], fault: Fault | None) -> bytes | None:
    if not rows:
        return None
    if call.source == "jsonld":
        return shape_jsonld.detail(rows[0], f"/sites/{call.slug}")
    body: bytes = _JSON[call.source].detail(rows[0], call.query)
    return body


def _sitemap(site: Site, call: Call, rows: list[dict[str, Any]], fault: Fault | None) -> bytes:
    return shape_jsonld.sitemap(rows, f"/sites/{call.slug}", f"http://{call.host}")


def _people(site: Site, call: Call, rows: list[dict[str, Any]], fault: Fault | None) -> bytes | None:
    if call.source == "jsonld" or not rows:
        return _detail(site, call, rows, fault)
    return shape_jsonld.plain_page(rows[0])


_BUILDERS: dict[str, Callable[[Site, Call, list[dict[str, Any]], Fault | None], bytes | None]] = {
    "list": _list, "detail": _detail, "sitemap": _sitemap, "people": _people,
}  # fmt: skip


def _is_whole(call: Call) -> bool:
    return not (call.source == "lever" and (call.query.get("skip", "0") != "0" or "limit" in call.query))


def _row(site: Site, call: Call) -> dict[str, Any] | None:
    """The posting; one of a recorded list may be recorded in full in a file of its own."""
    row = site.row(call.source, call.slug, call.job)
    if row and isinstance(site.board(call.source, call.slug), RecordedBoard):
        same = (site.row(call.source, slug, call.job) for source, slug in site.boards if source == call.source)
        return max((found for found in same if found), key=len)
    return row
