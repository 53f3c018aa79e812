"""What a bad request answers, and what it leaves in the log."""

from datasette import handle_exception as stock
from datasette import hookimpl
from datasette.views.base import DatasetteError


@hookimpl
def startup() -> None:
    stock.rich = None  # with rich installed, Datasette prints a hundred lines of locals for every 404


@hookimpl(tryfirst=True)
def handle_exception(exception: Exception) -> None:
    """A list that may not be sorted as asked is the asker's mistake; Datasette itself answers 500."""
    if isinstance(exception, DatasetteError) and exception.status == 500:
        exception.status = 400
