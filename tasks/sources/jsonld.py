"""Any careers site whose job pages carry schema.org/JobPosting, or a sitemap of such pages.

Site:   the company's own
API:    none (developers.google.com/search/docs/appearance/structured-data/job-posting)
Board:  address of the careers page or sitemap without its scheme, `www.example.com/careers`
Paging: links on the site that look like jobs, else its /sitemap.xml; of a sitemap index those named after jobs, or all.
        Other pages of a list are those on its own path that are marked as next or differ by their number only
Shape:  JSON-LD, else microdata. A list that holds its JobPostings whole is read as it is. An expired posting
        keeps its date, by which it lands closed; a page without a JobPosting is no job. A sitemap may be gzipped.
Limits: `CAP` links of a page, `claimed` of the first then tells more; no lists that a script fills, other hosts
Checked: 7 recorded job pages of 4 sites, 16 recorded careers pages
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from tasks.model import Company, Page, Posting, Request
from tasks.sources._jsonld import are_whole_list, items, posting
from tasks.sources._links import hrefs, is_later_page, jobs, later_pages, sitemap

MISSES_TO_CLOSE = 2
ADDRESSES: dict[str, str | None] = {}  # none but the company's own
CAP = 2000


def start(company: Company) -> Request:
    host, _, path = company.board.partition("/")
    url = f"{company.origin(f'https://{host}')}/{path}"
    return Request(url, "xml" if re.search(r"\.xml(?:\.gz)?(?:\?|$)", url) else "html")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    is_list, follow = _is_list(company, page), _follow(company, page)
    yield from (follow or [])[:CAP]
    found = items(page) if follow is None else []
    for item in found:
        yield posting(company, item, page, is_alone=len(found) == 1 and not is_list)
    if is_list and (found or follow):  # a page past the end of a list leads nowhere
        yield from later_pages(page)


def claimed(company: Company, page: Page) -> int | None:
    """Shape: later pages of a list claim nothing, since many show jobs of the first again."""
    follow = _follow(company, page)
    is_later = page.request.accept == "html" and page.request != start(company)
    return None if follow is None or is_later or any(request.accept == "xml" for request in follow) else len(follow)


def _is_list(company: Company, page: Page) -> bool:
    first = start(company)
    return page.request.accept == "html" and (page.request == first or is_later_page(page.request.url, first.url))


def _follow(company: Company, page: Page) -> list[Request] | None:
    """The jobs or sitemaps that a list leads to; None for a page that is to be read itself."""
    if page.request.accept == "xml":
        return sitemap(page)
    if not _is_list(company, page):
        return None
    found, linked = items(page), jobs(page, hrefs(page))
    if are_whole_list(found, page) and len(linked) <= len(found):
        return None
    is_first = page.request == start(company)
    return linked or ([Request(urljoin(start(company).url, "/sitemap.xml"), "xml")] if is_first else [])
