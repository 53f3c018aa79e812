"""Recipes and replay: what makes a new recipe, what is asked again, and what an absent model leaves alone."""

import asyncio
import json

import pytest

from tasks import rules
from tasks.errors import ConfigError, ExtractionError
from tasks.llm import gateway, prompt, reply
from tasks.run import recipe_id, recipe_parameters
from tests.careers_site import Site, serve
from tests.integration.test_ingest import Place
from tests.obedient import NOTHING, Obedient, completion
from tests.obedient import serve as serve_model

COLUMNS = "id, salary_min, workplace_type, seniority, employment_type, city, skills, recipe"


def says(level):
    """A model that finds this level in the first word of every title."""

    def reply(body):
        quote = body["messages"][1]["content"].removeprefix("Title: ").split()[0]
        return (200, completion(json.dumps({**NOTHING, "seniority": {"quote": quote, "value": level}})), {}, 0.0)

    return reply


@pytest.fixture
def model():
    server = Obedient()
    server.reply = says("mid")
    return server


@pytest.fixture
def place(prefect_api, make_settings, tmp_path, model):
    site = Site(postings=60, companies=6, mix={"greenhouse": 3, "lever": 3})
    with serve(site) as url, serve_model(model) as address:
        here = Place(site, url, make_settings, tmp_path)
        here.settings = here.set(redis_url="off", vllm_url=address, vllm_patience_seconds=0.3, vllm_attempts=2)
        here.address = address
        yield here


def extract(**parameters):
    from flows.extract import extract as flow

    state = asyncio.run(flow(return_state=True, **parameters))
    value = asyncio.run(state.aresult(raise_on_failure=False))
    if isinstance(value, BaseException):
        raise value
    return value


def jobs(place):
    return place.rows(f"SELECT {COLUMNS} FROM jobs ORDER BY id")


def count(place, condition="1"):
    return place.rows(f"SELECT count(*) FROM jobs WHERE {condition}")[0][0]


def recipe_of(settings):
    return recipe_id(recipe_parameters(engine_of(settings)))


def engine_of(settings):
    made = gateway.Gateway(settings, None, "model@1", 8192)
    made._wire = None
    return made


PARTS = {
    "revision": {"vllm_revision": "abc"},
    "quantization": {"vllm_quantization": "fp8"},
    "answer_tokens": {"vllm_answer_tokens": 512},
    "fields": {"asked_fields": "salary,city"},
}


@pytest.mark.parametrize("part", PARTS)
def test_a_setting_that_decides_an_answer_makes_a_new_recipe(make_settings, part):
    plain = {"vllm_url": "http://127.0.0.1:1"}
    assert recipe_of(make_settings(**plain)) != recipe_of(make_settings(**plain, **PARTS[part]))


@pytest.mark.parametrize("part", ["model", "context_tokens"])
def test_what_the_server_says_of_itself_is_part_of_the_recipe(make_settings, part):
    engine = engine_of(make_settings(vllm_url="http://127.0.0.1:1"))
    before = recipe_id(recipe_parameters(engine))
    setattr(engine, part, "another")
    assert recipe_id(recipe_parameters(engine)) != before


def test_prompt_schema_reading_and_rules_make_new_recipes_by_themselves(make_settings, monkeypatch, tmp_path):
    settings = make_settings(vllm_url="http://127.0.0.1:1")
    seen = [recipe_of(settings)]
    monkeypatch.setattr(prompt, "instructions", lambda: "Read it well.")
    seen.append(recipe_of(settings))
    monkeypatch.setattr(reply, "schema", lambda: {"type": "object"})
    seen.append(recipe_of(settings))
    monkeypatch.setattr(gateway, "READING", ("document.py",))
    seen.append(recipe_of(settings))
    monkeypatch.setattr(rules, "VERSION", "0" * 16)
    seen.append(recipe_of(settings))
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "beside", [{"vllm_in_flight": 3}, {"vllm_timeout_seconds": 9}, {"vllm_patience_seconds": 9}, {"vllm_attempts": 1}]
)
def test_what_decides_no_answer_is_no_part_of_the_recipe(make_settings, beside):
    plain = {"vllm_url": "http://127.0.0.1:1"}
    assert recipe_of(make_settings(**plain)) == recipe_of(make_settings(**plain, **beside))


