import pytest

from tasks import normalize
from tasks.model import Posting


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<iframe src='https://example.com'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<style>@import 'x'</style>",
        "<form action=x><input></form>",
        "<p onclick=alert(1)>x</p>",
    ],
)
def test_nothing_that_acts_survives_cleaning(hostile):
    clean = normalize.clean_html(f"<p>before</p>{hostile}<p>after</p>")
    for word in ("script", "onerror", "onclick", "javascript", "iframe", "form", "style", "<img", "<svg"):
        assert word not in clean.lower()
    assert "<p>before</p>" in clean
    assert "after" in clean


def test_text_has_a_line_for_each_block_and_no_words_glued_together():
    html = "<h2>About</h2><p>One<br>two</p><ul><li>Go</li><li>SQL</li></ul><table><tr><td>a</td><td>b</td></tr></table>"
    assert normalize.html_to_text(html) == "About\nOne\ntwo\nGo\nSQL\na\nb"
    assert normalize.html_to_text("") == ""
    assert normalize.html_to_text("plain &amp; simple") == "plain & simple"


def test_tracking_parameters_go_and_others_stay():
    url = "https://example.com/jobs?gh_jid=7&utm_source=x&gh_src=abc&lang=en"
    assert normalize.without_tracking(url) == "https://example.com/jobs?gh_jid=7&lang=en"
    assert normalize.without_tracking("https://example.com/jobs?utm_source=x") == "https://example.com/jobs"
    assert normalize.without_tracking("https://example.com/jobs") == "https://example.com/jobs"


def posting(**fields):
    return Posting(
        **{"id": "1", "title": "Engineer", "url": "https://example.com/1", "locations": ("Berlin",), **fields}
    )


def test_the_content_hash_moves_with_what_a_reader_sees_and_with_nothing_else():
    base = normalize.content_hash(posting(), "text")
    assert normalize.content_hash(posting(url="https://example.com/2", posted_on="2026-01-01", id="2"), "text") == base
    for other in (
        normalize.content_hash(posting(), "other text"),
        normalize.content_hash(posting(title="Lead"), "text"),
        normalize.content_hash(posting(locations=("Berlin", "Paris")), "text"),
        normalize.content_hash(posting(salary_min=1.0, salary_currency="EUR"), "text"),
        normalize.content_hash(posting(origin="jsonld"), "text"),
    ):
        assert other != base
