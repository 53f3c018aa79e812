"""What a person sees in the terminal: notes, live progress, tables; plain lines where piped, JSON on request."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.sentences import saved, sentence
from tasks import store
from tasks.errors import StoreError
from tasks.model import FIELDS
from tasks.store.ledger import PROVEN

PROGRESS = """SELECT flow, boards, extracted, (SELECT count(*) FROM board_runs WHERE run_id = runs.id) AS done,
  (SELECT coalesce(sum(new + changed), 0) FROM board_runs WHERE run_id = runs.id) AS landed,
  (SELECT count(*) FROM jobs WHERE recipe IS NULL AND is_open = 1) AS pending
  FROM runs WHERE state = 'running' ORDER BY id DESC LIMIT 1"""
BOARD_COLUMNS = ("name", "source", "outcome", "fetched", "new", "changed", "closed", "error")
ORIGINS = ("platform", "jsonld", "rules", "model", "quarantined")
PLAIN_EVERY_SECONDS = 5.0
COLOURS = {"complete": "green", "unchanged": "green", "truncated": "yellow", "empty": "yellow"}

out = Console(highlight=False, soft_wrap=not (sys.stdout and sys.stdout.isatty()))  # None: closed
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


def plain(text: Any) -> str:
    """Words from outside, with nothing in them that the terminal or rich would obey."""
    return escape(printable(text))


def printable(text: Any) -> str:
    return "".join(char if char.isprintable() else " " for char in str(text))


def note(line: str) -> None:
    """A line for the person, on stderr, so that stdout stays for results."""
    err.print(line)


async def progress(running: asyncio.Future[Any], database: Path | None) -> None:
    """Show how far the run is until it ends, read from the file itself."""
    if database is None:
        await asyncio.wait([running])
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        boards, told = bars.add_task("boards", total=None), 0.0
        loop = asyncio.get_running_loop()
        while not (await asyncio.wait([running], timeout=0.3))[0]:
            row = await asyncio.to_thread(_progress, database)
            if row is None:
                continue
            line = f"boards · {row['landed']:,} landed · {row['pending']:,} to extract"
            done = f"{row['done']} of {row['boards']} {line}"
            if row["flow"] == "extract":
                line = done = f"{row['extracted']:,} extracted"
            bars.update(boards, completed=row["done"], total=row["boards"] or None, description=line)
            if not err.is_terminal and loop.time() - told > PLAIN_EVERY_SECONDS:
                told = loop.time()
                note(done)


def _progress(database: Path) -> sqlite3.Row | None:
    try:
        with closing(store.open_reader(database)) as reader:
            row: sqlite3.Row | None = reader.execute(PROGRESS).fetchone()
            return row
    except (StoreError, sqlite3.OperationalError):  # not made yet
        return None


def result(
    state: Any, rows: list[dict[str, Any]], run: dict[str, Any] | None, database: Path | None, as_json: bool
) -> None:
    """How a run ended: every board that needs a look, what the run had to do without, and the sums."""
    warnings = json.loads(run["warnings"]) if run else []
    if as_json:
        values = {"state": state.name, "message": state.message, "warnings": warnings, "boards": rows}
        print(json.dumps({**values, "extraction": _extraction(run) if run else None}, default=str))
        return
    for warning in warnings:
        note(f"warning: {printable(warning)}")
    if state.name not in ("Completed", "Partial"):
        out.print(f"{state.name}: {plain(state.message)}")
        return
    look = [row for row in rows if row["outcome"] not in PROVEN or row.get("guard")]
    table(look if len(rows) > 40 else rows, BOARD_COLUMNS)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    sums = {name: sum(row[name] or 0 for row in rows) for name in ("fetched", "new", "changed", "closed")}
    boards = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    jobs = ", ".join(f"{count:,} {name}" for name, count in sums.items())
    out.print(f"{state.name}: {len(rows)} boards ({boards}); jobs: {jobs}")
    if run:
        _say_extraction(run)
    if database is not None:
        out.print(plain(database), soft_wrap=True)


def extracted(state: Any, run: dict[str, Any] | None, as_json: bool) -> None:
    """How reading jobs again ended."""
    if as_json:
        values = {"state": state.name, "message": state.message, "extraction": _extraction(run) if run else None}
        print(json.dumps(values, default=str))
        return
    for warning in json.loads(run["warnings"]) if run else []:
        note(f"warning: {printable(warning)}")
    if run:
        _say_extraction(run)
    out.print(f"{state.name}: {plain(state.message)}")


def embedded(state: Any, found: dict[str, Any] | None, as_json: bool) -> None:
    """How embedding ended."""
    if as_json:
        print(json.dumps({"state": state.name, "message": state.message, **(found or {})}))
        return
    if found and found["warning"]:
        note(f"warning: {printable(found['warning'])}")
    out.print(f"{state.name}: {plain(state.message)}")


def differences(values: dict[str, Any], columns: tuple[str, ...], as_json: bool) -> None:
    """What two recipes read differently, the examples below the counts."""
    if as_json:
        print(json.dumps(values))
        return
    seen = values["postings"]
    only = f"{seen['only_old']:,} only by the first, {seen['only_new']:,} only by the second"
    out.print(f"{values['old']} → {values['new']}: {seen['both']:,} postings read by both, {only}")
    headed([{"field": name, **each} for name, each in values["fields"].items()], columns)
    for name, each in values["fields"].items():
        for example in each["examples"]:
            out.print(plain(f"  {name}: {example['old']} → {example['new']}  ({example['job']})"))


def rows(values: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool) -> None:
    """A table, or its rows as JSON."""
    if as_json:
        print(json.dumps(values))
    else:
        headed(values, columns)


def headed(lines: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """A table whose numbers say nothing without the names of its columns, piped or not."""
    heading = [] if out.is_terminal or not lines else [{name: name for name in columns}]
    table([*heading, *lines], columns)


def _extraction(run: dict[str, Any]) -> dict[str, Any]:
    counts = ("extracted", "cache_hits", "cache_misses", "model_calls", "saved_calls", "saved_seconds",
              "prompt_tokens", "completion_tokens", "model_seconds")  # fmt: skip
    return {**{name: run[name] for name in counts}, **{name: json.loads(run[name]) for name in ("outcomes", "fields")}}


def _say_extraction(run: dict[str, Any]) -> None:
    """One line, and where a model was asked a table of where each field's values come from."""
    out.print(f"Fields: {sentence(run)}")
    if json.loads(run["outcomes"]):
        headed(by_origin(run), ("field", *ORIGINS))


