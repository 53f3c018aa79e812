"""JazzHR, a careers page of {board}.applytojob.com.

Site:   https://{board}.applytojob.com/apply/jobs
API:    none without a key
Board:  the first part of the host, `acme`
Paging: none, all jobs on one page
Shape:  a table, its rows a link and a place in the last cell; a link may stand there a second time for small screens.
        The job's page has a JobPosting; one that has only the company's is read as it stands: `.job_description`,
        with the list's title and place.
Limits: departments are rows between the others and are not read; an unknown board answers 404. A list without its
        frame, or a job's page without a description, is a challenge or another page and fails
Checked: pages as others read them (jobseek, jobscan, 2026), none recorded
"""

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from tasks.model import Company, Page, Posting, Request
from tasks.normalize import tree
from tasks.sources._jsonld import items, posting
from tasks.sources._links import absolute, at_home

MISSES_TO_CLOSE = 2
ADDRESSES = {
    r"(?!(?:www|app|api)\.)(?P<board>[\w-]+)\.applytojob\.com": None,
    r"app\.jazz\.co/widgets/basic/create/(?P<board>[\w-]+)": None,
}
JOB = re.compile(r"/apply/jobs/details/([\w-]+)/?(?:\?|$)")
FRAME = "#job_listings_wrapper, #jobs_table"
TEXT = ".job_description, #job_description"


def start(company: Company) -> Request:
    return Request(f"{company.origin(f'https://{company.board}.applytojob.com')}/apply/jobs", "html")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.about is None:
        for number, about in _listed(page).items():
            yield Request(f"{start(company).url}/details/{number}", "html", about=about, is_settled=True)
    else:
        yield _posting(company, at_home(page), page.request.about)


def claimed(company: Company, page: Page) -> int | None:
    return len(_listed(page)) if page.request.about is None else None


def _listed(page: Page) -> dict[str, dict[str, Any]]:
    """What the list says of each job, by id."""
    whole, found = tree(at_home(page).text), dict[str, dict[str, Any]]()
    if not whole.css_first(FRAME):
        raise ValueError("a page without the list's frame")
    for link in whole.css("a[href]"):
        match, title = JOB.search(absolute(page.url, link.attributes.get("href") or "")), " ".join(link.text().split())
        if match and not found.get(match[1], {}).get("title"):
            found[match[1]] = {"title": title, "location": _place(link)}
    return found


def _place(link: LexborNode) -> str:
    row = link.parent
    while row is not None and row.tag != "tr":
        row = row.parent
    cells = row.css("td") if row is not None else []
    return " ".join(cells[-1].text().split()) if len(cells) > 1 else ""


def _posting(company: Company, page: Page, about: dict[str, Any]) -> Posting:
    number, place, found = page.request.url.rsplit("/", 1)[-1], (about["location"],), items(page)
    if len(found) == 1:
        job = posting(company, found[0], page)
        return job.model_copy(update={"id": number, "locations": job.locations or tuple(filter(None, place))})
    text = tree(page.text).css_first(TEXT)
    if text is None:
        raise ValueError("neither a JobPosting nor a description")
    return Posting(id=number, title=about["title"], url=page.url, description_html=text.html or "", locations=place)
