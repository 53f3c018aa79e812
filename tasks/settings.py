"""All settings, from the environment (`ROLECALL_…`) or a file `.env` beside the command."""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, Field, ImportString, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tasks.errors import ConfigError
from tasks.model import FIELDS, Derivable

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://[^\s/?#@]+([/?]\S*)?$")


class Settings(BaseSettings):
    """What a person may change; every field has a default that works on one machine."""

    model_config = SettingsConfigDict(
        env_prefix="ROLECALL_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(Path(".rolecall"), description="folder of the database, Redis' and Prefect's files")
    companies_file: Path = Field(ROOT / "deployments" / "companies.csv", description="the boards to follow")
    contact: str | None = Field(
        None, pattern=r"^[!-~]([ -~]*[!-~])?$", description="your e-mail or page; sent to the boards in the User-Agent"
    )

    max_companies: int = Field(16, ge=1, le=500, description="boards scraped at once")
    requests_per_second: float = Field(
        2.0, gt=0, description="to one host, by all runs of one Redis; some sources name another, your lower one wins"
    )
    crawl_delay_max_seconds: float = Field(30.0, ge=0, description="a robots.txt that asks for more blocks the board")
    loopback_requests_per_second: float = Field(1000.0, gt=0, description="to a host on this machine")
    requests_per_host: int = Field(8, ge=1, description="in flight to one host")
    page_timeout_seconds: float = Field(60.0, gt=0, description="for one page, from first byte sent to last received")
    connect_timeout_seconds: float = Field(10.0, gt=0, description="to reach a host")
    page_max_bytes: int = Field(64_000_000, gt=0, description="of one page, decompressed")
    page_max_redirects: int = Field(5, ge=0, description="of one page")
    board_max_pages: int = Field(3000, ge=1, description="a board with more is marked truncated")
    detail_max_age_days: float = Field(
        7.0, ge=0, description="a job's own page is read again after about so long, though its list entry is the same"
    )
    host_pause_max_seconds: float = Field(120.0, gt=0, description="a longer pause of its host fails a board at once")
    retries: int = Field(3, ge=0, le=10, description="of a board, on transient errors only")
    retry_delay_seconds: float = Field(2.0, ge=0, description="doubles with each retry, with jitter")

    redis_url: str | None = Field(
        None,
        validation_alias=AliasChoices("ROLECALL_REDIS_URL", "REDIS_URL"),
        description="unset: an embedded server under data_dir; `off`: no cache",
    )
    redis_timeout_seconds: float = Field(0.2, gt=0, description="a slower Redis is left out for the rest of the run")
    redis_max_memory_mb: int = Field(256, ge=16, description="of the embedded server; least recently used go first")
    cache_ttl_days: float = Field(30.0, gt=0, description="of an extraction in Redis; the copy in the file stays")
    cache_value_max_bytes: int = Field(
        64_000, ge=1000, description="of an extraction in Redis; a larger one is in the file alone"
    )

    vllm_url: str | None = Field(
        None, pattern=r"^https?://[^\s/?#]+[^\s?#]*$", description="of a vLLM server; unset: rules only"
    )
    vllm_model: str | None = Field(None, description="a name that it serves; unset: its first")
    vllm_api_key: SecretStr | None = Field(None, description="where it asks for one")
    vllm_revision: str | None = Field(None, description="part of the recipe, where the model's name does not say it")
    vllm_quantization: str | None = Field(None, description="likewise, such as `fp8`")
    vllm_context_tokens: int = Field(8192, ge=1024, description="of prompt and answer; longer texts are cut")
    vllm_answer_tokens: int = Field(1024, ge=64, description="of one answer; twice as many at a second try")
    vllm_in_flight: int = Field(320, ge=1, le=4096, description="requests at the most; fewer where the server is busy")
    vllm_timeout_seconds: float = Field(120.0, gt=0, description="for one answer")
    vllm_patience_seconds: float = Field(60.0, ge=0, description="with a server that is away, before the run goes on")
    vllm_attempts: int = Field(3, ge=1, description="runs that ask again about a posting the model stumbles over")
    asked_fields: Annotated[frozenset[Derivable], NoDecode] = Field(
        frozenset(FIELDS), description="a posting is put to the model where one of these is unknown"
    )
    engine: ImportString[Any] | None = Field(
        None, description="import path of a model engine of your own (`package.module:function`)"
    )
    embedding_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+[^\s?#]*$",
        description="of a vLLM server that embeds; unset: no search by meaning",
    )
    embedding_model: str | None = Field(None, description="a name that it serves; unset: its first")
    embedding_api_key: SecretStr | None = Field(None, description="where it asks for one")
    embedding_revision: str | None = Field(
        None, description="part of the recipe, where the model's name does not say it"
    )
    extract_batch: int = Field(200, ge=1, le=5000, description="postings of one extraction task")
    upsert_batch: int = Field(1000, ge=1, le=20000, description="postings of one transaction, whole boards")

    drop_guard_share: float = Field(0.7, ge=0, le=1, description="of the usual size; a smaller listing closes nothing")
    blast_guard_share: float = Field(0.5, ge=0, le=1, description="of a board's jobs; more close only when seen twice")
    blast_guard_jobs: int = Field(5, ge=0, description="so many close without a second look")
    resume_within_seconds: float = Field(3600.0, ge=0, description="a run that was cut off so recently is gone on with")

    prefect_port: int = Field(4200, ge=1, le=65535, description="a free one is taken where it is in use")
    datasette_host: str = Field("127.0.0.1", description="beyond this machine, free SQL and downloads are off")
    datasette_port: int = Field(8001, ge=1, le=65535, description="a free one is taken where it is in use")
    schedule: str = Field("0 * * * *", pattern=r"^\s*(\S+\s+){4}\S+\s*$", description="cron line of `rolecall up`")

    alerts_webhook: SecretStr | None = Field(
        None, description="http or https address; `rolecall alerts` posts there what is new in saved searches"
    )
    alerts_schedule: str = Field(
        "30 * * * *", pattern=r"^\s*(\S+\s+){4}\S+\s*$", description="cron line of the alerts of `rolecall up`"
    )
    alerts_timeout_seconds: float = Field(10.0, gt=0, description="for one answer of the webhook")
    alerts_retries: int = Field(3, ge=0, le=10, description="of one post; what fails still is sent by the next run")

    @field_validator("alerts_webhook")
    @classmethod
    def _is_address(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None and not ADDRESS.match(address.get_secret_value()):
            raise ValueError("an http or https address")
        return address

    @field_validator("asked_fields", mode="before")
    @classmethod
    def _commas(cls, names: Any) -> Any:
        return [name.strip() for name in names.split(",")] if isinstance(names, str) else names

    @cached_property
    def vllm_root(self) -> str | None:
        """The server's address, whether it was given with `/v1` or without."""
        return self.vllm_url and self.vllm_url.rstrip("/").removesuffix("/v1")

    @cached_property
    def embedding_root(self) -> str | None:
        """Likewise."""
        return self.embedding_url and self.embedding_url.rstrip("/").removesuffix("/v1")

    @cached_property
    def database(self) -> Path:
        return self.data_dir / "rolecall.db"

    @cached_property
    def vectors(self) -> Path:
        """What is searched by meaning; it may be deleted at any time."""
        return self.data_dir / "vectors.db"


def load() -> Settings:
    """The settings now in force.

    Raises: ConfigError with one line for each that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigError(*(_fault(fault) for fault in error.errors())) from error


def _fault(fault: Any) -> str:
    field = str(fault["loc"][0]) if fault["loc"] else "settings"
    is_secret = field in Settings.model_fields and "SecretStr" in str(Settings.model_fields[field].annotation)
    name = field.upper() if field.upper().startswith("ROLECALL_") else f"ROLECALL_{field.upper()}"
    return f"{name}={'…' if is_secret else repr(fault['input'])}: {fault['msg']}"
