"""The commands that only look: status, search, check, export."""

import csv
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from flows import local, show
from rolecall_reader import words as words_of
from tasks import companies as companies_file
from tasks import search as searching
from tasks import settings as configuration
from tasks import store
from tasks.errors import ConfigError
from tasks.llm import scrapegraph
from tasks.store import hosts, runs, search
from tasks.store.ledger import PROVEN

EXPORTED = """SELECT id, company_id, title, description, location, salary_min, salary_max, posted_date, status
              FROM jobs_full"""

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
CompanyOption = Annotated[str | None, typer.Option(help="A name, board or id of the companies file.")]


@app.command()
def status(as_json: Json = False) -> None:
    """The last run, the boards that need a look, what is pending, and which servers answer."""
    settings = configuration.load()
    with closing(store.open_reader(settings.database)) as reader:
        latest = runs.latest(reader)
        boards = [dict(row) for row in runs.board_rows(reader, latest["id"])] if latest else []
        facts = {
            "database": str(settings.database),
            "bytes": settings.database.stat().st_size,
            **search.totals(reader),
            "last_run": dict(latest) if latest else None,
            "saved": hosts.savings(reader),
            "boards": [board for board in boards if board["outcome"] not in PROVEN or board["guard"]],
            **local.answering(settings),
        }
    show.status(facts, as_json)


@app.command(name="search")
def find(
    words: Annotated[list[str], typer.Argument(help="Words that a job must hold.")],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    closed: Annotated[bool, typer.Option("--closed", help="Closed jobs too.")] = False,
    as_json: Json = False,
) -> None:
    """Search titles, companies, places and texts."""
    with closing(store.open_reader(configuration.load().database)) as reader:
        show.jobs(words_of.best(reader, " ".join(words), limit, is_open_only=not closed), as_json)


@app.command()
def check(as_json: Json = False) -> None:
    """Check settings and companies file; every fault with its line."""
    faults: list[str] = []
    try:
        settings = configuration.load()
        companies = companies_file.read(settings.companies_file)
        companies_file.require_contact(companies, settings.contact)
        scrapegraph.require(companies, settings)
        searching.require(companies)
    except ConfigError as error:
        faults = list(error.faults)
    if as_json:
        print(json.dumps({"faults": faults}))
    elif not faults:
        show.note(f"{len(companies)} companies, settings fine")
    if faults and not as_json:
        raise ConfigError(*faults)
    raise typer.Exit(2 if faults else 0)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to: .csv, .tsv, .json or .jsonl by its ending.")],
    sql: Annotated[str, typer.Option(help="What to write.")] = EXPORTED,
) -> None:
    """Write jobs, or whatever a query selects, to a file."""
    from sqlite_utils import Database  # it imports pandas where there is one, which takes 0.3 s

    if file.suffix not in WRITERS:
        raise ConfigError(f"{file}: the ending must be one of {', '.join(WRITERS)}")
    with closing(store.open_reader(configuration.load().database)) as reader:
        try:
            rows = Database(reader).query(sql)
            first = next(rows, None)
            with file.open("w", encoding="utf-8", newline="") as output:
                count = WRITERS[file.suffix](output, itertools.chain([first] if first else [], rows))
        except (sqlite3.Error, ValueError) as error:
            raise ConfigError(f"--sql: {error}") from error
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}") from error
    show.note(f"wrote {count:,} rows to {file}")


def _write_csv(output: TextIO, rows: Iterable[dict[str, Any]], delimiter: str = ",") -> int:
    writer: csv.DictWriter[str] | None = None
    count = 0
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(output, list(row), delimiter=delimiter)
            writer.writeheader()
        writer.writerow(row)
        count += 1
    return count


def _write_json(output: TextIO, rows: Iterable[dict[str, Any]], between: str, around: tuple[str, str]) -> int:
    count = 0
    output.write(around[0])
    for row in rows:
        output.write((between if count else "") + json.dumps(row, ensure_ascii=False, default=bytes.hex))
        count += 1
    output.write(around[1])
    return count


WRITERS: dict[str, Callable[[TextIO, Iterable[dict[str, Any]]], int]] = {
    ".csv": _write_csv,
    ".tsv": partial(_write_csv, delimiter="\t"),
    ".json": partial(_write_json, between=",\n", around=("[", "]\n")),
    ".jsonl": partial(_write_json, between="\n", around=("", "\n")),
}
