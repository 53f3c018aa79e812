"""Job boards that are searched by words, through JobSpy: the jobs of whoever offers them.

Site:   Indeed, LinkedIn, Glassdoor, Google, ZipRecruiter, Bayt, Naukri, BDJobs, HelloWork
API:    none of ours; `tasks.search` has JobSpy (github.com/speedyapply/JobSpy) ask in a process of its own
Board:  a search, `site=indeed&site=linkedin&search_term=data+engineer&location=Berlin&country_indeed=germany`
Paging: JobSpy's, up to `results_wanted` of a site
Shape:  one answer, `sites[].rows[]`; a job's id is unique within its site. The employer is `hiring_organization`
Limits: never all there is. No text from most sites unless the search says `fetch_description=true`, a page per job.
        Left out as nobody's statement: pay that JobSpy or Glassdoor estimates, `remote` that JobSpy reads in a title
        or text (linkedin, google) or that is optional (zip_recruiter), several job types at once
Checked: JobSpy 1.4.1 against answers written by us in the shapes of Indeed and LinkedIn
"""

import re
from collections.abc import Iterator
from typing import Any

from tasks import vocabulary
from tasks.model import Company, Page, Posting, Request
from tasks.sources import _readings

IS_SEARCHED = True
MISSES_TO_CLOSE = 2
STALE_AFTER_DAYS = 14
ADDRESSES: dict[str, str | None] = {}
STATES_REMOTE = {"bayt", "bdjobs", "glassdoor", "hellowork", "indeed", "naukri"}
GUESSES_PAY = {"glassdoor"}
PERIODS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
LEVELS = {"internship": "intern", "entry level": "entry", "director": "director", "executive": "executive"}
WORD = re.compile(r"\w")  # LinkedIn shows some strangers asterisks in place of words
LEFT = {"left": "left out", "unread": "without a text"}
NO_ID = re.compile(r"-None$")
ADDRESS = re.compile(r"https?://\S+")


def start(company: Company) -> Request:
    return Request(f"jobspy:?{company.board}")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    for site in page.json()["sites"]:
        yield from (_posting(site["site"], row) for row in site["rows"] if _is_job(row))


def claimed(company: Company, page: Page) -> int | None:
    return sum(len(site["rows"]) for site in page.json()["sites"])


def told(page: Page) -> tuple[list[str], list[str]]:
    """What kept sites from showing jobs, and what else they said of the search."""
    faults, remarks = list[str](), list[str]()
    for site in page.json()["sites"]:
        out, unread = ([f"{len(each)} {how} ({each[0]})"] if (each := site[key]) else [] for key, how in LEFT.items())
        faults += [f"{site['site']}: {words}" for words in [*filter(None, [site["error"]]), *out]]
        remarks += [f"{site['site']}: {words}" for words in [*site["warnings"], *unread]]
    return faults, remarks


def _is_job(row: dict[str, Any]) -> bool:
    return bool(row["id"] and not NO_ID.search(row["id"]) and WORD.search(row["title"]))


def _posting(site: str, row: dict[str, Any]) -> Posting:
    employer, words, direct = row["company"] or "", row["job_type"] or "", _readings.address(row["job_url_direct"])
    stated = row["salary_source"] == "direct_data" and site not in GUESSES_PAY
    pay = row["min_amount"], row["max_amount"], row["currency"], PERIODS.get(row["interval"] or "")
    return Posting(
        id=f"{site}:{row['id']}",
        title=row["title"],
        url=_readings.address(row["job_url"]),
        apply_url=direct if ADDRESS.fullmatch(direct) else None,
        hiring_organization=employer if WORD.search(employer) and len(employer) <= 200 else None,
        locations=(row["location"] or "",),
        description_html=(_readings.plain_html if site == "google" else _readings.real_html)(row["description"] or ""),
        employment_type=vocabulary.employment_type(words) if "," not in words else None,
        workplace_type="remote" if row["is_remote"] and site in STATES_REMOTE else None,
        seniority=LEVELS.get(row["job_level"] or ""),
        posted_on=_readings.day(row["date_posted"]),
        **(_readings.pay(*pay) if stated else {}),
    )
