"""`embed` over a file of its own: what gets a vector, what stops it, and the index that follows."""

import asyncio
import contextlib
import json
import sqlite3

import pytest

from flows.embed import embed_all, embed_if_configured
from tasks import embed, store
from tasks.errors import ConfigError
from tasks.model import Company, Posting
from tasks.reading import row
from tasks.store import boards, embeddings, ledger, recipes, runs, vectors
from tests.careers_site import Site
from tests.careers_site import serve as serve_site
from tests.embedding_server import EmbeddingServer, nearness, serve
from tests.integration.place import Place

QUILL = Company(name="Quill", source="greenhouse", board="quill")
UNGUARDED = {"drop_guard_share": 0, "blast_guard_share": 1}
QUICK = {"vllm_patience_seconds": 0.3}
TITLES = ("Rust engineer", "Systems engineer for Rust", "Nurse in a clinic", "Chef de partie")
needs_extra = pytest.mark.skipif(not vectors.is_installed(), reason="no apsw or sqlite-vec: `.venv/semantic-installed`")


class File:
    """A file with jobs, the settings, and an embedding server beside it."""

    def __init__(self, server, url, make_settings):
        self.server = server
        self.set = lambda **fields: make_settings(embedding_url=url, **{**QUICK, **UNGUARDED, **fields})
        self.settings = self.set()
        self.writer = store.open_database(self.settings.database)

    def land(self, *titles):
        run_id, _ = runs.start(self.writer, {}, [QUILL], self.settings)
        board = ledger.BoardRun(QUILL, outcome="complete", misses_to_close=1)
        addresses = [f"https://example.com/{title.replace(' ', '-')}" for title in titles]
        postings = [
            Posting(id=title, title=title, url=url, description_html=f"<p>We need a {title}</p>", locations=["Ghent"])
            for title, url in zip(titles, addresses, strict=True)
        ]
        board.rows, board.seen = [row(QUILL, each) for each in postings], [each.id for each in postings]
        boards.land(self.writer, run_id, [board], self.settings)
        runs.finish(self.writer, run_id, None, [])

    def embed(self, **bounds):
        return asyncio.run(embed_all(self.settings, self.writer, **bounds))

    def rows(self, sql):
        return [tuple(each) for each in self.writer.execute(sql)]

    def embedded(self):
        found = self.rows(
            "SELECT title, embedding FROM jobs JOIN job_texts USING (content_hash) WHERE embedding IS NOT NULL"
        )
        return dict(found)

    def indexed(self):
        with vectors.opened(self.settings.vectors) as index:
            return {self.rows(f"SELECT title FROM jobs WHERE pk = {pk}")[0][0] for pk in index.held(0, 2**62)}


@pytest.fixture
def file(prefect_api, make_settings):
    server = EmbeddingServer()
    with serve(server) as url:
        made = File(server, url, make_settings)
        yield made
        made.writer.close()


def test_every_open_job_gets_the_vector_of_its_own_words(file):
    file.land(*TITLES)
    found = file.embed()
    assert (found.embedded, found.left) == (4, 0)
    held = file.embedded()
    assert set(held) == set(TITLES)
    near, far = nearness(held[TITLES[0]], held[TITLES[1]]), nearness(held[TITLES[0]], held[TITLES[3]])
    assert near > far
    assert "Rust engineer\nGhent\n\nWe need a Rust engineer" in file.server.texts
    assert file.rows("SELECT count(*) FROM jobs_full WHERE embedding IS NOT NULL") == [(4,)]


def test_a_second_run_asks_about_nothing_and_a_new_job_is_asked_about_alone(file):
    file.land(*TITLES[:3])
    file.embed()
    file.server.asked.clear()
    assert file.embed().embedded == 0
    assert len(file.server.texts) == 1  # how many dimensions there are
    file.land(*TITLES)
    assert file.embed().embedded == 1
    assert file.server.texts[-1].startswith(TITLES[3])


def test_a_limit_leaves_the_rest_for_the_next_run_and_the_newest_go_first(file):
    file.land(*TITLES)
    found = file.embed(limit=1)
    assert (found.embedded, found.left, set(file.embedded())) == (1, 3, {TITLES[3]})
    assert file.embed().embedded == 3


def test_closed_jobs_are_not_asked_about(file):
    file.land(*TITLES)
    file.land(*TITLES[:1])
    assert file.embed().embedded == 1


def test_batches_are_kept_one_by_one_so_a_server_that_dies_costs_what_came_after(file):
    file.land(*TITLES)
    file.server.reply = lambda body: (
        (200, file.server.answer(body["input"]), 0) if len(file.server.asked) < 3 else (500, {}, 0)
    )
    found = file.embed(batch=2)
    assert (found.embedded, found.left) == (2, 2)
    assert "the embedding server" in found.warning
    file.server.reply = lambda body: (200, file.server.answer(body["input"]), 0)
    found = file.embed()
    assert (found.embedded, found.left) == (2, 0)


def test_another_model_replaces_the_vectors_and_the_old_recipe_can_be_forgotten_then(file):
    file.land(*TITLES)
    file.embed()
    before = file.embedded()
    (old,) = [each["id"] for each in recipes.listed(file.writer) if each["embeddings"]]
    file.settings = file.set(embedding_revision="2")
    file.server.dimensions = 32
    with pytest.raises(ConfigError, match="is in use"):
        recipes.prune(file.writer, [old], None)
    found = file.embed(limit=3)
    assert (found.embedded, found.left) == (3, 1)
    assert file.embed().embedded == 1
    assert {len(each) for each in before.values()} == {4 * 64}
    assert {len(each) for each in file.embedded().values()} == {4 * 32}
    assert recipes.prune(file.writer, [], None)["recipes"] == 1
    assert [each["embeddings"] for each in recipes.listed(file.writer)] == [4]


