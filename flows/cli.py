"""Command `rolecall`: run a flow, serve what it wrote, look things up.

Exit codes: 0 all well, 1 the run broke, 2 it could not be done (one line says what to mend), 3 some boards failed.
"""

import io
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from typing import Annotated, Any, NoReturn, cast

import typer
from rich.console import Console

from flows import cache, companies, evaluate, foreground, local, lookup, replay, show, telling
from flows.lookup import CompanyOption, Json
from tasks import child, store
from tasks import companies as companies_file
from tasks import settings as configuration
from tasks.addresses import is_loopback
from tasks.errors import ConfigError, PipelineError
from tasks.store import runs

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

app.add_typer(lookup.app)
app.add_typer(cache.app, name="cache")
app.add_typer(companies.app, name="companies")
app.add_typer(replay.app)
app.add_typer(evaluate.app)
app.add_typer(telling.app)
EXITS = {"Completed": 0, "Partial": 3}
INTERRUPTED = 130


@app.command()
def ingest(
    company: CompanyOption = None,
    source: Annotated[str | None, typer.Option(help="Only boards of this platform.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch and read, write nothing.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read pages again although they did not change.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the file up to date: scrape the boards, land, close, extract."""
    settings = _checked(company, source)

    async def start() -> Any:
        from flows.ingest import ingest as flow  # Prefect reads its settings at import, they are set by now

        return await flow(company=company, source=source, full=full, dry_run=dry_run, return_state=True)

    state, value = foreground.run(settings, start, None if dry_run else settings.database)
    rows, run = (value or [], None) if dry_run and isinstance(value, list) else _landed(settings, state)
    show.result(state, rows, run, None if dry_run else settings.database, as_json)
    raise typer.Exit(EXITS.get(state.name, 1))


def _landed(settings: configuration.Settings, state: Any) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The ledger of the run and the run itself, where it came to an end."""
    if state.name not in EXITS:
        return [], None
    with closing(store.open_reader(settings.database)) as reader:
        latest = runs.latest(reader)
        if latest is None:
            return [], None
        return [dict(row) for row in runs.board_rows(reader, latest["id"])], dict(latest)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; beyond 127.0.0.1 free SQL is off.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
) -> None:
    """Serve the file with Datasette."""
    import uvicorn
    from datasette.app import Datasette

    from rolecall_reader.site import reader_of

    settings = configuration.load()
    store.open_reader(settings.database).close()
    host = host or settings.datasette_host
    if not is_loopback(host):
        os.environ["ROLECALL_PUBLIC"] = "1"
    if settings.embedding_root is not None:  # the plugins read the environment alone, not a file `.env`
        key = settings.embedding_api_key
        os.environ["ROLECALL_EMBEDDING_URL"] = settings.embedding_root
        os.environ["ROLECALL_EMBEDDING_API_KEY"] = key.get_secret_value() if key else ""
    site = Datasette([str(settings.database)], config_dir=configuration.ROOT / "datasette")
    reader_of(site).warm()
    port = port or local.free_port(settings.datasette_port)
    with suppress(KeyboardInterrupt), local.listening(host, port) as listener:
        show.note(f"Datasette: http://{host}:{port}/  (Ctrl-C ends it)")
        server = uvicorn.Server(uvicorn.Config(site.app(), log_level="warning", timeout_graceful_shutdown=3))
        server.run(sockets=[listener])


@app.command()
def up(now: Annotated[bool, typer.Option("--now", help="Ingest once before anything else.")] = False) -> None:
    """Everything in one terminal: Redis, Prefect, Datasette, and `ingest` on its schedule; Ctrl-C ends all."""
    settings = _checked()
    with suppress(KeyboardInterrupt), ExitStack() as servers:
        servers.enter_context(local.redis_server(settings))
        show.note("starting Prefect …")
        api = servers.enter_context(local.prefect_server(settings))
        store.open_database(settings.database).close()
        if now:
            _run_once()
        site = servers.enter_context(local.datasette_server(settings))
        scheduled = servers.enter_context(local.scheduler(settings))
        show.note(f"\n  Jobs      {site}\n  Prefect   {api.removesuffix('/api')}\n  Schedule  {settings.schedule}\n")
        show.note("Ctrl-C ends all.")
        while scheduled.poll() is None:
            time.sleep(0.5)
        raise ConfigError(f"the schedule ended; its log is {settings.data_dir / 'schedule.log'}")


def _die_with_parent() -> None:
    """At once: the Prefect server dies with the same parent, so there is nobody left to report an end to."""
    child.end_with_parent(signal.SIGKILL)


def _run_once() -> None:
    """The same command that a person would type, in this terminal, against the servers that are up."""
    command = [sys.executable, "-m", "flows.cli", "ingest"]
    shell = subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)
    try:
        code = shell.wait()
    finally:
        child.stop(shell)
    if code not in EXITS.values():
        raise typer.Exit(code)


@app.command(hidden=True)
def schedule() -> None:
    """Serve the deployments of `ingest`, `extract` and `alerts`; `up` runs this as a process of its own."""
    settings = configuration.load()
    child.kill_group_with_parent()
    with local.prefect_server(settings):
        from prefect import serve

        from flows.alerts import alerts
        from flows.extract import extract
        from flows.ingest import ingest

        # of the type of a coroutine too, which it is only in an event loop
        scheduled = cast(Any, ingest.to_deployment(name="scheduled", cron=settings.schedule))
        replay = cast(Any, extract.to_deployment(name="replay"))
        told = cast(Any, alerts.to_deployment(name="scheduled", cron=settings.alerts_schedule))
        deployments = [scheduled, replay, *([told] if settings.alerts_webhook else [])]
        serve(*deployments, limit=1, print_starting_message=False)


def _checked(company: str | None = None, source: str | None = None) -> configuration.Settings:
    """The settings, once they and the companies file are known to be sound: a flow must not start in vain."""
    settings = configuration.load()
    chosen = companies_file.select(companies_file.read(settings.companies_file), company, source)
    companies_file.require_contact(chosen, settings.contact)
    return settings


def main() -> None:
    """Run the command; our own errors are lines on stderr, not tracebacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # titles are of all languages, terminals are not
    logging.getLogger("tasks").addHandler(logging.NullHandler())  # outside of a flow the errors say it all
    signal.signal(signal.SIGTERM, foreground.interrupted)
    signal.signal(signal.SIGINT, foreground.interrupted)
    try:
        app()
    except PipelineError as error:
        _refuse(*(getattr(error, "faults", None) or [str(error)]))
    except OSError as error:  # a folder that cannot be made, a full disk
        _refuse(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
    except (KeyboardInterrupt, SystemExit) as ending:  # typer makes the one the other, with 130
        if isinstance(ending, SystemExit) and ending.code != INTERRUPTED:
            raise
        show.note("ended; what was landed is kept, the next run goes on from there")
        sys.exit(INTERRUPTED)


def _refuse(*faults: str) -> NoReturn:
    for line in faults:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]error:[/red] {show.plain(line)}")
    sys.exit(2)


if __name__ == "__main__":
    main()
