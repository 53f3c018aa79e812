"""The commands of the companies file: find boards and add them, many at once, see whether they live, list them.

Exit codes: 2 where an address of `add` led to no board, 3 where some of `import` did, or some board of `check` is dead.
"""

import asyncio
import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import show
from flows.following import THERE, checked, found
from flows.lookup import CompanyOption, Json
from tasks import companies as companies_file
from tasks import settings as configuration
from tasks import store, wanted
from tasks.errors import ConfigError
from tasks.store import checks

FOUND_COLUMNS = ("result", "name", "source", "board", "base_url", "postings")
CHECK_COLUMNS = ("name", "source", "board", "result", "postings", "detail")
LIST_COLUMNS = ("name", "source", "board", "open_jobs", "confirmed_at")

app = typer.Typer(no_args_is_help=True, help="Find boards and add them to the companies file, check them, list them.")

NoCheck = Annotated[bool, typer.Option("--no-check", help="Go by the addresses alone: no request, nothing is proven.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write no row.")]


@app.command()
def add(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="A careers page, a job's page, or a domain.")],
    name: Annotated[str | None, typer.Option(help="What to call the company, instead of what its board says.")] = None,
    dry_run: DryRun = False,
    no_check: NoCheck = False,
    as_json: Json = False,
) -> None:
    """Find the boards that addresses lead to, see that they answer, and write their rows."""
    settings = configuration.load()
    if name is not None and len(urls) > 1:
        raise ConfigError("--name names one company: give one address with it")
    wishes: dict[str, str | None] = dict.fromkeys(urls, name)
    entries = asyncio.run(found(wishes, settings, is_offline=no_check, is_dry=dry_run))
    _show_found(entries, as_json)
    raise typer.Exit(0 if all(entry["outcome"] in THERE for entry in entries) else 2)


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="One address a line, or a CSV with a column url, careers or website.")],
    again: Annotated[bool, typer.Option("--again", help="Ask for what an earlier import has settled, too.")] = False,
    dry_run: DryRun = False,
    no_check: NoCheck = False,
    as_json: Json = False,
) -> None:
    """Add the boards of a whole file of addresses; cut off, it goes on where it was."""
    settings = configuration.load()
    wishes, journal = wanted.read(file), wanted.Journal.of(settings.data_dir, file)
    fresh = {url: name for url, name in wishes.items() if again or not journal.knows(url)}
    noted = None if dry_run else journal.note
    entries = asyncio.run(found(fresh, settings, is_offline=no_check, is_dry=dry_run, note=noted))
    _show_found(entries, as_json)
    if not as_json:
        counts = {what: sum(entry["outcome"] == what for entry in entries) for what in (*THERE, "refused", "failed")}
        said = [f"{count:,} {what}" for what, count in counts.items() if count]
        said += [f"{len(wishes) - len(fresh):,} settled before"] if len(fresh) < len(wishes) else []
        show.out.print(f"{len(wishes):,} addresses: {', '.join(said)}")
    raise typer.Exit(0 if all(entry["outcome"] in THERE for entry in entries) else 3)


@app.command()
def check(company: CompanyOption = None, as_json: Json = False) -> None:
    """Ask each board once for its list, and say which are dead and where they may be now; changes no row."""
    settings = configuration.load()
    chosen = companies_file.select(companies_file.read(settings.companies_file), company, None)
    companies_file.require_contact(chosen, settings.contact)
    rows = asyncio.run(checked(chosen, settings))
    if as_json:
        print(json.dumps(rows))
    else:
        show.headed(rows, CHECK_COLUMNS)
        for row in (each for each in rows if each["result"] == "dead"):
            for line in row["suggestions"] or ["no board of that name answers elsewhere: take the row out"]:
                show.out.print(show.plain(f"{row['name']}: {line}"))
    raise typer.Exit(3 if any(row["result"] == "dead" for row in rows) else 0)


@app.command(name="list")
def list_rows(as_json: Json = False) -> None:
    """The rows of the companies file, with their open jobs and the last run that saw them whole."""
    settings = configuration.load()
    followed, known = companies_file.read(settings.companies_file), dict[str, dict[str, Any]]()
    if settings.database.exists():
        with closing(store.open_reader(settings.database)) as reader:
            known = checks.standing(reader)
    facts = [known.get(each.id, {}) for each in followed]
    rows = [
        {**each.model_dump(), "open_jobs": fact.get("open_jobs"), "confirmed_at": fact.get("confirmed_at")}
        for each, fact in zip(followed, facts, strict=True)
    ]
    if as_json:
        print(json.dumps(rows))
    else:
        show.headed(rows, LIST_COLUMNS)


def _show_found(entries: Iterable[dict[str, Any]], as_json: bool) -> None:
    """Rows on stdout; on stderr, for each address that led nowhere, what was seen."""
    if as_json:
        print(json.dumps(list(entries)))
        return
    shown = [each for each in entries if each["company"]]
    rows = [{**each["company"], "result": each["outcome"], "postings": each["postings"]} for each in shown]
    show.table(rows, FOUND_COLUMNS)
    for entry in entries:
        if not entry["company"]:
            first, *rest = entry["said"] or ["leads to no board"]
            show.note(show.printable(f"error: {entry['url']}: {first}"))
            for line in rest:
                show.note(show.printable(f"  {line}"))
