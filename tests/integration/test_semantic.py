"""Reading by meaning: nearest jobs to words and to a job, both rankings fused, and every way to have to do without."""

import asyncio
import json
import os
import sqlite3
import threading
import time
from contextlib import closing
from itertools import pairwise

import pytest
from datasette.app import Datasette

from rolecall_reader import query_vectors, semantic
from rolecall_reader.query_vectors import QueryVectors
from tasks import store
from tasks.llm.embeddings import read
from tasks.settings import ROOT
from tasks.store import vectors
from tests.embedding_server import EmbeddingServer, answer, embed, nearness, serve, server, url

__all__ = ["server", "url"]

TITLES = {
    1: "rust engineer for embedded systems", 2: "systems engineer who writes rust", 3: "nurse in a children clinic",
    4: "night nurse of a clinic", 5: "chef de partie", 6: "pastry chef in a hotel",
}  # fmt: skip
MODEL = "hashed@1"
needs_extra = pytest.mark.skipif(not vectors.is_installed(), reason="no apsw or sqlite-vec: `.venv/semantic-installed`")


def vector_of(text, dimensions=64):
    (vector,) = read(answer([embed(text, dimensions)]), 1, dimensions)
    return vector


def fill(path, titles, dimensions=64):
    """An index with these jobs; each text is its title."""
    with vectors.opened(path) as index:
        index.belongs_to(f"recipe {dimensions}", MODEL, dimensions)
        rows = [(pk, f"h{title}") for pk, title in titles.items()]
        index.write([], rows, {f"h{title}": vector_of(title, dimensions) for title in titles.values()})


@pytest.fixture
def searched(tmp_path, url):
    """The vectors of TITLES, with the server for words."""
    fill(tmp_path / "vectors.db", TITLES)
    return of_environment(tmp_path / "vectors.db", URL=url)


def of_environment(path, timeout_seconds=30, **environ):
    named = {f"ROLECALL_EMBEDDING_{name}": value for name, value in environ.items()}
    return semantic.Vectors(path, QueryVectors(named, timeout_seconds))


@needs_extra
def test_the_nearest_to_words_are_those_that_mean_the_like(searched):
    assert set(asyncio.run(searched.nearest("engineer of rust", 2))) == {1, 2}
    assert set(asyncio.run(searched.nearest("clinic nurse", 2))) == {3, 4}


@needs_extra
def test_the_order_is_that_of_comparing_with_every_vector(tmp_path, url):
    words = "rust engineer nurse clinic chef hotel night systems lead senior data cloud".split()
    titles = {
        pk: " ".join(words[(pk * step) % 12] for step in (1, 5, 7, pk % 11)) + f" {pk % 40}" for pk in range(1, 400)
    }
    fill(tmp_path / "vectors.db", titles)
    asked = vector_of("senior cloud engineer")
    found = asyncio.run(of_environment(tmp_path / "vectors.db", URL=url).nearest("senior cloud engineer", 399))
    near = {pk: round(nearness(asked, vector_of(title)), 4) for pk, title in titles.items()}
    assert sorted(found) == sorted(titles)
    assert all(near[one] >= near[other] - 2e-4 for one, other in pairwise(found))


@needs_extra
def test_of_more_vectors_than_are_compared_the_nearest_are_still_found(tmp_path, url, monkeypatch):
    monkeypatch.setattr(semantic, "CANDIDATES", 60)
    titles = {pk: f"clerk number {pk} of office {pk % 7}" for pk in range(1, 600)} | {700: "rust engineer", 701: "rust"}
    fill(tmp_path / "vectors.db", titles)
    found = asyncio.run(of_environment(tmp_path / "vectors.db", URL=url).nearest("rust engineer", 5))
    assert found[:2] == [700, 701]
    assert len(found) == 5


@needs_extra
@pytest.mark.parametrize("dimensions", [3, 60, 384])
def test_any_number_of_dimensions_is_searched(tmp_path, dimensions):
    fill(tmp_path / "vectors.db", TITLES, dimensions)
    with serve(EmbeddingServer(dimensions)) as url:
        found = asyncio.run(of_environment(tmp_path / "vectors.db", URL=url).nearest(TITLES[5], 1))
    assert found == [5]


