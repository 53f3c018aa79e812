"""The first page as a job seeker uses it: search, filters, a list without end, keys, Back, a phone, the dark."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chromium import CHROMIUM, DESKTOP, FLAGS, PHONE, needs_chromium, page_of
from tests.jobs_file import insert, insert_company, insert_job, stamp

pytestmark = needs_chromium

JOBS = 640
MOST_CARDS = 180  # in the document at once, of a list of any length
IN_VIEW = "[...document.querySelectorAll('.job')].find(card => card.getBoundingClientRect().bottom > 60)"
SETTLED = "() => document.querySelector('.list').ariaBusy === 'false'"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
}"""


def fill(db: sqlite3.Connection) -> None:
    insert_company(db)
    insert_company(db, "lever:nut", "Nut & Co")
    insert(db, "runs", id=1, state="completed", parameters="{}", started_at=stamp(hours=3), finished_at=stamp(hours=2))
    for pk in range(1, JOBS + 1):
        craft = ("Welder", "Senior Welder", "Data Engineer", "Engineer of Data")[pk % 4]
        kind = {"workplace_type": ("remote", "onsite")[pk % 2], "seniority": "senior" if pk % 4 == 1 else None}
        pay = {"salary_min": pk * 100, "salary_currency": "EUR", "salary_period": "year"} if pk % 3 == 0 else {}
        where = {"company_id": "lever:nut", "company": "Nut & Co"} if pk % 10 == 0 else {}
        more = {"posted_on": stamp(days=1 + (JOBS - pk) // 8)[:10], "location": "A town with a name " * (pk % 3)}
        insert_job(db, pk, f"<p>{craft} at work</p>", title=f"{craft} {pk:03}", **kind, **pay, **where, **more)


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    with page_of(browser, address, viewport=DESKTOP, base_url=address) as page:
        page.goto("/api/facets")  # waits until the jobs are counted
        page.goto("/")
        yield page


def titles(page: Any) -> list[str]:
    return [str(text) for text in page.locator(".job h3").all_inner_texts()]


def total(page: Any) -> int:
    return int(page.locator(".count b").inner_text().replace(",", ""))


def choice(page: Any, label: str) -> Any:
    return page.locator(".facets").get_by_role("link", name=re.compile(f"^{label}"))


def search(page: Any, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(re.compile(r"[?&]q="))


def seen_while_scrolling(page: Any, by: int, times: int) -> list[str]:
    """The titles that came into view, in their order."""
    seen: dict[str, None] = {}
    for time in range(times):
        page.evaluate("by => scrollBy(0, by)", by if time else 0)
        page.evaluate(TWO_FRAMES)
        page.wait_for_function(SETTLED)
        page.wait_for_function(f"() => {IN_VIEW} !== undefined")
        assert page.locator(".job").count() <= MOST_CARDS
        shown = page.evaluate(
            """() => [...document.querySelectorAll('.job')].filter(card => {
              const { top, bottom } = card.getBoundingClientRect();
              return bottom > 60 && top < innerHeight;
            }).map(card => card.querySelector('h3').textContent)"""
        )
        seen |= dict.fromkeys(shown if by > 0 else reversed(shown))
    return list(seen)


def place(page: Any) -> tuple[str, float]:
    """The card in view, and where its upper edge is."""
    pk, top = page.evaluate(f"(card => [card.dataset.pk, card.getBoundingClientRect().top])({IN_VIEW})")
    return pk, top


def in_the_middle(page: Any) -> None:
    """Scroll until the list has gone on a few times, and the address has followed."""
    seen_while_scrolling(page, 1200, 12)
    page.wait_for_url("**/?after=*")


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("engineer data", r"Data Engineer|Engineer of Data"), ('"data engineer"', r"Data Engineer"),
        ("weld*", r"Welder"),
        ("welder -senior", r"^Welder"), ("welder NOT senior", r"^Welder"), ("senior OR data", r"Senior|Data"),
    ],
)  # fmt: skip
def test_words_are_searched_as_the_tips_say(page: Any, words: str, fits: str) -> None:
    search(page, words)
    assert total(page) == {"weld*": 320, '"data engineer"': 160}.get(words, total(page))
    assert titles(page)
    assert all(re.search(fits, title) for title in titles(page))


def test_a_search_marks_its_words_and_keeps_the_filters(page: Any) -> None:
    choice(page, "On-site").click()
    search(page, "engineer text")
    assert total(page) == 160
    assert "Workplace On-site" in page.locator(".chips li").first.inner_text()
    assert set(page.locator(".excerpt mark").all_inner_texts()) == {"text"}
    assert page.get_by_role("searchbox").input_value() == "engineer text"


def test_a_search_that_finds_nothing_says_where_to_go(page: Any) -> None:
    search(page, "zebra")
    assert total(page) == 0
    page.get_by_role("link", name="see all open jobs").click()
    assert total(page) == JOBS


def test_a_filter_goes_on_and_off_and_its_count_is_right(page: Any) -> None:
    senior = choice(page, "Senior")
    count = int(senior.locator("data").inner_text())
    senior.click()
    assert total(page) == count == 160
    assert senior.get_attribute("aria-current") == "true"
    senior.click()
    assert total(page) == JOBS
    senior.click()
    page.locator(".chips").get_by_role("link", name="Remove Level Senior").click()
    assert total(page) == JOBS


def test_a_salary_is_asked_for_with_its_currency_and_sorted_by(page: Any) -> None:
    page.get_by_role("textbox", name="Salary a year, at least").fill("60000")
    page.get_by_role("button", name="Apply").click()
    assert total(page) == sum(pk % 3 == 0 and pk >= 600 for pk in range(1, JOBS + 1))
    page.get_by_role("link", name="Salary in EUR").click()
    assert titles(page)[0].endswith("639")
    assert page.get_by_role("navigation", name="Order").locator("[aria-current]").inner_text() == "Salary in EUR"


def test_a_list_goes_on_by_itself_both_ways_with_a_bounded_document(page: Any) -> None:
    down = seen_while_scrolling(page, 900, 60)
    assert len(down) > 300
    assert down == [each["title"] for each in jobs_of(page)][: len(down)]
    assert re.match(r"\d+ of 640 jobs are loaded\.", page.locator(".loaded").inner_text())
    up = seen_while_scrolling(page, -900, 70)
    assert up[::-1] == down
    assert page.evaluate("scrollY") == 0
    page.wait_for_url(re.compile(r":\d+/$"))


def jobs_of(page: Any) -> list[dict[str, Any]]:
    """All jobs, as the API lists them."""
    found, after = [], ""
    while after is not None:
        answer = page.request.get(f"/api/jobs?limit=100&after={after}").json()
        found += answer["jobs"]
        after = answer["next"]
    return found


def test_the_address_of_a_place_shows_the_same_cards_to_others(page: Any, browser: Any, address: str) -> None:
    in_the_middle(page)
    pk, _ = place(page)
    with page_of(browser, address, viewport=DESKTOP) as other:
        other.goto(page.url)
        assert other.locator(f".job[data-pk='{pk}']").count() == 1


@pytest.mark.parametrize("has_anchors", [True, False], ids=["scroll-anchors", "no-scroll-anchors"])
def test_what_is_in_view_stays_where_it_is_while_the_list_grows_upwards(page: Any, has_anchors: bool) -> None:
    if not has_anchors:
        page.add_init_script("CSS.supports = () => false")
    page.goto(f"/?after={jobs_of(page)[199]['posted_on']}~200")
    page.evaluate(SHIFTS)
    page.evaluate("has => { document.body.style.overflowAnchor = has ? 'auto' : 'none'; }", has_anchors)
    assert "Previous page" in page.locator(".pager").first.inner_text()
    page.evaluate("scrollBy(0, document.querySelector('.job:nth-child(5)').getBoundingClientRect().top - 70)")
    pk, top = place(page)
    page.wait_for_function("() => document.querySelector('.page').dataset.place.startsWith('before=')")
    assert abs(page.locator(f".job[data-pk='{pk}']").bounding_box()["y"] - top) < 2
    seen_while_scrolling(page, -700, 12)
    assert page.evaluate("window.shifted") < (0.01 if has_anchors else 9)  # it counts our own scrolling as a shift


def test_scrolling_shifts_nothing(page: Any) -> None:
    page.evaluate(SHIFTS)
    seen_while_scrolling(page, 1000, 15)
    assert page.evaluate("window.shifted") < 0.01


def back_and_forth(page: Any) -> None:
    in_the_middle(page)
    pk, _ = place(page)
    card = page.locator(f".job[data-pk='{pk}'] + .job + .job")
    title, top = card.locator("h3").inner_text(), card.bounding_box()["y"]
    card.locator("h3 a").click()
    assert page.locator("h1").inner_text() == title
    page.go_back(wait_until="commit")
    card = page.locator(".job", has_text=title)
    card.wait_for()
    page.wait_for_function("() => scrollY > 0")
    page.wait_for_function(SETTLED)
    assert abs(card.bounding_box()["y"] - top) < 2


def test_back_from_a_job_finds_the_list_where_it_was(page: Any) -> None:
    back_and_forth(page)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "back_forward"
    assert page.evaluate("document.activeElement.closest('.job') !== null")


def test_back_is_the_same_where_the_browser_keeps_the_page(browser: Any, address: str) -> None:
    kept = ["--disable-back-forward-cache"]
    keeping = browser.browser_type.launch(executable_path=CHROMIUM, args=FLAGS, ignore_default_args=kept)
    with page_of(keeping, address, viewport=DESKTOP, base_url=address) as page:
        page.goto("/")
        page.evaluate("addEventListener('pageshow', (event) => { window.isKept = event.persisted; })")
        back_and_forth(page)
        assert page.evaluate("window.isKept") is True
    keeping.close()


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.closest('.job')?.querySelector('h3').textContent ?? ''"))


def press(page: Any, key: str, times: int) -> None:
    for _ in range(times):
        before = focused(page)
        page.keyboard.press(key)
        page.wait_for_function(
            "before => document.activeElement.closest('.job')?.querySelector('h3').textContent !== before", arg=before
        )


def test_j_and_k_go_from_card_to_card_and_load_as_they_go(page: Any) -> None:
    order = [each["title"] for each in jobs_of(page)]
    press(page, "j", 65)
    assert focused(page) == order[64]
    box = page.locator(".job", has_text=order[64]).bounding_box()
    assert 50 <= box["y"] <= box["y"] + box["height"] <= DESKTOP["height"]
    press(page, "k", 64)
    assert focused(page) == order[0]
    page.keyboard.press("k")
    assert focused(page) == order[0]
    page.keyboard.press("Enter")
    page.wait_for_url("**/rolecall/jobs/*")
    assert page.locator("h1").inner_text() == order[0]


def test_the_card_in_focus_is_outlined(page: Any) -> None:
    page.keyboard.press("j")
    shadow = "getComputedStyle(document.querySelector('.job')).boxShadow"
    assert "0px 0px 0px 2px" in page.evaluate(shadow)


def test_slash_goes_to_the_search_box_and_a_question_mark_shows_the_keys(page: Any) -> None:
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keyboard shortcuts").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("sj?/")
    assert page.get_by_role("searchbox").input_value() == "sj?/"
    assert not page.get_by_role("dialog").is_visible()
    page.get_by_role("searchbox").blur()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("button", name="Close").click()
    assert not page.get_by_role("dialog").is_visible()


def marks(page: Any) -> list[str]:
    found = page.request.get("/api/jobs?status=saved").json()["jobs"]
    return [str(each["title"]) for each in found]


def test_s_and_the_button_save_a_job_and_take_it_back(page: Any) -> None:
    press(page, "j", 2)
    title = focused(page)
    button = page.locator(".job", has_text=title).get_by_role("button")
    with page.expect_response("**/-/mark/*"):
        page.keyboard.press("s")
    assert button.get_attribute("aria-pressed") == "true"
    assert marks(page) == [title]
    page.reload()
    assert button.get_attribute("aria-pressed") == "true"
    with page.expect_response("**/-/mark/*"):
        button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert marks(page) == []


def test_a_job_is_saved_although_the_browser_holds_a_token_of_a_server_that_is_gone(browser: Any, address: str) -> None:
    with page_of(browser, address, is_watched=False, viewport=DESKTOP, base_url=address) as page:
        page.context.add_cookies([{"name": "ds_csrftoken", "value": "old.token", "url": address}])
        page.goto("/")
        button = page.locator(".job").first.get_by_role("button")
        with page.expect_response(lambda answer: "/-/mark/" in answer.url and answer.ok):
            button.click()
        assert len(marks(page)) == 1
        with page.expect_response(lambda answer: "/-/mark/" in answer.url and answer.ok):
            button.click()


def test_a_job_that_could_not_be_saved_is_shown_as_it_was_with_the_reason(browser: Any, address: str) -> None:
    with page_of(browser, address, is_watched=False, viewport=DESKTOP, base_url=address) as page:
        page.goto("/")
        page.route("**/-/mark/*", lambda route: route.fulfill(status=503, json={"error": "The file is busy."}))
        button = page.locator(".job").first.get_by_role("button")
        button.click()
        page.get_by_role("alert").wait_for()
        assert re.search(r"“.+” was not saved. The file is busy.", page.get_by_role("alert").inner_text())
        assert button.get_attribute("aria-pressed") == "false"


def test_a_list_that_could_not_go_on_says_so_and_goes_on_later(browser: Any, address: str) -> None:
    with page_of(browser, address, is_watched=False, viewport=DESKTOP, base_url=address) as page:
        page.route("**/-/cards?*", lambda route: route.abort())
        page.goto("/")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_function("() => document.querySelector('.loaded').textContent.includes('could not be loaded')")
        assert page.get_by_role("link", name="Next page").is_visible()
        page.unroute("**/-/cards?*")
        page.evaluate("performance.now = () => 1e9")  # the patience after a failure is over
        page.mouse.move(800, 500)
        page.mouse.wheel(0, -50)
        page.wait_for_function("() => document.querySelectorAll('.page').length > 1")


def test_without_scripts_the_list_is_paged_by_links(browser: Any, address: str) -> None:
    with page_of(browser, address, viewport=PHONE, base_url=address, java_script_enabled=False) as page:
        page.goto("/?seniority=senior")
        first = titles(page)
        page.get_by_role("link", name="Next page").click()
        second = titles(page)
        assert len({*first, *second}) == 60
        page.get_by_role("link", name="Previous page").click()
        assert titles(page) == first
        page.get_by_text("Filters").click()
        choice(page, "On-site").click()
        assert total(page) == 160
        assert not page.locator(".save, .with-keys").first.is_visible()


def test_a_phone_needs_no_scrolling_sideways(browser: Any, address: str) -> None:
    with page_of(browser, address, viewport=PHONE, base_url=address, has_touch=True, is_mobile=True) as page:
        for path in ("/", "/?q=engineer&salary_currency=EUR&yearly_min=10000&seniority=senior", "/?q=zebra"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.goto("/")
        assert not page.locator(".facets .groups").is_visible()
        page.get_by_text("Filters").tap()
        assert page.locator(".facets .groups").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_dark_is_dark_and_who_wants_no_motion_sees_none(browser: Any, address: str) -> None:
    options = {"color_scheme": "dark", "reduced_motion": "reduce"}
    with page_of(browser, address, viewport=DESKTOP, base_url=address, **options) as page:
        page.goto("/")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(map(int, re.findall(r"\d+", colour)[:3])) < 40
        assert page.evaluate("getComputedStyle(document.querySelector('.job')).transitionDuration") == "0s"
