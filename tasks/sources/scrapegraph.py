"""Any careers page with neither an API nor JSON-LD: a model proposes its jobs, what does not stand there is dropped.

Site:   the company's own
API:    none; the walker has the model read the page, through ScrapeGraphAI (docs.scrapegraphai.com)
Board:  address of the careers page without its scheme, `www.example.com/careers`
Paging: one page; another page of the list is a row of its own, `www.example.com/careers?page=2`
Shape:  a proposal is a job if a link of the page has its address, and its title stands in that link, or begins a text
        of what holds that link and no other; a place that does not stand there is unknown. The job's page then gives
        the description: its JobPosting, else the part that names the title. `claimed` counts the proposals
Limits: never proven complete, so only what it long does not show closes; `CAP` jobs; none without a page of its own
Checked: 2 pages written by us; with a model server in tests/vllm
"""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from tasks.model import Company, Page, Posting, Request
from tasks.sources import _jsonld
from tasks.sources._links import NO_JOB, absolute
from tasks.sources._standing import about, links, named, same, standing

IS_READ_BY_MODEL = True
MISSES_TO_CLOSE = 2
ADDRESSES: dict[str, str | None] = {}  # none but the company's own
STALE_AFTER_DAYS = 30
CAP = 500
LINKS = 5  # to one job that are looked at: its picture, title, button
ADDRESS = 390  # characters


def start(company: Company) -> Request:
    host, _, path = company.board.partition("/")
    return Request(f"{company.origin(f'https://{host}')}/{path}", "html")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    if page.request.about is None:
        yield from islice(_proven(company, page), CAP)
    elif same(page.url) != same(start(company).url):  # a job that leads back to the list is no more
        yield _job(company, page, **page.request.about)


def claimed(company: Company, page: Page) -> int | None:
    return len({claim["url"] for claim in page.claims}) if page.request.about is None else None


def _proven(company: Company, page: Page) -> Iterator[Request]:
    """The jobs among the claims, each once; addresses and words are the page's own."""
    known, asked = links(page), {same(page.url), same(start(company).url)}
    for claim in page.claims:
        key = same(absolute(page.url, claim["url"]))
        url, anchors = known.get(key, ("", []))
        if key in asked or not _may_be_job(url):
            continue
        title, place = claim["title"], claim.get("location") or ""
        readings = (named(title, place, link, page) for link in anchors[:LINKS])
        if found := next(filter(None, readings), None):
            asked.add(key)
            yield Request(url, "html", about={"title": found[0], "location": found[1]})


def _may_be_job(url: str) -> bool:
    path = urlsplit(url).path
    return bool(path.strip("/")) and not NO_JOB.search(path) and len(url) <= ADDRESS


def _job(company: Company, page: Page, title: str, location: str | None) -> Posting:
    host, url = company.board.partition("/")[0], page.request.url
    found = _jsonld.items(page)
    stated = _jsonld.posting(company, found[0], page) if len(found) == 1 else None
    own = {"id": url.removeprefix(company.origin(f"https://{host}")), "title": title, "url": url}
    if stated and standing(title, [stated.title]):
        return stated.model_copy(update=own if stated.locations or not location else own | {"locations": (location,)})
    places = (location,) if location else ()
    return Posting(**own, description_html=about(title, page), locations=places, origin="model")