@needs_extra
def test_jobs_like_a_job_leave_it_and_its_own_text_elsewhere_out(tmp_path, url):
    fill(tmp_path / "vectors.db", {**TITLES, 7: TITLES[1]})
    found = asyncio.run(of_environment(tmp_path / "vectors.db").similar(1, 3))
    assert found[0][0] == 2
    assert {1, 7} & {pk for pk, _ in found} == set()
    similarities = [similarity for _, similarity in found]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[0] == pytest.approx(nearness(vector_of(TITLES[1]), vector_of(TITLES[2])), abs=1e-4)


def test_what_both_rankings_hold_stands_above_what_one_holds():
    assert semantic.fuse([1, 2, 3], [3, 4, 5]) == [3, 1, 2, 4, 5]
    assert semantic.fuse([1, 2], []) == [1, 2]
    assert semantic.fuse([], [2, 1]) == [2, 1]
    assert semantic.fuse([1, 1, 2], [2, 2, 1]) == [1, 2]
    assert semantic.fuse([], []) == []
    assert semantic.fuse(range(1, 101), range(100, 0, -1))[:2] == [1, 100]


@needs_extra
def test_a_ranking_is_by_both_where_there_is_a_server_and_by_words_alone_where_it_fails(searched, server):
    both = asyncio.run(searched.ranked("rust engineer", [5, 1], 2))
    assert both.fault is None
    assert both.pks[0] == 1
    assert set(both.pks) == {1, 2, 5}
    server.reply = lambda body: (500, {}, 0)
    alone = asyncio.run(searched.ranked("another question", [5, 1], 2))
    assert alone.pks == [5, 1]
    assert alone.fault == "the embedding server is away (HTTPStatusError)"


@needs_extra
def test_a_question_is_asked_once(searched, server):
    async def twice():
        return [await searched.nearest(words, 3) for words in ("rust  engineer", " rust engineer ")]

    first, second = asyncio.run(twice())
    assert first == second
    assert server.asked == [{"model": MODEL, "input": ["rust engineer"]}]


@needs_extra
def test_the_key_is_sent_to_the_server_alone_that_it_is_for(tmp_path, url, server):
    fill(tmp_path / "vectors.db", TITLES)
    asyncio.run(of_environment(tmp_path / "vectors.db", URL=f"{url}/v1/", API_KEY="secret").nearest("chef", 1))
    assert server.keys == ["Bearer secret"]


FAULTS = {
    "count": ((200, answer([]), 0), "the embedding server's answer is unusable"),
    "NaN": ((200, answer([[float("nan")] * 64]), 0), "the embedding server's answer is unusable"),
    "zero": ((200, answer([[0.0] * 64]), 0), "the embedding server's answer is unusable"),
    "words": ((200, answer([["a"] * 64]), 0), "the embedding server's answer is unusable"),
    "no JSON": ((200, "down for maintenance", 0), "the embedding server's answer is unusable"),
    "no object": ((200, [1], 0), "the embedding server's answer is unusable"),
    "dimensions": (
        (200, answer([[1.0] * 32]), 0),
        "the embedding server answers in other dimensions than the jobs' vectors have",
    ),
    "500": ((500, {}, 0), "the embedding server is away (HTTPStatusError)"),
}


@needs_extra
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_server_is_one_line_and_never_an_error(searched, server, fault):
    reply, reason = FAULTS[fault]
    server.reply = lambda body: reply
    assert asyncio.run(searched.ranked("rust", [4, 2], 3)) == semantic.Ranking([4, 2], reason)


@needs_extra
def test_a_server_that_is_late_is_not_waited_for(tmp_path, url, server):
    fill(tmp_path / "vectors.db", TITLES)
    server.reply = lambda body: (200, answer([[1.0] * 64]), 1)
    expected = semantic.Ranking([4, 2], "the embedding server did not answer within 0.2 s")
    read_by = of_environment(tmp_path / "vectors.db", 0.2, URL=url)
    assert asyncio.run(read_by.ranked("rust", [4, 2], 3)) == expected
    assert query_vectors.TIMEOUT_SECONDS == 1


