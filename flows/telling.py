"""What saved searches newly match, told once: printed by `rolecall alerts`, or posted where a webhook is set."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

import typer

from flows import show
from flows.lookup import Json
from tasks import settings as configuration
from tasks import store, webhook
from tasks.errors import FetchError, TransientError
from tasks.run import only_writer
from tasks.settings import Settings
from tasks.store import alerts as outbox

COLUMNS = ("title", "company", "location", "url")

app = typer.Typer()
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Told:
    """Shape: `error` is of the last message that was not taken."""

    jobs: int = 0
    messages: int = 0
    unsent: int = 0
    error: str | None = None

    @property
    def sentence(self) -> str:
        left = f"; {self.unsent} messages left for the next run: {self.error}" if self.unsent else ""
        return f"{self.jobs} jobs told in {self.messages} messages{left}"


@app.command()
def alerts(
    printed: Annotated[bool, typer.Option("--print", help="Print them although a webhook is set.")] = False,
    as_json: Json = False,
) -> None:
    """Tell what is new in saved searches, each job once: post it to the webhook, or print it where none is set."""
    settings = configuration.load()
    store.open_reader(settings.database).close()
    is_posted = settings.alerts_webhook is not None and not printed
    told = asyncio.run(tell(settings, posting(settings) if is_posted else printing(as_json)))
    show.note(told.sentence)
    raise typer.Exit(3 if told.unsent else 0)


def posting(settings: Settings) -> Send:
    async def send(message: dict[str, Any]) -> None:
        await webhook.post(settings, message, f"rolecall-alert-{message['id']}-{message['created_at']}")

    return send


def printing(as_json: bool) -> Send:
    async def send(message: dict[str, Any]) -> None:
        if as_json:
            print(json.dumps(message, ensure_ascii=False), flush=True)
            return
        show.out.print(f"[bold]{show.plain(message['search']['name'])}[/bold]")
        show.table(message["jobs"], COLUMNS)

    return send


async def tell(settings: Settings, send: Send) -> Told:
    """Put what is new into the outbox, then send what is there, what is left of before first.

    Raises: StoreError where another one does so at the moment.
    """
    with only_writer(settings.data_dir, "alerts"), closing(store.open_database(settings.database)) as writer:
        reader = _reader(settings)
        await _write_new(writer, reader)
        return await _send_all(writer, reader, settings, send)


def _reader(settings: Settings) -> Any:
    """Reason: what a question means is known to the reader alone, so that alerts and pages agree."""
    from rolecall_reader.site import Reader

    return Reader(SimpleNamespace(path=str(settings.database)))


async def _write_new(writer: Any, reader: Any) -> None:
    from pyroaring import BitMap

    from rolecall_reader import asking, searches

    for row in outbox.searches(writer):
        asked, _ = asking.read(row["query"])
        seen, revision = BitMap.deserialize(row["alerted"]), row["alerted_revision"]
        fresh, now = await searches.new(reader, asked, seen, revision, is_exact=True)
        outbox.write(writer, row["id"], fresh, now)


async def _send_all(writer: Any, reader: Any, settings: Settings, send: Send) -> Told:
    told, waiting = Told(), outbox.unsent(writer)
    for number, row in enumerate(waiting):
        message = await _message(reader, settings, row)
        try:
            if message["jobs"]:
                await send(message)
        except FetchError as error:
            outbox.not_sent(writer, row["id"], str(error))
            told.unsent, told.error = told.unsent + 1, str(error)
            if isinstance(error, TransientError):  # so are the others, for now
                told.unsent += len(waiting) - number - 1
                break
            continue
        outbox.sent(writer, row["id"])
        told.jobs, told.messages = told.jobs + len(message["jobs"]), told.messages + bool(message["jobs"])
    return told


async def _message(reader: Any, settings: Settings, row: Any) -> dict[str, Any]:
    """An alert as it is sent: with its jobs as they are now, without those that are gone from the file."""
    from rolecall_reader import rows

    pks = json.loads(row["job_pks"])
    jobs = [rows.public(job, False) for job in await reader.run(lambda connection: rows.rows(connection, pks))]
    site = f"http://{settings.datasette_host}:{settings.datasette_port}"
    search = {"id": row["search_id"], "name": row["name"], "query": row["query"], "page": f"{site}/?{row['query']}"}
    listed = [{**job, "page": f"{site}/rolecall/jobs/{job['pk']}"} for job in jobs]
    return {"id": row["id"], "created_at": row["created_at"], "search": search, "jobs": listed}
