"""What a row's page shows beside the row itself: a job's text and history, a company's jobs, a run's boards."""

import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

from datasette import hookimpl
from datasette.utils import tilde_decode, urlsafe_components
from markupsafe import Markup

from rolecall_reader.badges import badges_of
from rolecall_reader.roles import role_of
from rolecall_reader.similar import similar
from rolecall_reader.trends import trends

TEXT = "SELECT html FROM job_texts WHERE content_hash = (SELECT content_hash FROM jobs WHERE pk = ?)"
PROVENANCE = "SELECT facts, origin, evidence, quarantined FROM job_provenance WHERE pk = ?"
CHANGES = "SELECT * FROM job_changes WHERE job_pk = ? ORDER BY id DESC LIMIT 100"
NEWEST = "SELECT * FROM jobs WHERE company_id = :company_id AND is_open = 1 ORDER BY pk DESC LIMIT 1000"
SIBLINGS = f"""
SELECT * FROM ({NEWEST}) WHERE company = :company AND pk <> :pk AND title <> :title ORDER BY listed_on DESC LIMIT 4
"""
OPEN_JOBS = f"SELECT * FROM ({NEWEST}) ORDER BY listed_on DESC, pk LIMIT 50"
LEDGER = "SELECT * FROM board_runs WHERE company_id = ? ORDER BY run_id DESC LIMIT 12"
FINE = "outcome IN ('complete', 'unchanged') AND guard IS NULL"
BOARDS = f"""
SELECT some.*, companies.name FROM (
  SELECT * FROM board_runs WHERE run_id = ? ORDER BY {FINE}, changed + new + closed + reopened DESC LIMIT 200) AS some
JOIN companies ON companies.id = company_id ORDER BY {FINE}, companies.name
"""
HOSTS = "SELECT * FROM host_runs WHERE run_id = ? ORDER BY requests DESC, host LIMIT 200"
SAVED = "SELECT * FROM savings WHERE run_id = ?"
COUNTS = "SELECT outcomes, fields FROM runs WHERE id = ?"
ORIGIN_COLUMNS = ("platform", "jsonld", "rules", "model", "quarantined")
ORIGINS = {
    "platform": "stated by the job board",
    "jsonld": "stated in the page's structured data",
    "rules": "read from the posting by a rule",
    "model": "read from the posting by a language model",
}
MEANING = {
    "complete": "Everything that the board has was seen; what is gone from it was closed.",
    "unchanged": "The board said that nothing changed; everything stays as it was.",
    "truncated": "Only a part of the board was seen, so nothing was closed.",
    "empty": "The board answered without a posting; nothing was closed.",
    "gone": "The board is not there any more.",
    "blocked": "The board does not want to be read; a person should look.",
    "failed": "The board could not be read; it is read again in the next run.",
}
GUARDING = {
    "drop": "Far fewer postings than usual were listed, so nothing was closed.",
    "blast": "Too much would have been closed at once; it is closed where the next run sees the same.",
}
GROUPS = {"salary_min": "salary", "salary_max": "salary", "salary_currency": "salary", "salary_period": "salary",
          "experience_years_min": "experience_years", "experience_years_max": "experience_years"}  # fmt: skip


def provenance(row: Any) -> dict[str, dict[str, str]]:
    """Column -> where its value stands. Shape: {"origin": words, "quote": words or empty}; a group shares one."""
    if row is None:
        return {}
    entries: dict[str, Any] = {**json.loads(row["evidence"]), **dict.fromkeys(json.loads(row["facts"]), row["origin"])}
    found = {}
    for column, entry in entries.items():
        entry = entry if isinstance(entry, dict) else {"origin": entry}
        source = {"origin": ORIGINS.get(str(entry.get("origin")), ""), "quote": str(entry.get("quote") or "")}
        found[column] = source
        found.setdefault(GROUPS.get(column, column), source)
    return found


def quarantined(row: Any) -> list[dict[str, str]]:
    """What a model said and was not believed. Shape: field, value, quote and reason, as words."""
    entries = json.loads(row["quarantined"]) if row else {}
    return [
        {"field": name.partition(":")[0].replace("_", " "), "value": words_of(entry["value"]), "quote": entry["quote"],
         "reason": entry["reason"]}
        for name, entry in entries.items()
    ]  # fmt: skip


def words_of(value: Any) -> str:
    values = value.values() if isinstance(value, dict) else [value]
    return " ".join(f"{each:g}" if isinstance(each, float) else str(each) for each in values)