@needs_extra
def test_a_server_that_failed_is_left_alone_for_a_moment(searched, server, monkeypatch):
    server.reply = lambda body: (500, {}, 0)
    for words in ("one", "two", "three"):
        assert asyncio.run(searched.ranked(words, [], 3)).fault
    assert len(server.asked) == 1
    monkeypatch.setattr(query_vectors, "QUIET_SECONDS", -1.0)
    searched._queries._quiet_until = 0.0
    server.reply = lambda body: (200, server.answer(body["input"]), 0)
    assert asyncio.run(searched.ranked("one", [], 3)).fault is None


@needs_extra
@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({}, "no embedding server is configured"),
        ({"URL": "http://127.0.0.1:9"}, "the embedding server is away (ConnectError)"),
        ({"URL": "no address"}, "the embedding server is away (UnsupportedProtocol)"),
        ({"URL": "http://a:port"}, "the embedding server is away (InvalidURL)"),
    ],
)
def test_without_a_server_words_rank_alone(tmp_path, environ, reason):
    fill(tmp_path / "vectors.db", TITLES)
    read_by = of_environment(tmp_path / "vectors.db", **environ)
    assert asyncio.run(read_by.ranked("rust", [4, 2], 3)) == semantic.Ranking([4, 2], reason)
    assert asyncio.run(read_by.similar(1, 1))[0][0] == 2  # what needs no server is there all the same


def test_without_the_extra_or_the_file_nothing_else_is_missing(tmp_path, monkeypatch):
    lost = of_environment(tmp_path / "vectors.db")
    assert not lost.available()
    assert asyncio.run(lost.ranked("rust", [4, 2], 3)).pks == [4, 2]
    (tmp_path / "vectors.db").touch()
    monkeypatch.setattr(semantic, "is_installed", lambda: False)
    assert not lost.available()
    expected = semantic.Ranking([4, 2], "search by meaning is not installed")
    assert asyncio.run(lost.ranked("rust", [4, 2], 3)) == expected


@needs_extra
@pytest.mark.parametrize("content", [b"", b"no database" * 5000])
def test_an_index_that_is_none_is_a_reason(tmp_path, content):
    (tmp_path / "vectors.db").write_bytes(content)
    with pytest.raises(semantic.MeaningError, match="the vectors cannot be read"):
        asyncio.run(of_environment(tmp_path / "vectors.db").similar(1, 1))


@needs_extra
def test_an_index_is_read_while_it_changes_goes_and_comes_again(tmp_path):
    path = tmp_path / "vectors.db"
    fill(path, TITLES)
    read_by = of_environment(path)
    assert asyncio.run(read_by.similar(1, 1))[0][0] == 2
    with vectors.opened(path) as index:
        index.write([2], [(8, "h8")], {"h8": vector_of("engineer for embedded rust")})
    assert asyncio.run(read_by.similar(1, 1))[0][0] == 8
    path.unlink()
    with pytest.raises(semantic.MeaningError, match="no job has a vector yet"):
        asyncio.run(read_by.similar(1, 1))
    fill(path, {1: TITLES[1], 9: TITLES[2]})
    assert asyncio.run(read_by.similar(1, 1))[0][0] == 9


@needs_extra
def test_readers_never_wait_for_the_writer_nor_see_half_of_it(tmp_path):
    path, seen = tmp_path / "vectors.db", set()
    fill(path, {pk: f"{title} {pk}" for pk, title in TITLES.items()})
    until = time.monotonic() + 1.5

    def write():
        with vectors.opened(path) as index:
            while time.monotonic() < until:
                rows = [(pk, f"h{pk}") for pk in range(10, 40)]
                index.write([], rows, {content: vector_of(f"rust {pk}") for pk, content in rows})
                index.write([pk for pk, _ in rows], [], {})

    async def read_all():
        read_by = of_environment(path)
        while time.monotonic() < until:
            seen.update(map(len, await asyncio.gather(*(read_by.similar(1, 100) for _ in range(8)))))

    writer = threading.Thread(target=write)
    writer.start()
    asyncio.run(read_all())
    writer.join()
    assert seen
    assert seen <= {5, 35}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A served file with the jobs of TITLES, the last one closed; its own `vectors.db` is a test's to make."""
    for name in [name for name in os.environ if name.startswith("ROLECALL_EMBEDDING")]:
        monkeypatch.delenv(name)
    path = tmp_path / "rolecall.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(store.SCRIPT)
        db.execute("INSERT INTO companies(id, name, source, board, added_at) VALUES ('a:b', 'Bolt', 'a', 'b', '2026')")
        for pk, title in TITLES.items():
            db.execute("INSERT INTO job_texts(content_hash, html, text, facts, origin) VALUES (?, '', '', '{}', '')",
                       (f"h{title}",))  # fmt: skip
            db.execute(
                """INSERT INTO jobs(pk, id, company_id, company, title, url, first_seen_at, changed_at, content_hash,
                     is_open) VALUES (?, ?, 'a:b', 'Bolt', ?, 'https://a.example', '2026', '2026', ?, ?)""",
                (pk, f"a:b:{pk}", title, f"h{title}", pk != 6),
            )
        db.commit()
    served = Datasette([str(path)], config_dir=ROOT / "datasette")

    def get(address):
        response = asyncio.run(served.client.get(address))
        return response.status_code, response.json()

    get.folder = tmp_path
    return get


