"""Where a careers site leads: to jobs, to the other pages of a list, through sitemaps."""

import re
import zlib
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from tasks import bodies
from tasks.model import Page, Request
from tasks.normalize import tree, without_tracking
from tasks.sources import _xml

WORDS = (
    r"(?:job\w*|careers?|positions?|vacanc\w+|openings?|roles?|opportunit\w+|stellen?\w*|karriere|emplois?|offres?"
    r"|vacatures?|empleos?|vagas?)"
)
JOB_WORD = re.compile(WORDS, re.I)
JOB_QUERY = re.compile(r"(?:^|&)(?:gh_jid|job|jid|(?:job|vacancy|position|req)_?id)=\w", re.I)
NO_JOB = re.compile(  # whole words only: /careers/process is a page about hiring, /careers/process-engineer a job
    r"/(?:categor(?:y|ies)|departments?|locations?|tags?|teams?|authors?|pages?|search|results|blog|news|events?|stories"
    r"|log-?in|sign-?in|sign-?up|register|apply|alerts?|saved|feed|rss|share)(?:/|$)"
    r"|/(?:bewerben|bewerbung(?:en|sprozess)?|application|privacy(?:-policy|-notice)?|datenschutz\w*|impressum|imprint"
    r"|terms|cookies?|benefits?|culture|faqs?|about(?:-us)?|life(?:-at-[\w-]+)?|arbeiten-bei-[\w-]+|people|students?"
    r"|graduates?|internships?|university|diversity(?:-[\w-]*inclusion)?|values|(?:hiring-)?process|contact|kontakt|all"
    r"|jobs?|job-search|index|why-[\w-]+|how-we-[\w-]+)(?:\.\w+)?/?$"
    r"|\.(?:pdf|docx?|jpe?g|png|gif|svg|webp|ics|xml|json|css|js|zip|gz)$",
    re.I,
)
PAGE = (
    r"(?:(?!per)(?:\w+[-_])?(?:current)?page(?:[-_]?(?:no|num|number|index)|-\w+)?|paged|pg|seite|pagina|offset|skip"
    r"|start(?:row)?)=\d{1,4}"
)
NUMBERED = re.compile(rf"[?&]{PAGE}(?:&|$)|/page/\d{{1,4}}/?(?:\?|$)", re.I)
GZIP = b"\x1f\x8b"
LONGEST = 2000  # characters of an address; the sitemap protocol's own limit is 2,048
MAX_UNPACKED = 50_000_000  # bytes; the sitemap protocol's own limit


def absolute(base: str, address: str) -> str:
    """The http(s) address without fragment and tracking; empty where there is none, or one too long to be any."""
    if len(address) > LONGEST:
        return ""
    try:
        url = urljoin(base, address.strip().replace(" ", "%20"))
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url)
    return without_tracking(url.partition("#")[0]) if is_web else ""


def is_job(url: str, listed_on: str) -> bool:
    """Whether an address found on a page looks like a job of the same site."""
    parts, own = urlsplit(url), urlsplit(listed_on)
    if _site(parts.netloc) != _site(own.netloc):
        return False
    if parts.path.rstrip("/") == own.path.rstrip("/"):
        return bool(JOB_QUERY.search(parts.query))
    rest = below_jobs(parts.path)
    return bool(JOB_QUERY.search(parts.query)) or bool(rest and not NO_JOB.search(rest))


def below_jobs(path: str) -> str:
    """What follows the first part of a path that has a word for jobs in it, `/open-positions/nurse` -> `/nurse`."""
    parts = path.split("/")
    for number, part in enumerate(parts[1:-1], start=2):
        if parts[number] and any(map(JOB_WORD.fullmatch, part.split("-"))):
            return "/" + "/".join(parts[number:])
    return ""


def at_home(page: Page) -> Page:
    """The page.

    Raises: ValueError where redirects have led to another host: the board has moved or is gone.
    """
    asked, answered = (_site(urlsplit(url).netloc) for url in (page.request.url, page.url))
    if asked != answered:
        raise ValueError(f"redirected to {answered}: the board has moved there or is gone")
    return page


def jobs(page: Page, addresses: Iterable[str]) -> list[Request]:
    """The addresses that look like jobs, each once, also where one of them ends in a slash."""
    urls = [url for address in addresses if is_job(url := absolute(page.url, address), page.url)]
    first = {url.rstrip("/"): url for url in reversed(urls)}
    return [Request(url, "html") for url in dict.fromkeys(first[url.rstrip("/")] for url in urls)]


def hrefs(page: Page, selector: str = "a[href]") -> list[str]:
    return [link.attributes.get("href") or "" for link in tree(page.text).css(selector)]


def is_later_page(url: str, first: str) -> bool:
    """Whether an address followed from the list `first` is another page of a list; tells by the address alone."""
    return bool(NUMBERED.search(url)) and not is_job(url, first)


def later_pages(page: Page) -> list[Request]:
    """The list's other pages: those marked as next, and numbered ones that differ from this page by number only."""
    own = _unnumbered(page.url)
    marked = [absolute(page.url, href) for href in hrefs(page, 'link[rel~="next" i][href], a[rel~="next" i][href]')]
    plain = [absolute(page.url, href) for href in hrefs(page)]
    found = [url for url in marked if _unnumbered(url)[:2] == own[:2]]
    found += [url for url in plain if _unnumbered(url) == own]
    return [Request(url, "html") for url in dict.fromkeys(found) if url != page.url and is_later_page(url, page.url)]


def _unnumbered(url: str) -> tuple[str, str, list[str]]:
    """Host, path and query without the number of the page."""
    parts = urlsplit(url)
    path = re.sub(r"/page/\d{1,4}$", "", parts.path.rstrip("/"), flags=re.I)
    query = sorted(part for part in parts.query.split("&") if part and not re.fullmatch(PAGE, part, re.I))
    return _site(parts.netloc), path, query


def _site(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def unpacked(page: Page) -> bytes:
    """The body, also of a file that is compressed itself.

    Raises: ValueError where it is broken or longer than a sitemap may be.
    """
    if not page.body.startswith(GZIP):
        return page.body
    stream = zlib.decompressobj(wbits=31)
    try:
        body = stream.decompress(page.body, MAX_UNPACKED + 1)
    except zlib.error as error:
        raise ValueError("broken gzip") from error
    if len(body) > MAX_UNPACKED or not stream.eof:
        raise ValueError(f"gzip cut off, or more than {MAX_UNPACKED} bytes")
    return body


def sitemap(page: Page) -> list[Request]:
    """The jobs of a sitemap; of an index the sitemaps named after jobs, or all of them.

    Raises: ValueError where it is none.
    """
    root = _xml.tree(bodies.text(unpacked(page)), "urlset", "sitemapindex")
    if _xml.name(root) == "urlset":
        return jobs(page, _xml.texts(root, "{*}url/{*}loc"))
    maps = [url for loc in _xml.texts(root, "{*}sitemap/{*}loc") if (url := absolute(page.url, loc))]
    named = [url for url in maps if re.search(WORDS, urlsplit(url).path, re.I)]
    return [Request(url, "xml") for url in named or maps]
