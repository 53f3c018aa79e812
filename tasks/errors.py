"""Everything that can go wrong, as a tree; each leaf says who acts.

PipelineError
├── ConfigError        a setting or a row of the companies file is wrong    -> fix it
├── FetchError         a page could not be had
│   ├── TransientError timeout, connection, 429, 5xx                        -> Prefect retries
│   ├── GoneError      404, 410                                             -> the board or posting is gone
│   └── BlockedError   403, a challenge page, robots.txt, a private address -> stop this board; a person looks
├── ParseError         the page is not the shape the source expects         -> re-record, mend the source
├── ExtractionError    the model's answer is unusable                       -> keep the text, try again later
└── StoreError         SQLite refused a batch                               -> nothing was written; run again
"""


class PipelineError(Exception):
    """The root; `str()` of any leaf is one line that says what is wrong."""


class ConfigError(PipelineError):
    """A setting or a row of the companies file is wrong; `faults` holds one line for each."""

    def __init__(self, *faults: str):
        super().__init__("; ".join(faults))
        self.faults = faults


class FetchError(PipelineError):
    """A page could not be had."""

    def __init__(self, reason: str, url: str, status: int | None = None):
        super().__init__(f"{reason}: {url}")
        self.reason = reason
        self.url = url
        self.status = status


class TransientError(FetchError):
    """It may work later: a timeout, a lost connection, 429 or 5xx."""

    def __init__(self, reason: str, url: str, status: int | None = None, retry_after_seconds: float | None = None):
        super().__init__(reason, url, status)
        self.retry_after_seconds = retry_after_seconds


class GoneError(FetchError):
    """The server says that there is no such board or posting: 404 or 410."""


class BlockedError(FetchError):
    """We are not let in: 403, a challenge page, robots.txt, a redirect to a private address."""


class ParseError(PipelineError):
    """The page is not the shape that its source expects."""

    def __init__(self, company: str, source: str, url: str, reason: str):
        super().__init__(f"{source} page of {company} has an unexpected shape ({reason}): {url}")
        self.company = company
        self.source = source
        self.url = url
        self.reason = reason


class ExtractionError(PipelineError):
    """The model's answer is unusable."""


class StoreError(PipelineError):
    """SQLite refused; nothing of the batch was written."""
