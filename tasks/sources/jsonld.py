"""Any careers site whose job pages carry schema.org/JobPosting, or a sitemap of such pages.

Site:   the company's own
API:    none (developers.google.com/search/docs/appearance/structured-data/job-posting)
Board:  address of the careers page or sitemap without its scheme, `www.example.com/careers`
Paging: links on the site that look like jobs, else its /sitemap.xml; of a sitemap index those named after jobs, or all
Shape:  JSON-LD, else microdata. A list that holds its JobPostings whole is read as it is. An expired posting is
        no open role and a page without a JobPosting is no job: both yield nothing.
Limits: `CAP` links of a page, `claimed` then tells more; no second pages of a list, other hosts, gzipped sitemaps
Checked: 7 recorded job pages of 4 sites, 16 recorded careers pages
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from tasks.model import Company, Page, Posting, Request
from tasks.sources._jsonld import WORDS, absolute, are_whole_list, is_job, items, posting

MISSES_TO_CLOSE = 2
CAP = 2000


def start(company: Company) -> Request:
    host, _, path = company.board.partition("/")
    url = f"{company.origin(f'https://{host}')}/{path}"
    return Request(url, "xml" if re.search(r"\.xml(?:\?|$)", url) else "html")


def parse(company: Company, page: Page) -> Iterator[Posting | Request]:
    follow = _follow(company, page)
    if follow is not None:
        yield from follow[:CAP]
        return
    found = items(page)
    for item in found:
        job = posting(company, item, page, is_alone=len(found) == 1)
        if job.expires_on is None or job.expires_on >= page.fetched_at.date():
            yield job


def claimed(company: Company, page: Page) -> int | None:
    follow = _follow(company, page)
    return None if follow is None or any(request.accept == "xml" for request in follow) else len(follow)


def _follow(company: Company, page: Page) -> list[Request] | None:
    """Where a list leads; None for a page that is to be read itself."""
    if page.request.accept == "xml":
        return _sitemap(page)
    if page.request != start(company):
        return None
    links = [link.attributes.get("href") or "" for link in LexborHTMLParser(page.text).css("a[href]")]
    found, jobs = items(page), _jobs(page, links)
    if are_whole_list(found, page) and len(jobs) <= len(found):
        return None
    return jobs or [Request(urljoin(start(company).url, "/sitemap.xml"), "xml")]


def _sitemap(page: Page) -> list[Request]:
    try:
        root = etree.fromstring(page.body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ValueError("not XML") from error
    if etree.QName(root).localname == "sitemapindex":
        maps = [url for loc in root.iterfind("{*}sitemap/{*}loc") if (url := absolute(page.url, loc.text or ""))]
        named = [url for url in maps if re.search(WORDS, urlsplit(url).path, re.I)]
        return [Request(url, "xml") for url in named or maps]
    if etree.QName(root).localname != "urlset":
        raise ValueError("not a sitemap")
    return _jobs(page, (loc.text or "" for loc in root.iterfind("{*}url/{*}loc")))


def _jobs(page: Page, addresses: Iterable[str]) -> list[Request]:
    urls = [url for address in addresses if is_job(url := absolute(page.url, address), page.url)]
    first = {url.rstrip("/"): url for url in reversed(urls)}
    return [Request(url, "html") for url in dict.fromkeys(first[url.rstrip("/")] for url in urls)]