def test_without_its_model_a_run_says_so_once_goes_on_with_rules_and_takes_nothing_back(place, model):
    place.set(redis_url="off", vllm_url="http://127.0.0.1:1")
    assert place.ingest().name == "Completed"
    (warnings,) = place.rows("SELECT warnings FROM runs")[0]
    (line,) = [line for line in json.loads(warnings) if "ROLECALL_REDIS_URL" not in line]
    assert "rules only" in line
    assert count(place, "recipe IS NULL") == 0
    unknown = count(place, "seniority IS NULL")
    assert 0 < unknown < count(place)
    assert count(place, "skills <> '[]'") > 0

    place.set(redis_url="off", vllm_url=place.address)
    place.ingest()
    assert count(place, "seniority IS NULL") == 0
    with_model = jobs(place)

    place.set(redis_url="off", vllm_url="http://127.0.0.1:1")
    asked = len(model.asked)
    place.ingest()
    assert jobs(place) == with_model
    assert len(model.asked) == asked


def test_a_model_never_overwrites_what_platform_and_rules_know(place, model):
    place.set(redis_url="off", vllm_url="http://127.0.0.1:1")
    place.ingest()
    known = dict(place.rows("SELECT id, seniority FROM jobs WHERE seniority IS NOT NULL"))
    place.set(redis_url="off", vllm_url=place.address)
    place.ingest()
    assert known
    assert {job: level for job, level in place.rows("SELECT id, seniority FROM jobs") if job in known} == known


def test_a_posting_that_the_model_stumbles_over_is_asked_again_and_then_given_up(place, model):
    model.reply = lambda body: (200, completion("{"), {}, 0.0)
    place.ingest()
    asked = len(model.asked)
    assert count(place, "recipe IS NULL") > 0
    assert {row[0] for row in place.rows("SELECT outcome FROM attempts")} == {"invalid"}
    assert json.loads(place.rows("SELECT outcomes FROM runs")[0][0]) == {"invalid": asked}
    place.ingest()
    assert len(model.asked) == 2 * asked
    assert count(place, "recipe IS NULL") == 0
    assert place.rows("SELECT count(*) FROM attempts")[0][0] == 0
    assert place.rows("SELECT count(*) FROM extractions WHERE outcome = 'invalid'")[0][0] == asked
    place.ingest()
    assert len(model.asked) == 2 * asked


def test_an_outage_in_mid_run_burns_no_attempt_and_the_next_run_goes_on(place, model):
    well = model.reply

    def dies(body):
        if len(model.asked) > 10:
            model.models = (500, {})
            return (500, {"error": {"message": "engine dead"}}, {}, 0.0)
        return well(body)

    model.reply = dies
    assert place.ingest().name == "Completed"
    (warnings,) = place.rows("SELECT warnings FROM runs")[0]
    assert "vLLM is left out" in warnings
    waiting = count(place, "recipe IS NULL")
    assert waiting > 0
    assert place.rows("SELECT count(*) FROM attempts")[0][0] == 0
    assert count(place, "skills <> '[]' AND recipe IS NULL") > 0  # what rules know is there already

    model.reply, model.models = well, (200, {"data": [{"id": "obedient@1", "max_model_len": 8192}]})
    before = len(model.asked)
    place.ingest()
    assert count(place, "recipe IS NULL") == 0
    assert len(model.asked) - before == waiting


def test_the_same_text_of_two_jobs_is_asked_about_once(place, model):
    board = ("greenhouse", place.site.first("greenhouse"))
    one, other = place.site.ids(*board)[:2]
    role = place.site.roles(*board)[one]
    names = "title department place more_places workplace employment language pay pay_shown sections pay_line".split()
    place.site.edit(*board, other, **{name: getattr(role, name) for name in names})
    place.ingest()
    contents = place.rows("SELECT count(DISTINCT content_hash) FROM jobs")[0][0]
    assert contents < count(place)
    assert len(model.asked) <= contents
    prompts = [body["messages"][1]["content"] for body in model.asked]
    assert len(prompts) == len(set(prompts))


