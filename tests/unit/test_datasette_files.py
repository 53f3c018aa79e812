"""The Datasette folder's own words and rules, without Datasette serving anything."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import datasette.app
import pytest
import yaml
from datasette.app import DEFAULT_SETTINGS

from tasks import store

FOLDER = Path(__file__).parents[2] / "datasette"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def plugin(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rolecall_{name}", FOLDER / "plugins" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wording, addresses, details = (plugin(name) for name in ("wording", "addresses", "details"))


def test_the_folder_does_not_shadow_the_package() -> None:
    assert "site-packages" in str(datasette.app.__file__)
    assert [path.parent.name for path in FOLDER.rglob("__init__.py")] == ["rolecall_reader"]


def test_every_setting_is_one_that_datasette_knows() -> None:
    settings = json.loads((FOLDER / "settings.json").read_text())
    assert settings.keys() <= DEFAULT_SETTINGS.keys()
    assert settings["suggest_facets"] is False


def test_metadata_names_only_tables_of_the_schema() -> None:
    tables = yaml.safe_load((FOLDER / "metadata.yaml").read_text())["databases"]["rolecall"]["tables"]
    schema = store.SCRIPT
    named = set(re.findall(r"^CREATE (?:VIRTUAL )?(?:TABLE|VIEW) (\w+)", schema, re.MULTILINE))
    assert {name for name in tables if not name.startswith(("jobs_fts", "titles_fts"))} <= named


@pytest.mark.parametrize("path", sorted((FOLDER / "templates").glob("*.html")), ids=lambda path: path.name)
def test_a_template_has_no_inline_script_style_or_foreign_address(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|style=|<script>|\son\w+=|https?://|\|\s*safe", text)


@pytest.mark.parametrize("path", sorted((FOLDER / "static").glob("*")), ids=lambda path: path.name)
def test_a_static_file_asks_no_other_host(path: Path) -> None:
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", path.read_text())


@pytest.mark.parametrize(
    ("low", "high", "currency", "period", "words"),
    [
        (120000, 150000, "USD", "year", "$120k–150k / year"),
        (18.5, None, "EUR", "hour", "from €18.50 / hour"),
        (18.5, 18.5, "EUR", "hour", "€18.50 / hour"),
        (None, 90000, "GBP", "year", "up to £90k / year"),
        (6900, 8625, "CHF", "month", "CHF\u00a06,900–8,625 / month"),
        (6_000_000, 7_500_000, "JPY", "year", "¥6M–7.5M / year"),
        (122500, 122500, None, None, "122.5k"),
        (5, 6, "???", "hour", "???5–6 / hour"),
        (None, None, "USD", "year", ""),
    ],
)
def test_a_salary_reads_as_people_write_it(
    low: float | None, high: float | None, currency: str | None, period: str | None, words: str
) -> None:
    row = {"salary_min": low, "salary_max": high, "salary_currency": currency, "salary_period": period}
    assert wording.salary(row) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-03-10", "today"),
        ("2026-03-09", "yesterday"),
        ("2026-03-07", "3 days ago"),
        ("2026-02-20", "2 weeks ago"),
        ("2025-11-10", "3 months ago"),
        ("2023-03-10", "3 years ago"),
        ("2026-03-12", "in 2 days"),
        ("2026-03-10T11:59:30Z", "just now"),
        ("2026-03-10T09:00:00+00:00", "3 hours ago"),
        ("2026-03-09T11:00:00Z", "yesterday"),
        ("soon <b>", "soon <b>"),
        (None, ""),
    ],
)
def test_an_age_is_one_number_and_one_unit(moment: str | None, words: str) -> None:
    assert wording.ago(moment, NOW) == words


def test_a_snippet_is_escaped_before_its_matches_are_marked() -> None:
    assert wording.marked("<i>a ⟪b⟫ c⟫") == "&lt;i&gt;a <mark>b</mark> c"


def test_a_name_with_markup_stays_text_in_an_age() -> None:
    assert "<b>" not in wording.when('"><b>')


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("/rolecall/jobs", "", "/"),
        ("/rolecall/jobs", "is_open=1&_search=", "/rolecall/jobs?is_open=1"),
        ("/rolecall/jobs", "_search=%22%22", "/"),
        ("/rolecall/jobs.json", "", None),
        ("/rolecall/jobs", "_sort_desc=listed_on", None),
        ("/rolecall/runs", "", None),
    ],
)
def test_the_bare_table_is_the_first_page_and_a_blank_search_is_none(path: str, query: str, target: str | None) -> None:
    assert addresses.tidy(path, query) == target


def test_the_table_of_jobs_is_counted_only_where_asked_for() -> None:
    def query_of(path: str, query: bytes) -> bytes:
        return bytes(addresses.uncounted({"path": path, "query_string": query})["query_string"])

    assert query_of("/rolecall/jobs", b"is_open=1") == b"is_open=1&_nocount=1"
    assert query_of("/rolecall/jobs", b"is_open=1&_nocount=") == b"is_open=1&_nocount="
    assert query_of("/rolecall/jobs.json", b"is_open=1") == b"is_open=1"
    assert query_of("/rolecall/companies", b"") == b""


def test_a_fact_that_the_platform_states_outweighs_one_that_was_read() -> None:
    row = {
        "facts": '{"seniority": "senior"}',
        "origin": "platform",
        "evidence": json.dumps(
            {"seniority": {"origin": "model", "quote": "junior"}, "salary_min": {"origin": "rules", "quote": "9"}}
        ),
    }
    found = details.provenance(row)
    assert found["seniority"] == {"origin": "stated by the job board", "quote": ""}
    assert found["salary"]["quote"] == "9"
