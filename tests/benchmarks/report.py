"""The benchmarks' figures as Markdown tables: `python -m tests.benchmarks.report BENCH.json` (--benchmark-json).

Shape: a benchmark leaves `table` (a title) and `rows` (dictionaries of one table, with the same keys) in its
`extra_info`; one that leaves none is shown with its shortest time.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PARTS = "Parts"


def rows_of(benchmark: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, str]]]:
    """Pairs of table and row."""
    info = benchmark["extra_info"]
    if "rows" in info:
        return [(row.pop("table", PARTS), row) for row in map(dict, info["rows"])]
    name = benchmark["name"].removeprefix("bench_").replace("_", " ")
    return [(PARTS, part(name, f"{benchmark['stats']['min'] * 1000:,.3f} ms"))]


def part(name: str, figure: str, of: str = "") -> dict[str, str]:
    """A row of the table of parts."""
    return {"part": name, "figure": figure, "of": of}


def markdown(benchmarks: Iterable[Mapping[str, Any]]) -> str:
    """All tables, in the order in which their first rows came."""
    tables: dict[str, list[dict[str, str]]] = {}
    for benchmark in benchmarks:
        for title, row in rows_of(benchmark):
            tables.setdefault(title, []).append(row)
    return "\n\n".join(f"### {title}\n\n{table(rows)}" for title, rows in tables.items())


def table(rows: list[dict[str, str]]) -> str:
    head = list(dict.fromkeys(name for row in rows for name in row))
    lines = [head, ["---"] * len(head), *([row.get(name, "") for name in head] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    print(markdown(json.loads(Path(sys.argv[1]).read_text())["benchmarks"]))
