"""What a hostile or broken server may send: through the real client, in a process whose memory is measured."""

import contextlib
import gzip
import os
import socket
import subprocess
import sys
import threading
import zlib

import httpx
import pytest

from tasks.body import Unpacker
from tasks.settings import ROOT
from tests.careers_site import Site, list_path, serve

MEGABYTE = 1_000_000
MEMORY_MAX_MB = 200
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@contextlib.contextmanager
def sending(send):
    """A server that answers every connection with what `send(connection, head)` does. Shape: its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection):
        with connection, contextlib.suppress(OSError):
            send(connection, connection.recv(65_536))

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/board"
    listener.close()


def measured(url, accept="json", **settings):
    """How fetching it ended, with less memory than allowed and within the time that a page may take."""
    environment = {f"ROLECALL_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.measured_fetch", url, accept],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    said, megabytes = done.stdout.splitlines()
    assert int(megabytes) < MEMORY_MAX_MB
    return said


@pytest.fixture(scope="module")
def careers():
    site = Site(postings=40, companies=6)
    with serve(site) as url:
        yield site, url


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("huge-body", {"megabytes": 100}, "FetchError larger than 64000000 bytes"),
        ("gzip-bomb", {"megabytes": 300}, "FetchError larger than 64000000 bytes"),
        ("slow-drip", {"seconds": 0.1}, "TransientError no complete answer within 1 s"),
        ("hang", {}, "TransientError no complete answer within 1 s"),
        ("reset", {}, "TransientError RemoteProtocolError"),
        ("redirect-loop", {}, "FetchError more than 5 redirects"),
        ("redirect-private", {}, "BlockedError a private address"),
    ],
)
def test_a_board_that_misbehaves_takes_neither_memory_nor_time(careers, kind, options, said):
    site, url = careers
    board = site.first("greenhouse")
    site.misbehave("greenhouse", board, kind, **options)
    try:
        seconds = 1 if "within 1 s" in said else 30
        assert measured(url + list_path("greenhouse", board), page_timeout_seconds=seconds).startswith(said)
    finally:
        site.behave()


def packed(megabytes, window=31):
    packer = zlib.compressobj(9, wbits=window)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.flush()


BOMBS = {
    "one member": packed(200),
    "a thousand members": gzip.compress(bytes(MEGABYTE)) * 1000,
    "deflate": None,
    "deflate without its head": None,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_what_a_packed_body_grows_to_is_known_before_it_is_held(kind):
    window = {"deflate": 15, "deflate without its head": -15}.get(kind)
    body = BOMBS[kind] or packed(200, window)
    encoding = b"deflate" if window else b"gzip"

    def send(connection, _):
        connection.sendall(HEAD + b"content-encoding: " + encoding + b"\r\nconnection: close\r\n\r\n" + body)

    with sending(send) as url:
        assert measured(url).startswith("FetchError larger than 64000000 bytes")


def test_a_sound_page_just_below_the_limit_is_read():
    body = packed(63)

    def send(connection, _):
        connection.sendall(HEAD + b"content-encoding: gzip\r\nconnection: close\r\n\r\n" + body)

    with sending(send) as url:
        assert measured(url) == "63000000 bytes"


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "x-unheard-of"])
def test_what_is_packed_in_a_way_that_was_not_asked_for_is_not_unpacked(encoding):
    heads = []

    def send(connection, head):
        heads.append(head.lower())
        connection.sendall(HEAD + f"content-encoding: {encoding}\r\ncontent-length: 4\r\n\r\n".encode() + b"\0\0\0\0")

    with sending(send) as url:
        assert measured(url).startswith(f"FetchError packed as {encoding!r}, which was not asked for")
    assert b"accept-encoding: gzip, deflate\r\n" in heads[0]


@pytest.mark.parametrize("kind", ["gzip", "deflate"])
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_packed_body_is_whole_or_none(kind, is_whole):
    plain = os.urandom(200_000) + bytes(200_000)
    body = gzip.compress(plain[:300_000]) + gzip.compress(plain[300_000:]) if kind == "gzip" else zlib.compress(plain)
    body = body if is_whole else body[:-9]

    def send(connection, _):
        connection.sendall(HEAD + f"content-encoding: {kind}\r\nconnection: close\r\n\r\n".encode() + body)

    with sending(send) as url:
        said = measured(url)
    assert said.startswith("400000 bytes" if is_whole else "TransientError DecodingError a packed body without its end")


@pytest.mark.parametrize("kind", ["many lines", "one line", "no end of status", "many informational"])
def test_a_flood_of_headers_is_cut_off(kind):
    def send(connection, _):
        flood = {
            "many lines": b"x-flood: " + b"a" * 1000 + b"\r\n",
            "one line": b"a" * 1000,
            "no end of status": b"",
            "many informational": b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
        }[kind]
        connection.sendall({"no end of status": b"HTTP/1.1 200 ", "many informational": b""}.get(kind, HEAD + b"x-a: "))
        for _ in range(300_000):
            connection.sendall(flood or b"O" * 1000)

    with sending(send) as url:
        assert measured(url, page_timeout_seconds=3).startswith("TransientError")


def test_a_length_that_is_too_large_is_believed_and_nothing_read():
    sent = []

    def send(connection, _):
        connection.sendall(HEAD + b"content-length: 100000000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(bytes(100_000))
            sent.append(1)

    with sending(send) as url:
        assert measured(url).startswith("FetchError larger than 64000000 bytes")
    assert len(sent) < 200


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://[::1", "TransientError RemoteProtocolError Invalid URL in location header"),
        ("http://127.0.0.1:99999/", "BlockedError not an http address"),
        ("http://127.0.0.1:1/", "BlockedError a private address"),
        ("/" + "a" * 50_000, "FetchError"),
        ("mailto:someone@example.com", "FetchError not a valid address"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_one_line(location, said):
    def send(connection, _):
        connection.sendall(f"HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode())

    with sending(send) as url:
        assert measured(url, page_max_redirects=3).startswith(said)


@pytest.mark.parametrize("location", ["/robots.txt", "http://169.254.169.254/robots.txt"])
def test_a_robots_txt_that_redirects_for_ever_or_inwards_ends_in_one_line(location):
    def send(connection, head):
        answer = (
            f"HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        connection.sendall(
            answer if b"robots" in head else HEAD + b"content-length: 4\r\nconnection: close\r\n\r\npage"
        )

    with sending(send) as url:
        said = measured(url, accept="html")
    assert said.startswith("4 bytes" if location.startswith("/") else "BlockedError a private address")


def test_a_robots_txt_of_100_megabytes_is_read_to_its_500_kibibytes():
    def send(connection, head):
        if b"robots" not in head:
            connection.sendall(HEAD + b"content-length: 4\r\nconnection: close\r\n\r\npage")
            return
        connection.sendall(HEAD + b"content-encoding: gzip\r\nconnection: close\r\n\r\n" + packed(100))

    with sending(send) as url:
        assert measured(url, accept="html") == "4 bytes"


@pytest.mark.parametrize("size", [1, 7, 65_536, 10_000_000])
def test_no_step_of_unpacking_is_larger_than_64_kib(size):
    body, unpacker, plain = packed(20), Unpacker(31), 0
    for start in range(0, len(body), size):
        for part in unpacker.feed(body[start : start + size]):
            assert len(part) <= 65_536
            plain += len(part)
    assert plain + len(unpacker.rest()) == 20 * MEGABYTE


def test_what_is_no_gzip_is_said_so_and_filling_behind_it_is_left():
    with pytest.raises(httpx.DecodingError):
        list(Unpacker(31).feed(b"<html>"))
    unpacker = Unpacker(31)
    assert b"".join(unpacker.feed(gzip.compress(b"page") + bytes(512))) + unpacker.rest() == b"page"