def by_origin(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each field: how many of its values came from where."""
    counts = json.loads(run["fields"])
    return [{"field": name, **{each: counts.get(name, {}).get(each, 0) for each in ORIGINS}} for name in FIELDS]


def _saved_by(values: Mapping[str, Any] | None) -> str:
    return f"by run {values['run_id']}: {saved(values)}" if values else "nothing yet"


def table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Rows as a table on a terminal, as tab-separated lines where piped."""
    if not rows:
        return
    if not out.is_terminal:
        for row in rows:
            print("\t".join("" if row[name] is None else " ".join(printable(row[name]).split()) for name in columns))
        return
    sheet = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        cells = [plain("" if row[name] is None else row[name]) for name in columns]
        sheet.add_row(*cells, style=COLOURS.get(str(row.get("outcome")), "red" if "outcome" in row else None))
    out.print(sheet)


def jobs(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Found jobs, the best first."""
    if as_json:
        print(json.dumps(rows))
    elif not rows:
        note("no job holds all these words")
    else:
        table(rows, ("title", "company", "location", "posted_on", "url"))


def facts(values: dict[str, Any], as_json: bool) -> None:
    """Names and values, a line each."""
    if as_json:
        print(json.dumps(values, default=str))
        return
    for name, value in values.items():
        out.print(f"{name.replace('_', ' ')}: {plain(value)}")


def status(values: dict[str, Any], as_json: bool) -> None:
    """The state of things, the boards that need a look last."""
    if as_json:
        print(json.dumps(values, default=str))
        return
    run = values["last_run"]
    said = "none yet"
    if run:
        said = (
            f"{run['id']} {run['state']}, begun {run['started_at']}, {run['failed']} of {run['boards']} boards failed"
        )
    facts(
        {
            **values,
            "last_run": said,
            "saved": _saved_by(values["saved"]),
            "boards": f"{len(values['boards'])} need a look",
        },
        False,
    )
    table(values["boards"], BOARD_COLUMNS)