def test_replay_takes_what_is_left_what_a_recipe_filled_or_all(place, model):
    place.ingest()
    (old,) = place.rows("SELECT DISTINCT recipe FROM jobs")[0]
    asked = len(model.asked)
    assert extract()["extracted"] == 0
    assert len(model.asked) == asked

    model.models = (200, {"data": [{"id": "obedient@2", "max_model_len": 8192}]})
    model.reply = says("staff")
    assert extract(limit=7)["extracted"] == 7
    new = place.rows("SELECT recipe FROM jobs WHERE recipe <> ? LIMIT 1", old)[0][0]
    assert (count(place, f"recipe = '{new}'"), count(place, f"recipe = '{old}'")) == (7, count(place) - 7)
    company = place.rows("SELECT company FROM jobs WHERE recipe = ? ORDER BY pk DESC LIMIT 1", old)[0][0]
    extract(recipe=old[:6], company=company)
    assert count(place, f"recipe = '{old}' AND company = '{company}'") == 0
    extract()
    assert count(place, f"recipe = '{old}'") == 0
    assert count(place, "seniority = 'mid'") == 0
    assert {row[0] for row in place.rows("SELECT recipe FROM extractions")} == {old, new}  # kept until pruned

    asked = len(model.asked)
    extract(recipe="all", limit=10)
    assert asked < len(model.asked) <= asked + 10  # past every memory of what was said before
    assert place.rows("SELECT flow FROM runs ORDER BY id")[0][0] == "ingest"
    assert place.rows("SELECT count(*) FROM runs WHERE flow = 'extract'")[0][0] == 5


def test_two_recipes_are_compared_field_by_field_with_examples(place, model, capsys):
    from flows.compare import compare

    place.ingest()
    model.models = (200, {"data": [{"id": "obedient@2", "max_model_len": 8192}]})
    model.reply = says("staff")
    extract()
    first, second = (row[0] for row in place.rows("SELECT id FROM recipes ORDER BY created_at"))
    found = asyncio.run(compare(first[:8], second))
    level = found["fields"]["seniority"]
    changed = place.rows("SELECT count(*) FROM extractions WHERE recipe = ? AND evidence LIKE '%\"model\"%'", second)[
        0
    ][0]
    assert (level["changed"], level["gained"], level["lost"]) == (changed, 0, 0)
    assert level["same"] > 0
    assert len(level["examples"]) == 3
    assert (level["examples"][0]["old"], level["examples"][0]["new"]) == ("mid", "staff")
    assert " · " in level["examples"][0]["job"]
    assert found["fields"]["skills"]["changed"] == 0
    assert found["postings"]["both"] == place.rows("SELECT count(DISTINCT content_hash) FROM jobs")[0][0]
    with pytest.raises(ConfigError, match="is none of them"):
        asyncio.run(compare("nope", second))


def test_a_replay_whose_model_is_away_is_refused_and_changes_nothing(place):
    place.ingest()
    before = jobs(place)
    place.set(redis_url="off", vllm_url="http://127.0.0.1:1")
    with pytest.raises(ExtractionError, match="cannot be used"):
        extract(recipe="all")
    assert jobs(place) == before


def test_the_counts_of_each_field_and_the_cost_of_the_model_stand_with_the_run(place, model):
    place.ingest()
    columns = "outcomes, fields, prompt_tokens, completion_tokens, model_seconds, model_calls"
    run = place.rows(f"SELECT {columns} FROM runs")[0]
    outcomes, fields = json.loads(run[0]), json.loads(run[1])
    asked = len(model.asked)
    assert outcomes == {"answered": asked}
    assert run[2:4] == (900 * asked, 40 * asked)
    assert run[4] > 0
    assert run[5] == asked
    assert sum(fields["seniority"].values()) == count(place)
    assert fields["seniority"]["model"] > 0
    assert sum(row[0] for row in place.rows("SELECT model_calls FROM board_runs")) == asked
