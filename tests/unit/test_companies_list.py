"""The companies file that comes with Rolecall: boards of well-known companies on most platforms."""

from collections import Counter

from tasks import companies
from tasks.resolve import of_address
from tasks.settings import ROOT

FILE = ROOT / "deployments" / "companies.csv"
WITHOUT = {"jazzhr", "jobspy", "jobvite", "jsonld", "recruitee", "scrapegraph"}  # no board of which we are sure


def test_the_list_is_sorted_unique_and_of_every_platform_that_we_are_sure_of():
    found = companies.read(FILE)
    assert len(found) >= 150
    order = [(company.name.casefold(), company.source, company.board) for company in found]
    assert order == sorted(order)
    assert {company.source for company in found} == set(companies.known_sources()) - WITHOUT
    assert max(Counter(company.name for company in found).values()) == 1


def test_no_row_needs_another_host_but_its_platforms():
    assert [company.id for company in companies.read(FILE) if company.base_url] == []


def test_a_board_of_a_list_is_what_its_platforms_address_says():
    assert of_address("https://jobs.lever.co/spotify").id == "lever:spotify"
    assert of_address("https://nvidia.wd5.myworkdayjobs.com/nvidiaexternalcareersite").id in {
        company.id for company in companies.read(FILE)
    }
