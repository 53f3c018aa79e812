"""Flow `alerts`: what saved searches newly match, posted to the webhook, each job once.

Reason: an outbox in the file is written before anything is sent, so neither a crash nor a receiver that is down tells a
job twice or not at all.

Needs: the SQLite file, `ROLECALL_ALERTS_WEBHOOK`.
Writes: the outbox in the SQLite file; the webhook.
"""

from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed

from flows.telling import posting, tell
from tasks import settings as configuration
from tasks.errors import ConfigError


def _run_name() -> str:
    return f"alerts {datetime.now(UTC):%Y-%m-%d %H:%M}"


@flow(name="alerts", flow_run_name=_run_name, persist_result=False)
async def alerts() -> State[Any]:
    """Post; `Completed` when the receiver has taken all, `Unsent` when some is left for the next run.

    Raises: ConfigError where no webhook is set, StoreError.
    """
    settings = configuration.load()
    if settings.alerts_webhook is None:
        raise ConfigError("ROLECALL_ALERTS_WEBHOOK is not set: there is nobody to tell")
    told = await tell(settings, posting(settings))
    if told.unsent:
        return State(type=StateType.FAILED, name="Unsent", message=told.sentence)
    return Completed(message=told.sentence)