def event(change: Any) -> dict[str, Any]:
    """A row of job_changes as a line of the timeline."""
    field, old, new = change["field"], change["old"], change["new"]
    if field == "is_open":
        return {"at": change["at"], "run": change["run_id"], "what": "Reopened" if new == "1" else "Closed"}
    if field == "closed_because":
        return {"at": change["at"], "run": change["run_id"], "what": "Reason", "new": new}
    if field == "content_hash":
        return {"at": change["at"], "run": change["run_id"], "what": "Description changed"}
    words = field.replace("_", " ")
    return {"at": change["at"], "run": change["run_id"], "what": f"{words[:1].upper()}{words[1:]} changed",
            "old": readable(old), "new": readable(new)}  # fmt: skip


def readable(value: str | None) -> str:
    """A JSON array as a list of words; never more than 160 characters."""
    if value and value.startswith("["):
        with suppress(ValueError):
            value = ", ".join(map(str, json.loads(value)))
    value = value or ""
    return value if len(value) <= 160 else f"{value[:159]}…"


def timeline(job: Any, changes: Iterable[Any]) -> list[dict[str, Any]]:
    """Newest first, from first seen to closed."""
    events = [event(change) for change in changes]
    if job["closed_at"] and not any(line["what"] == "Closed" for line in events):
        events.append({"at": job["closed_at"], "what": "Closed"})
    events.append({"at": job["first_seen_at"], "what": "First seen"})
    return sorted(events, key=lambda line: line["at"], reverse=True)


def around(connection: sqlite3.Connection, job: sqlite3.Row) -> dict[str, Any]:
    """What other jobs say of this one."""
    return {
        "role": role_of(connection, job),
        "similar": similar(connection, job),
        "marks": badges_of(connection, [job]).get(job["pk"], []),
    }


async def job_details(database: Any, pk: str) -> dict[str, Any]:
    job = (await database.execute("SELECT * FROM jobs WHERE pk = ?", [pk])).first()
    if job is None:
        return {}
    wanted = {name: job[name] for name in ("pk", "company_id", "company", "title")}
    text = (await database.execute(TEXT, [pk])).first()
    told = (await database.execute(PROVENANCE, [pk])).first()
    return {
        # nh3 cleaned this column when it was written; the Content-Security-Policy is the second wall
        "description": Markup(text["html"]) if text else "",  # noqa: S704
        "provenance": provenance(told),
        "quarantined": quarantined(told),
        "timeline": timeline(job, (await database.execute(CHANGES, [pk])).rows),
        "siblings": (await database.execute(SIBLINGS, wanted)).rows,
        **await database.execute_fn(lambda connection: around(connection, job)),
    }


async def company_details(database: Any, company: str) -> dict[str, Any]:
    return {
        "open_jobs": (await database.execute(OPEN_JOBS, {"company_id": company})).rows,
        "ledger": (await database.execute(LEDGER, [company])).rows,
        "charts": await database.execute_fn(lambda connection: trends(connection, company)),
    }


async def board_details(database: Any, key: str) -> dict[str, Any]:
    """Shape: `key` is run and company, as the address names them."""
    company = urlsafe_components(key)[-1]
    named = (await database.execute("SELECT name, confirmed_at FROM companies WHERE id = ?", [company])).first()
    return {
        "named": named,
        "meaning": MEANING,
        "guarding": GUARDING,
        "ledger": (await database.execute(LEDGER, [company])).rows,
    }


async def run_details(database: Any, run: str) -> dict[str, Any]:
    counts = (await database.execute(COUNTS, [run])).first()
    fields = json.loads(counts["fields"]) if counts else {}
    return {
        "boards": (await database.execute(BOARDS, [run])).rows,
        "hosts": (await database.execute(HOSTS, [run])).rows,
        "saved": (await database.execute(SAVED, [run])).first(),
        "outcomes": json.loads(counts["outcomes"]) if counts else {},
        "origins": ORIGIN_COLUMNS,
        "fields": [(name, [count.get(origin, 0) for origin in ORIGIN_COLUMNS]) for name, count in fields.items()],
    }


DETAILS: dict[str, Callable[[Any, str], Awaitable[dict[str, Any]]]] = {
    "jobs": job_details, "companies": company_details, "runs": run_details,
    "board_runs": board_details,
}  # fmt: skip


@hookimpl
def extra_template_vars(
    database: str | None, table: str | None, view_name: str, request: Any, datasette: Any
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    if view_name != "row" or database != "rolecall" or table not in DETAILS:
        return None
    key = request.url_vars["pks"] if table == "board_runs" else tilde_decode(request.url_vars["pks"])
    return lambda: DETAILS[table](datasette.get_database(database), key)