@needs_extra
def test_the_api_gives_open_jobs_like_a_job_in_order(site):
    fill(site.folder / "vectors.db", TITLES)
    status, found = site("/api/similar/1?limit=3")
    assert (status, found["is_by_meaning"]) == (200, True)
    assert (found["jobs"][0]["pk"], found["jobs"][0]["company"], len(found["jobs"])) == (2, "Bolt", 3)
    near = [job["similarity"] for job in found["jobs"]]
    assert near == sorted(near, reverse=True)
    assert 6 not in [job["pk"] for job in site("/api/similar/5?limit=50")[1]["jobs"]]  # closed since


def test_the_api_without_vectors_is_empty_and_says_why(site):
    status, found = site("/api/similar/1")
    assert (status, found["jobs"], found["is_by_meaning"]) == (200, [], False)
    assert found["reason"] in ("no job has a vector yet", "search by meaning is not installed")


@pytest.mark.parametrize(
    ("address", "status", "about"),
    [
        ("/api/similar/99", 404, "pk"),
        ("/api/similar/999999999999999999", 404, "pk"),
        ("/api/similar/one", 404, "path"),
        ("/api/similar/1?limit=0", 400, "limit"),
        ("/api/similar/1?limit=51", 400, "limit"),
        ("/api/similar/1?limit=-1", 400, "limit"),
        ("/api/similar/1?limit=%D9%A3", 400, "limit"),
        ("/api/similar/1?limit=" + "9" * 5000, 400, "limit"),
    ],
)
def test_a_bad_question_has_its_status_and_a_reason(site, address, status, about):
    found = site(address)
    assert found[0] == status
    assert found[1]["ok"] is False
    assert about in found[1]["reasons"]
    assert json.dumps(found[1])


@needs_extra
def test_a_list_by_meaning_holds_what_is_near_and_what_has_the_words(site, url, monkeypatch):
    monkeypatch.setenv("ROLECALL_EMBEDDING_URL", url)
    fill(site.folder / "vectors.db", TITLES)
    by_words = site("/api/jobs?q=rust+systems&sort=best")[1]
    by_both = site("/api/jobs?q=rust+systems&sort=meaning")[1]
    assert {job["pk"] for job in by_words["jobs"]} == {1, 2}
    assert {job["pk"] for job in by_both["jobs"][:2]} == {1, 2}
    assert {job["pk"] for job in by_both["jobs"]} == {1, 2, 3, 4, 5}  # 6 is closed
    assert (by_both["total"], by_both["remark"]) == (5, None)
    first = site("/api/jobs?q=rust+systems&sort=meaning&limit=2")[1]
    second = site(f"/api/jobs?q=rust+systems&sort=meaning&limit=2&after={first['next']}")[1]
    assert [job["pk"] for job in first["jobs"] + second["jobs"]] == [job["pk"] for job in by_both["jobs"][:4]]


def test_a_list_by_meaning_without_vectors_is_by_words_and_says_why(site):
    found = site("/api/jobs?q=nurse&sort=meaning")[1]
    assert [job["pk"] for job in found["jobs"]] == [job["pk"] for job in site("/api/jobs?q=nurse")[1]["jobs"]]
    assert found["remark"] in ("no job has a vector yet", "search by meaning is not installed")
