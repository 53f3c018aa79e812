"""`extract` and `recipes` as a person types them, with a model that changes its mind."""

import json
import signal

import pytest

from tests.careers_site import Site, serve
from tests.e2e.conftest import until
from tests.obedient import NOTHING, Obedient, completion
from tests.obedient import serve as serve_model

MODELS = [{"data": [{"id": f"obedient@{number}", "max_model_len": 8192}]} for number in (1, 2)]


def says(level, seconds=0.0):
    def reply(body):
        quote = body["messages"][1]["content"].removeprefix("Title: ").split()[0]
        answer = {**NOTHING, "seniority": {"quote": quote, "value": level}}
        return 200, completion(json.dumps(answer)), {}, seconds

    return reply


@pytest.fixture(scope="module")
def model():
    server = Obedient()
    server.reply = says("mid")
    return server


@pytest.fixture(scope="module")
def filled(make_shell, model):
    """A folder after one ingest with a model and a replay with the next one."""
    site = Site(postings=60, companies=6)
    with serve(site) as url, serve_model(model) as address:
        shell = make_shell(site, url)
        shell.fields |= {"vllm_url": address, "redis_url": "off"}
        said = shell("ingest")
        assert said.code == 0
        assert "model: " in said.out
        assert "tokens a posting" in said.out
        model.models, model.reply = (200, MODELS[1]), says("staff")
        replayed = shell("extract", "--json")
        assert replayed.code == 0
        shell.replayed = replayed.json
        yield shell


def test_a_replay_says_what_it_took_and_where_values_come_from(filled, model):
    jobs = filled.rows("SELECT count(*) FROM jobs")[0][0]
    extraction = filled.replayed["extraction"]
    assert filled.replayed["state"] == "Completed"
    assert extraction["extracted"] == jobs
    assert extraction["outcomes"] == {"answered": extraction["model_calls"]}
    assert extraction["fields"]["seniority"]["model"] > 0
    said = filled("extract")
    assert (said.code, said.out.splitlines()[-1]) == (0, "Completed: 0 jobs taken, 0 extracted, 0 left")


def test_recipes_are_listed_with_what_they_did_and_which_is_in_force(filled):
    rows = filled("recipes", "--json").json
    assert [row["in_force"] for row in rows] == ["*", ""]
    assert [row["engine"] for row in rows] == ["vllm obedient@2", "vllm obedient@1"]
    assert rows[0]["extractions"] == rows[1]["extractions"] > 0
    assert (rows[0]["jobs"] > 0, rows[1]["jobs"]) == (True, 0)
    lines = [line.split("\t") for line in filled("recipes").out.splitlines()]
    assert lines[0][:2] == ["id", "in_force"]
    assert [line[0] for line in lines[1:]] == [row["id"] for row in rows]


def test_a_difference_is_told_per_field_with_examples(filled):
    new, old = (row["id"] for row in filled("recipes", "--json").json)
    said = filled("recipes", "diff", old[:6], new, "--examples", "1")
    assert said.code == 0
    lines = dict(line.split("\t", 1) for line in said.out.splitlines() if "\t" in line)
    assert lines["field"] == "same\tchanged\tgained\tlost"
    same, changed, gained, lost = map(int, lines["seniority"].split("\t"))
    assert same > 0
    assert changed > 0
    assert (gained, lost) == (0, 0)
    assert lines["skills"].split("\t")[1:] == ["0", "0", "0"]
    assert "  seniority: mid → staff  (" in said.out
    assert filled("recipes", "diff", old, new, "--json").json["fields"]["seniority"]["changed"] == changed


@pytest.mark.parametrize(
    ("arguments", "fields", "said"),
    [
        (["extract", "--recipe", "nope"], {}, "recipe 'nope' is none of them; `rolecall recipes` lists them"),
        (["extract", "--recipe", ""], {}, "recipe '' is none of them; `rolecall recipes` lists them"),
        (["extract", "--company", "nobody"], {}, "no company of the file is called 'nobody'"),
        (["extract"], {"vllm_url": "http://127.0.0.1:1"}, "vLLM at http://127.0.0.1:1 cannot be used (ConnectError"),
        (["extract"], {"vllm_url": "127.0.0.1:8000"}, "ROLECALL_VLLM_URL='127.0.0.1:8000': "),
        (["extract"], {"vllm_model": "gpt"}, "vLLM at http://127.0.0.1"),
        (["extract"], {"asked_fields": "salary,luck"}, "ROLECALL_ASKED_FIELDS='luck': "),
        (["recipes", "diff", "x", "y"], {}, "recipe 'x' is none of them"),
        (["recipes", "prune", "x"], {}, "recipe 'x' is none of them"),
        (["extract"], {"data_dir": "nowhere"}, "nowhere/rolecall.db: no database yet; run `rolecall ingest` first"),
        (["recipes"], {"data_dir": "nowhere"}, "nowhere/rolecall.db: no database yet; run `rolecall ingest` first"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_no_server_is_started_for_it(filled, arguments, fields, said):
    answer = filled(*arguments, **fields)
    (fault,) = answer.faults
    assert (answer.code, fault.startswith(said)) == (2, True), fault


def test_a_recipe_in_use_is_not_pruned_and_what_fills_no_job_is(filled):
    new, old = (row["id"] for row in filled("recipes", "--json").json)
    (fault,) = filled("recipes", "prune", new).faults
    assert fault.startswith(f"recipe {new} is in use")
    before = filled.rows("SELECT * FROM jobs ORDER BY pk")
    gone = filled("recipes", "prune", "--json").json
    assert gone["recipes_forgotten"] == 1
    assert gone["extractions_forgotten"] > 0
    assert filled.rows("SELECT id FROM recipes") == [(new,)]
    assert filled.rows("SELECT * FROM jobs ORDER BY pk") == before
    assert old not in filled("recipes").out


def test_an_interrupted_replay_leaves_nothing_behind_and_is_gone_on_with(filled, model):
    model.models, model.reply = (200, MODELS[0]), says("lead", seconds=0.4)
    since = len(model.asked)
    with filled.start("extract", vllm_in_flight=2) as process:
        assert until(lambda: len(model.asked) > since + 5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert filled.is_quiet()
    model.reply = says("lead")
    assert filled("extract").code == 0
    assert filled.rows("SELECT count(DISTINCT recipe), sum(recipe IS NULL) FROM jobs") == [(1, 0)]
    assert filled.rows("SELECT count(*) FROM jobs WHERE seniority = 'staff' AND recipe IS NULL") == [(0,)]
