"""The companies file that comes with Rolecall: boards of well-known companies on most platforms."""

from collections import Counter

from tasks import companies
from tasks.settings import ROOT

FILE = ROOT / "deployments" / "companies.csv"
WITHOUT = {"jobspy", "jobvite", "scrapegraph"}  # no board of which we are sure
LEVER_EU = "https://api.eu.lever.co"


def test_the_list_is_sorted_unique_and_of_every_platform_that_we_are_sure_of():
    found = companies.read(FILE)
    assert len(found) >= 150
    names = [company.name.casefold() for company in found]
    assert names == sorted(set(names))
    assert max(Counter(company.id.casefold() for company in found).values()) == 1
    assert {company.source for company in found} == set(companies.known_sources()) - WITHOUT


def test_no_row_needs_another_host_but_those_of_lever_in_the_eu():
    assert {company.base_url for company in companies.read(FILE) if company.base_url} == {LEVER_EU}