def test_what_waits_is_found_without_reading_the_texts(file):
    plan = " ".join(
        each[3]
        for each in file.writer.execute(
            f"EXPLAIN QUERY PLAN SELECT count(*) FROM jobs WHERE is_open = 1 AND NOT {embeddings.DONE}", {"recipe": "r"}
        )
    )
    assert "USING COVERING INDEX job_texts_embedded" in plan


@needs_extra
def test_the_index_holds_open_jobs_and_follows_what_closes_changes_and_comes(file):
    file.land(*TITLES[:3])
    assert file.embed().searchable == 3
    file.land(*TITLES[1:])
    assert file.embed().searchable == 3
    assert file.indexed() == set(TITLES[1:])


@needs_extra
def test_the_index_is_compared_part_by_part_and_an_equal_one_is_left_alone(file):
    file.land(*TITLES, "Sommelier")
    file.embed()
    (recipe,) = [each["id"] for each in recipes.listed(file.writer) if each["embeddings"]]
    for titles in (TITLES[::2], [*TITLES, "Sommelier"], TITLES[1:], ["Sommelier"], []):
        file.land(*titles)
        with vectors.opened(file.settings.vectors) as index:
            assert embed.bring_up(index, file.writer, recipe, at_once=2) == len(titles)
        assert file.indexed() == set(titles)
        before = file.settings.vectors.read_bytes()
        with vectors.opened(file.settings.vectors) as index:
            embed.bring_up(index, file.writer, recipe, at_once=2)
        assert file.settings.vectors.read_bytes() == before


@needs_extra
@pytest.mark.parametrize("fate", ["deleted", "damaged", "with its log alone"])
def test_the_index_is_made_anew_where_it_is_lost(file, fate):
    file.land(*TITLES)
    file.embed()
    path = file.settings.vectors
    if fate == "damaged":
        path.write_bytes(b"no database at all" * 1000)
    else:
        path.unlink()
    if fate == "with its log alone":
        path.with_name("vectors.db-wal").write_bytes(b"\x37\x7f\x06\x82" * 500)
    file.server.asked.clear()
    assert file.embed().searchable == 4
    assert len(file.server.texts) == 1  # no text was embedded again


@needs_extra
@pytest.mark.parametrize("dimensions", [3, 8, 60, 384])
def test_the_index_of_another_model_is_emptied_whatever_its_dimensions(file, dimensions):
    file.land(*TITLES)
    file.embed()
    file.server.dimensions = dimensions
    assert file.embed(limit=1).searchable == 1
    assert file.embed().searchable == 4


def test_without_the_extra_vectors_are_kept_and_the_run_says_so(file, monkeypatch):
    monkeypatch.setattr(vectors, "is_installed", lambda: False)
    file.land(*TITLES)
    found = file.embed()
    assert (found.embedded, found.searchable) == (4, 0)
    assert found.warning == "the extra `semantic` is not installed: vectors are kept, not searched"
    assert not file.settings.vectors.exists()


def test_a_file_of_the_version_before_keeps_its_texts(tmp_path):
    path = tmp_path / "old.db"
    with contextlib.closing(sqlite3.connect(path)) as old:
        steps = [step for version, step in store.MIGRATIONS.items() if version < 5]
        old.executescript(store.SCHEMA.read_text() + "".join(steps) + "PRAGMA user_version = 4;")
        old.execute("INSERT INTO job_texts VALUES ('h', '<p>a</p>', 'a', '{}', 'platform', NULL)")
        old.commit()
    with contextlib.closing(store.open_database(path)) as new:
        assert [tuple(each) for each in new.execute("SELECT text, embedding_recipe FROM job_texts")] == [("a", None)]


def test_an_ingest_without_the_address_embeds_nothing(make_settings):
    settings = make_settings()
    with contextlib.closing(store.open_database(settings.database)) as writer:
        assert asyncio.run(embed_if_configured(settings, writer)) is None


@pytest.fixture
def place(prefect_api, make_settings, tmp_path):
    site = Site(postings=40, companies=3, churn=0, mix={"greenhouse": 2, "lever": 1})
    with serve_site(site) as url:
        yield Place(site, url, make_settings, tmp_path)


def last_warnings(place):
    lines = json.loads(place.rows("SELECT warnings FROM runs ORDER BY id DESC LIMIT 1")[0][0])
    return [line for line in lines if "no cache" not in line and "extra `semantic`" not in line]


def test_an_ingest_embeds_at_its_end_and_a_flow_of_its_own_finds_nothing_left(place):
    from flows.embed import embed as flow

    with serve(EmbeddingServer()) as url:
        place.settings = place.set(embedding_url=url, **QUICK)
        assert place.ingest().name == "Completed"
        state = asyncio.run(flow(return_state=True))
    ((jobs, embedded),) = place.rows("SELECT count(*), count(embedding) FROM jobs JOIN job_texts USING (content_hash)")
    assert jobs == embedded > 30
    assert last_warnings(place) == []
    assert state.message.startswith("0 texts embedded, 0 left")


def test_an_embedding_server_that_is_away_costs_an_ingest_one_line(place):
    place.settings = place.set(embedding_url="http://127.0.0.1:9", **QUICK)
    assert place.ingest().name == "Completed"
    (line,) = last_warnings(place)
    assert line.endswith("search by meaning waits for the next run")
    assert place.rows("SELECT count(embedding) FROM job_texts") == [(0,)]
