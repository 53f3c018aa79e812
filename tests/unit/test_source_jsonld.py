"""Careers sites: graphs, microdata, pay and workplaces as sites write them, sitemaps."""

import gzip
import json
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest

from tasks.model import Company, Page, Posting, Request

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
JSONLD = import_module("tasks.sources.jsonld")
JOB = {"@type": "JobPosting", "title": "Potter", "description": "<p>Throw pots.</p>"}
GRAZ = {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": "Graz", "addressCountry": "AT"}}


def read(body: bytes, url: str = "https://e.example/jobs/potter", accept: Any = "html") -> list[Any]:
    company = Company(name="Example", source="jsonld", board="e.example/careers")
    return list(JSONLD.parse(company, Page(Request(url, accept), url, body, AT)))


def page(*scripts: Any) -> list[Any]:
    parts = (words if isinstance(words, str) else json.dumps(words) for words in scripts)
    return read("".join(f'<script type="application/ld+json">{words}</script>' for words in parts).encode())


def one(**facts: Any) -> Posting:
    (job,) = page(JOB | facts)
    assert isinstance(job, Posting)
    return job


@pytest.mark.parametrize("nested", [
    JOB, [JOB], [[JOB]], {"@graph": [JOB]}, {"@graph": {"@graph": [{"@type": "WebPage"}, JOB]}},
    {"@type": "ItemPage", "mainEntity": JOB}, [{"@type": "Organization"}, {"@graph": [JOB]}],
    JOB | {"@type": ["Thing", "JobPosting"]}, JOB | {"@type": "http://schema.org/JobPosting"},
    JOB | {"@type": "schema:JobPosting"}, {"@type": "ItemList", "itemListElement": [{"item": JOB}]},
])  # fmt: skip
def test_a_posting_is_found_however_deep_it_stands(nested: Any) -> None:
    (job,) = page({"@type": "BreadcrumbList"}, nested)
    assert (job.title, job.id) == ("Potter", "/jobs/potter")


def test_what_a_graph_holds_elsewhere_is_joined() -> None:
    money = {"@id": "#pay", "@type": "MonetaryAmount", "currency": "EUR", "value": {"value": 3000, "unitText": "MONTH"}}
    parts = {"jobLocation": [{"@id": "#place"}, {"@id": "#nowhere"}], "baseSalary": {"@id": "#pay"}}
    (job,) = page({"@graph": [GRAZ | {"@id": "#place"}, money, JOB | parts]})
    assert (job.locations, job.city, job.country) == (("Graz, AT",), "Graz", "AT")
    assert (job.salary_min, job.salary_currency, job.salary_period) == (3000, "EUR", "month")


def test_a_posting_within_a_posting_is_not_another() -> None:
    (job,) = page(JOB | {"relatedLink": [JOB | {"title": "Glazer"}]})
    assert (job.title, job.id) == ("Potter", "/jobs/potter")


@pytest.mark.parametrize("script", [
    '{"@type": "JobPosting", "title": "Potter", "description": "<p>Throw\n\tpots.</p>\r\n"}',
    '\ufeff{"@type": "JobPosting", "title": "Potter", "description": "<p>Throw pots.</p>",}',
    '<!-- {"@type": "JobPosting", "title": "Potter", "description": "&lt;p&gt;Throw pots.&lt;/p&gt;"} -->',
    '//<![CDATA[\n{"@type": "JobPosting", "title": "Potter", "description": "<p>Throw pots.<\\/p>"}\n//]]>',
    '{"@type": "JobPosting", "title": "Potter", "description": "<p>Throw \\pots.</p>"};',
])  # fmt: skip
def test_json_that_is_nearly_right_is_read(script: str) -> None:
    (job,) = page(script)
    assert "".join(job.description_html.replace("\\", "").split()) == "<p>Throwpots.</p>"


@pytest.mark.parametrize("words", [
    "<p>Mend &amp; make</p>", "&lt;p&gt;Mend &amp;amp; make&lt;/p&gt;", "&#60;p&#62;Mend &amp;amp; make&#60;/p&#62;",
])  # fmt: skip
def test_a_description_that_is_escaped_is_html_again(words: str) -> None:
    assert one(description=words).description_html == "<p>Mend &amp; make</p>"


MICRODATA = """<div itemscope itemtype="https://schema.org/JobPosting"><h2 itemprop="title">{title}</h2>
<div itemprop="description"><p>Throw pots.</p></div><meta itemprop="validThrough" content="2026-01-02">
<div itemprop="jobLocation" itemscope itemtype="https://schema.org/Place">
<div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
<span itemprop="addressLocality">Graz</span><meta itemprop="addressCountry" content="AT"></div></div>
<div itemprop="baseSalary" itemscope itemtype="https://schema.org/MonetaryAmount">
<meta itemprop="currency" content="EUR">
<div itemprop="value" itemscope itemtype="https://schema.org/QuantitativeValue">
<meta itemprop="minValue" content="2000">
<meta itemprop="maxValue" content="2500"><meta itemprop="unitText" content="MONTH"></div></div></div>"""


def test_microdata_is_read_where_no_json_is() -> None:
    (job,) = read(MICRODATA.format(title="Potter").encode())
    assert (job.title, job.locations, job.expires_on) == ("Potter", ("Graz, AT",), date(2026, 1, 2))
    assert (job.salary_min, job.salary_max, job.salary_currency, job.salary_period) == (2000, 2500, "EUR", "month")
    script = f'<script type="application/ld+json">{json.dumps(JOB | {"title": "Glazer"})}</script>'
    (job,) = read((script + MICRODATA.format(title="Potter")).encode())
    assert job.title == "Glazer"


@pytest.mark.parametrize(("facts", "workplace"), [
    ({}, "remote"), ({"jobLocation": GRAZ}, "remote"), ({"title": "Potter (hybrid)"}, None),
    ({"title": "Kerámikus (hibrid)", "jobLocation": GRAZ}, None),
    ({"jobLocation": GRAZ, "description": "Hybrid: we meet at times."}, None),
    ({"jobLocation": GRAZ, "description": "Three days a week in the studio."}, None),
    ({"jobLocation": GRAZ, "description": "Two days in the office."}, None),
    ({"description": "Our hybrid cloud."}, "remote"),
    ({"jobLocation": GRAZ, "jobLocationType": "hybrid"}, "hybrid"),
    ({"jobLocationType": ["TELECOMMUTE", "onsite"]}, None), ({"jobLocationType": "n/a"}, None),
])  # fmt: skip
def test_telecommute_on_a_hybrid_job_says_nothing(facts: dict[str, Any], workplace: str | None) -> None:
    assert one(**({"jobLocationType": "TELECOMMUTE"} | facts)).workplace_type == workplace


@pytest.mark.parametrize(("stated", "day"), [
    ("2026-01-02", date(2026, 1, 2)), ("2026-01-02T23:59:59-05:00", date(2026, 1, 3)), ("2026-1-2", date(2026, 1, 2)),
    ({"@type": "Date", "name": "2026-01-02"}, date(2026, 1, 2)), ("9999-12-31T23:59:59-08:00", date(9999, 12, 31)),
    ("soon", None), ("", None), (None, None), ("0000-00-00", None), (["2026-01-02", "2026-02-02"], None),
])  # fmt: skip
def test_an_expired_posting_keeps_its_date(stated: Any, day: date | None) -> None:
    assert one(validThrough=stated).expires_on == day


YEARLY = {"@type": "QuantitativeValue", "unitText": "YEAR"}


@pytest.mark.parametrize(("stated", "salary"), [
    ({"currency": "EUR", "value": YEARLY | {"minValue": 40000, "maxValue": 50000}}, (40000, 50000, "EUR", "year")),
    ({"currency": "EUR", "value": YEARLY | {"value": "40000 - 50000"}}, (40000, 50000, "EUR", "year")),
    ({"currency": "EUR", "value": YEARLY | {"value": 40000}}, (40000, 40000, "EUR", "year")),
    ({"currency": "EUR", "value": YEARLY | {"minValue": "40.000,00"}}, (40000, None, "EUR", "year")),
    ({"currency": "EUR", "value": [YEARLY | {"minValue": 40000, "maxValue": 50000}]}, (40000, 50000, "EUR", "year")),
    ([{"currency": "EUR", "value": YEARLY | {"maxValue": 50000}}], (None, 50000, "EUR", "year")),
    ({"currency": "EUR", "minValue": 40000, "maxValue": 50000, "unitText": "yearly"}, (40000, 50000, "EUR", "year")),
    ({"value": YEARLY | {"value": 40000, "currency": "eur"}}, (40000, 40000, "EUR", "year")),
    ({"@type": "PriceSpecification", "price": "18.50", "priceCurrency": "EUR"}, (18.5, 18.5, "EUR", None)),
    ({"currency": "€", "value": 40000}, (40000, 40000, "EUR", None)),
    ("€40,000 to €50,000 per year", (40000, 50000, "EUR", "year")), (40000, (40000, 40000, None, None)),
    ({"currency": "EUR", "value": YEARLY | {"minValue": 50000, "maxValue": 40000}}, None),
    ({"currency": "EUR", "value": YEARLY | {"minValue": 0, "maxValue": 0}}, None),
    ({"currency": "EUR", "value": YEARLY | {"value": "by agreement"}}, None),
    ({"currency": "EUR", "value": [1, 2]}, None), ([{"value": 1}, {"value": 2}], None), ({}, None), ([], None),
    ({"value": None}, None), ({"value": {"value": {"value": 4}}}, None), ("", None), (True, None),
])  # fmt: skip
def test_base_salary_is_read_in_every_form(stated: Any, salary: tuple[Any, ...] | None) -> None:
    job = one(baseSalary=stated)
    assert (job.salary_min, job.salary_max, job.salary_currency, job.salary_period) == (salary or (None,) * 4)


NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
LOC = "<{kind}><loc>{url}</loc></{kind}>"


def sitemap(kind: str, *urls: str, root: str = "", head: str = "") -> bytes:
    name = {"url": "urlset", "sitemap": "sitemapindex"}[kind]
    parts = "".join(f"<{root}{kind}><{root}loc>{url}</{root}loc></{root}{kind}>" for url in urls)
    space = f' xmlns{":" + root[:-1] if root else ""}="{NAMESPACE}"'
    return f"{head}<{root}{name}{space}>{parts}</{root}{name}>".encode()


def followed(body: bytes, url: str = "https://e.example/sitemap.xml") -> list[list[str]]:
    return [[item.accept, item.url] for item in read(body, url, "xml")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("body", [
    sitemap("url", "https://e.example/jobs/1", "https://e.example/about"),
    sitemap("url", " /jobs/1\n", "https://elsewhere.example/jobs/2"),
    sitemap("url", "https://e.example/jobs/1", root="sm:"),
    sitemap("url", "https://e.example/jobs/1", head="\n\n<?xml version='1.0'?><?xml-stylesheet href='a.xsl'?>"),
    sitemap("url", "https://www.e.example/jobs/1").replace(b"www.", b""),
    b"<urlset><url><loc>https://e.example/jobs/1</loc></url></urlset>",
])  # fmt: skip
def test_the_jobs_of_a_sitemap_are_followed(body: bytes, pack: Any) -> None:
    assert followed(pack(body)) == [["html", "https://e.example/jobs/1"]]


def test_of_an_index_the_sitemaps_named_after_jobs_are_followed() -> None:
    urls = [f"https://e.example/{name}.xml" for name in ("post-sitemap", "job_listing-sitemap")]
    assert followed(sitemap("sitemap", *urls)) == [["xml", urls[1]]]
    assert followed(sitemap("sitemap", *urls[:1])) == [["xml", urls[0]]]
    packed = gzip.compress(sitemap("sitemap", "https://e.example/jobs-1.xml.gz", root="s:"))
    assert followed(packed) == [["xml", "https://e.example/jobs-1.xml.gz"]]
    assert followed(sitemap("sitemap", "https://e.example/a/sitemap_index.xml")) == [
        ["xml", "https://e.example/a/sitemap_index.xml"]
    ]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "https://e.example/jobs/1">%s]>
<urlset><url><loc>&%s;</loc></url></urlset>"""
LAUGHS = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))


@pytest.mark.parametrize("body", [
    BOMB % (b"", b"a"), BOMB % (LAUGHS, b"j"), gzip.compress(BOMB % (LAUGHS, b"j")),
    BOMB % (b'<!ENTITY x SYSTEM "file:///etc/passwd">', b"x"), b'<!DOCTYPE urlset SYSTEM "http://e.example/a.dtd"><urlset/>',
])  # fmt: skip
def test_a_sitemap_with_entities_of_its_own_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="DTD or entities"):
        followed(body)
