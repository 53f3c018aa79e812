"""Jobvite, a company of app.jobvite.com.

Site:   https://jobs.jobvite.com/{name}, by a name that the feed does not know
API:    GET https://app.jobvite.com/CompanyJobs/Xml.aspx?c={board}; the JSON API before it is retired
Board:  the company's eId, `q6NaVfwI`, in the `c=` of its application links, else in the site's scripts (`companyEId`)
Paging: none, all jobs in one document
Shape:  texts in CDATA; `date` is month/day/year, `category` the department. `briefdescription` is the beginning of
        `description` and stands in where there is none. A job without `detail-url` has its `apply-url` as address.
Limits: no pay, no country. An unknown eId is sent on to search.jobvite.com, which fails the board. Requests are
        refused when they come more than about twice a minute
Checked: fields as others read them (career-ops, 2026); the one recording is of the HTML list
"""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from tasks.model import Company, Page, Posting, Request
from tasks.sources._links import at_home
from tasks.sources._readings import address
from tasks.sources._xml import markup, root, text
from tasks.vocabulary import employment_type

MISSES_TO_CLOSE = 1
ADDRESSES = {r"(?:app|hire|feed|www)\.jobvite\.com/CompanyJobs/\w+\.aspx\?(?:.*?&)?c=(?P<board>\w+)": None}
REQUESTS_PER_SECOND = 1 / 30


def start(company: Company) -> Request:
    return Request(f"{company.origin('https://app.jobvite.com')}/CompanyJobs/Xml.aspx?c={company.board}", "xml")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    yield from map(_posting, _jobs(page))


def claimed(company: Company, page: Page) -> int | None:
    return len(_jobs(page))


def _jobs(page: Page) -> list[Element]:
    return root(at_home(page), "result").findall("job")


def _posting(job: Element) -> Posting:
    about = markup(job.find("description")) or markup(job.find("briefdescription"))
    apply = address(text(job, "apply-url"))
    return Posting(
        id=text(job, "id"),
        title=text(job, "title"),
        url=address(text(job, "detail-url")) or apply,
        apply_url=apply,
        description_html=about,
        locations=(text(job, "location"),),
        department=text(job, "category"),
        requisition_id=text(job, "requisitionid"),
        employment_type=employment_type(text(job, "jobtype")),
        posted_on=_day(text(job, "date")),
    )


def _day(words: str) -> date | None:
    """Raises: ValueError where it is not month/day/year."""
    if not words:
        return None
    month, day, year = map(int, words.split("/"))
    return date(year, month, day)
