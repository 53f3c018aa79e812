"""Pages that mean harm, each read by the walker's own door in a child process that is ended when it takes too much."""

import pytest

from tasks import rules
from tests import hostile
from tests.unit.test_sources import NAMES

SECONDS = 3.0  # of a processor, on a machine that does other things too
MEGABYTES = 200


def unbearable(cases):
    """What was not read or refused within bounds."""
    for name, read in cases:
        took = hostile.measured(read, SECONDS)
        if not took.is_bearable or took.megabytes > MEGABYTES:
            yield f"{name}: {took}"


@pytest.mark.parametrize("source", NAMES)
def bench_a_hostile_page_is_read_or_refused_before_it_grows(source):
    rules.extract("Welder", "Graz", "what every process loads once")
    assert list(unbearable(hostile.pages(source))) == []


def bench_a_hostile_text_is_read_by_rules_in_a_moment():
    rules.extract("Welder", "Graz", "what every process loads once")
    assert list(unbearable(hostile.texts())) == []
