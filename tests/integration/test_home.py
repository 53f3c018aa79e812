"""The first page over a real file: what it lists, counts, offers and refuses, without a browser."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tests.jobs_file import Served, insert, insert_company, insert_job, make_file, stamp

LEVELS, PLACES = ("junior", "senior", "lead"), ("remote", "hybrid", None)
PARAMETERS = [
    *("q", "workplace_type", "seniority", "employment_type", "country", "company_id", "department", "skills", "status"),
    *("posted_within_days", "yearly_min", "salary_currency", "is_open", "sort", "limit", "after", "before"),
    *("changed_since", "revised_after", "_search", "x"),
]
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(
        [
            *("best", "newest", "found", "salary", "closed", "any", "0", "1", "EUR", "engineer", '"data', "en*", "-a"),
            *(
                "a OR",
                "NOT",
                "2026-01-01~5",
                "90000.0~7",
                "nan~3",
                "1.2",
                "~",
                "9" * 30,
                "²",
                "2026-11-24T06:00:00Z",
                ":",
            ),
        ]
    ),
)


def fill(db: sqlite3.Connection) -> None:
    insert_company(db)
    insert_company(db, "lever:nut", "Nut & Co <b>")
    insert(db, "runs", id=7, state="partial", parameters="{}", started_at=stamp(hours=3), finished_at=stamp(hours=2))
    for pk in range(1, 101):
        level, place = LEVELS[pk % 3], PLACES[pk % 2]
        pay = {"salary_min": pk * 1000, "salary_currency": "EUR" if pk % 2 else "USD", "salary_period": "year"}
        more = {"skills": '["Rust", "SQL"]' if pk % 10 == 0 else '["SQL"]', "posted_on": stamp(days=pk)[:10]}
        insert_job(db, pk, title=f"{level.title()} Engineer {pk}", seniority=level, workplace_type=place, **pay, **more)
    insert_job(db, 101, title="Potter", company_id="lever:nut", company="Nut & Co <b>", first_seen_at=stamp(hours=1))
    insert_job(db, 102, title="Closed Potter", is_open=0, closed_at=stamp(days=1))
    db.execute("UPDATE jobs SET status = 'saved' WHERE pk = 3")
    db.execute("UPDATE jobs SET status = 'applied' WHERE pk = 4")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = make_file(tmp_path_factory.mktemp("home") / "rolecall.db", fill)
    with asyncio.Runner() as runner:
        served = Served(path, runner)
        served.get("/api/facets")  # waits until the jobs are counted
        yield served


def page(site: Served, address: str, **options: str) -> LexborHTMLParser:
    answer = site.get(address, **options)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def titles(tree: LexborHTMLParser) -> list[str]:
    return [node.text(strip=True) for node in tree.css(".page .job h3")]


def facet(tree: LexborHTMLParser, title: str) -> dict[str, int]:
    """Label -> count, of one of the facets."""
    section = next(node for node in tree.css(".facets section") if node.css("h2") and node.css("h2")[0].text() == title)
    return {node.css_first("span").text(): int(node.css_first("data").attributes["value"]) for node in section.css("a")}


def link(tree: LexborHTMLParser, words: str) -> str:
    """Where the link with these words leads."""
    found = next(node for node in tree.css("main a") if words in " ".join(node.text().split()))
    return str(found.attributes["href"])


def test_the_first_page_lists_open_jobs_and_says_how_it_stands(site: Served) -> None:
    tree = page(site, "/")
    assert len(titles(tree)) == 30
    assert "Closed Potter" not in titles(tree)
    assert tree.css_first(".count").text(strip=True).startswith("101")
    assert " ".join(tree.css_first(".state").text().split()) == "1 new since yesterday Last run partial 2 hours ago"
    assert tree.css_first(".state .run").attributes["href"] == "/rolecall/runs/7"


def test_a_list_without_scripts_goes_on_by_links_in_both_directions(site: Served) -> None:
    seen, address, tree = [], "/", page(site, "/")
    while address:
        tree = page(site, address)
        seen.append(titles(tree))
        following = tree.css_first("a[rel=next]")
        address = str(following.attributes["href"]) if following else ""
    assert sum(map(len, seen)) == len({title for some in seen for title in some}) == 101
    back = [titles(tree)]
    while previous := tree.css_first("a[rel=prev]"):
        tree = page(site, str(previous.attributes["href"]))
        back.insert(0, titles(tree))
    assert [title for some in back for title in some] == [title for some in seen for title in some]


def test_a_facet_counts_what_a_click_leads_to(site: Served) -> None:
    tree = page(site, "/?seniority=senior")
    assert facet(tree, "Level") == {"Senior": 34, "Junior": 33, "Lead": 33}
    assert facet(tree, "Workplace") == {"Hybrid": 17, "Remote": 17}
    assert len(titles(page(site, link(tree, "Remote 17")))) == 17
    assert link(tree, "Senior 34") == "/?"
    assert page(site, "/?seniority=senior&seniority=lead").css_first(".count b").text() == "67"


def test_a_chip_takes_its_choice_away(site: Served) -> None:
    tree = page(site, "/?q=engineer&seniority=lead&salary_currency=EUR&yearly_min=50000")
    chips = [" ".join(node.text().split()) for node in tree.css(".chips a")]
    assert chips == ["Remove Paid in EUR ×", "Remove Level Lead ×", "Remove Salary a year, at least EUR 50,000 ×",
                     "Clear all"]  # fmt: skip
    assert len(titles(tree)) == int(tree.css_first(".count b").text())
    assert link(tree, "Remove Level Lead") == "/?q=engineer&salary_currency=EUR&yearly_min=50000"


def test_a_salary_is_asked_for_in_one_currency(site: Served) -> None:
    tree = page(site, "/?q=engineer&seniority=lead")
    form = tree.css_first("form.pay")
    assert {option.text() for option in form.css("option")} == {"EUR", "USD"}
    kept = {node.attributes["name"]: node.attributes["value"] for node in form.css("input[type=hidden]")}
    assert kept == {"q": "engineer", "seniority": "lead"}
    paid = page(site, f"/?{urlencode({**kept, 'yearly_min': '60000', 'salary_currency': 'USD'})}")
    assert titles(paid)
    assert {int(title.rsplit(" ", 1)[1]) % 2 for title in titles(paid)} == {0}
    assert "needs one salary_currency" in page(site, "/?yearly_min=60000").css_first(".notice").text()


def test_offered_floors_are_of_the_currency_that_is_chosen(site: Served) -> None:
    floors = facet(page(site, "/?salary_currency=EUR"), "Salary a year, at least")
    assert floors
    for label, count in floors.items():
        address = f"/?salary_currency=EUR&yearly_min={label.replace(',', '')}"
        assert page(site, address).css_first(".count b").text() == str(count)


@pytest.mark.parametrize(
    ("words", "found"),
    [("potter", 1), ("senior engineer", 34), ('"engineer 7"', 1), ("pott*", 1), ("engineer -senior", 66),
     ("engineer NOT senior", 66), ("senior OR potter", 35), ("zebra", 0), ("-engineer", 1), (":", 101)],
)  # fmt: skip
def test_words_phrases_beginnings_and_what_is_left_out_are_found(site: Served, words: str, found: int) -> None:
    assert page(site, f"/?{urlencode({'q': words})}").css_first(".count b").text() == str(found)


def test_orders_are_offered_where_they_make_sense(site: Served) -> None:
    def orders(address: str) -> list[str]:
        return [node.text() for node in page(site, address).css("nav[aria-label=Order] a")]

    assert orders("/") == ["Newest", "Just found", "Salary in EUR"]
    assert orders("/?q=engineer&salary_currency=USD") == ["Best match", "Newest", "Just found", "Salary in USD"]
    assert orders("/?is_open=0") == ["Newest", "Just found", "Just closed"]
    tree = page(site, "/?sort=salary&salary_currency=USD")
    assert titles(tree)[0].endswith("100")


def test_a_place_that_is_gone_leads_to_the_beginning_and_says_so(site: Served) -> None:
    tree = page(site, "/?after=nowhere")
    assert "beginning" in tree.css_first(".notice").text()
    assert titles(tree) == titles(page(site, "/"))
    assert tree.css_first(".page").attributes["data-place"] == ""


def test_the_cards_of_further_pages_are_those_of_the_page(site: Served) -> None:
    first = page(site, "/?seniority=lead&limit=10").css_first(".list").attributes
    query = f"{first['data-query']}&after={first['data-next']}"
    answer = site.get(f"/-/cards?{query}").json()
    assert answer["count"] == 10
    assert re.findall(r"<h3><a [^>]*>([^<]+)", answer["cards"]) == titles(page(site, f"/?{query}"))
    before = site.get(f"/-/cards?seniority=lead&limit=10&before={answer['previous']}").json()
    assert (before["count"], before["previous"]) == (10, None)


@pytest.mark.parametrize(
    "query",
    [
        *("after=nowhere", "sort=price", "limit=0", "yearly_min=5", "before=~"),
        "sort=salary&salary_currency=EUR&after=x~3",
    ],
)
def test_cards_of_a_question_that_makes_no_sense_are_refused_with_a_reason(site: Served, query: str) -> None:
    answer = site.get(f"/-/cards?{query}")
    assert answer.status_code == 400
    assert answer.json()["reasons"]


def test_only_an_editor_sees_and_sets_marks(site: Served) -> None:
    mine = page(site, "/?status=saved")
    assert titles(mine) == ["Junior Engineer 3"]
    assert mine.css_first(".save").attributes["aria-pressed"] == "true"
    assert not page(site, "/?q=%22engineer+4%22").css(".save")
    assert page(site, "/?q=%22engineer+4%22").css_first(".badges .mine").text() == "Applied"
    theirs = page(site, "/?status=saved", client="192.0.2.7")
    assert len(titles(theirs)) == 30
    assert not theirs.css(".save, .badges .mine, [data-status]")
    assert site.get("/-/cards?status=saved", client="192.0.2.7").status_code == 400


def test_what_an_editor_saw_is_not_shown_to_who_comes_through_a_proxy(site: Served) -> None:
    assert page(site, "/?seniority=junior").css(".save")
    assert not page(site, "/?seniority=junior", headers={"x-forwarded-for": "192.0.2.7"}).css(".save")


def test_cards_are_served_by_a_public_instance(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_PUBLIC", "1")
    answer = site.get("/-/cards", client="192.0.2.7")
    assert answer.status_code == 200
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_names_with_signs_stay_text(site: Served) -> None:
    tree = page(site, "/?company_id=lever:nut")
    assert tree.css_first(".chips b").text() == "Nut & Co <b>"
    assert tree.css_first(".job .where b").text() == "Nut & Co <b>"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PARAMETERS), VALUES), max_size=6))
def test_no_question_is_a_server_error(site: Served, pairs: list[tuple[str, str]]) -> None:
    query = urlencode(pairs, errors="surrogatepass")
    for path in ("/", "/-/cards", "/api/jobs"):
        answer = site.get(f"{path}?{query}", follow_redirects=True)
        assert answer.status_code in ((200,) if path == "/" else (200, 400))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("ab&=%+;~0FfGq\"'*-.\u00e9"), max_size=60))
def test_no_query_string_is_a_server_error(site: Served, query: str) -> None:
    for path in ("/", "/-/cards", "/api/jobs"):
        assert site.get(f"{path}?{query}", follow_redirects=True).status_code < 500


def test_a_file_is_read_again_after_it_changed(tmp_path: Path) -> None:
    path = make_file(tmp_path / "rolecall.db", fill)
    with asyncio.Runner() as runner:
        site = Served(path, runner)
        site.get("/api/facets")
        assert facet(page(site, "/"), "Level")["Senior"] == 34
        with sqlite3.connect(path) as db:
            insert_job(db, 200, title="Senior Weaver", seniority="senior", first_seen_at=stamp(hours=1))
        db.close()
        tree = page(site, "/")
        assert titles(tree)[0] == "Senior Weaver"
        assert facet(tree, "Level")["Senior"] == 35
