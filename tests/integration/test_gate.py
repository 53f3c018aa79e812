"""The gate, through the real client: whatever a board says, nothing of this machine or its network is asked.

Shape: a resolver of ours says what names resolve to; the server on loopback notes every connection.
"""

import asyncio
import socket
import threading

import httpx
import pytest

from tasks import gate
from tasks.errors import BlockedError, FetchError
from tasks.fetch import Counts, fetcher
from tasks.model import Request
from tests.answering import Wire

PUBLIC = "93.184.216.34"


class Inside:
    """A server of this machine. Shape: `asked` are the first lines that it was sent."""

    def __init__(self):
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        """Many requests on one connection, so that it stays in the pool."""
        with connection:
            while head := connection.recv(65_536):
                self.asked.append(head.split(b"\r\n")[0].decode())
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret")


@pytest.fixture
def inside():
    server = Inside()
    yield server
    server.listener.close()


def names(**known):
    """A resolver. Shape: name, with _ for a dot -> its addresses."""

    async def resolve(host, port):
        try:
            return known[host.rstrip(".").replace(".", "_")]
        except KeyError:
            raise socket.gaierror(socket.EAI_NONAME, "unknown name") from None

    return resolve


def redirecting(wire, target):
    """Hosts elsewhere redirect to `target`; all others are asked over the real wire."""

    async def answer(request):
        if request.url.host == "boards.example":
            return httpx.Response(302, headers={"location": target.encode()})
        return await wire.handle_async_request(request)

    return Wire(answer)


def real_wire(resolve=gate.resolve):
    wire = httpx.AsyncHTTPTransport()
    wire._pool._network_backend = gate.PublicOnly(resolve)
    return wire


def get(settings, url, base_url=None, accept="json", transport=None, resolve=gate.resolve):
    async def one():
        async with fetcher(settings, transport, resolve=resolve) as pages:
            return await pages.fetch(Request(url, accept), Counts(), base_url)

    return asyncio.run(one())


WRITTEN = [
    "127.0.0.1", "127.0.0.1.", "127.1", "0x7f.1", "0x7f000001", "2130706433", "0", "localhost", "localhost.",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]",
    "[2001:0:5ef5:79fb:0:59d:80ff:fffe]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "[fd00:ec2::254]", "[fe80::1]", "168.63.129.16", "127\u30020\u30020\u30021",
]  # fmt: skip
NO_ADDRESS = ["0177.0.0.1", "\uff11\uff12\uff17.0.0.1", "[::1%25lo]", "\u24dbocalhost", "[::1"]


@pytest.mark.parametrize("host", [*WRITTEN, *NO_ADDRESS])
@pytest.mark.parametrize("way", ["asked for", "by redirect"])
def test_this_machine_and_its_network_are_refused_however_they_are_written(make_settings, inside, host, way):
    url = f"http://{host}:{inside.port}/secret"
    transport = redirecting(real_wire(), url) if way == "by redirect" else None
    said = r"private address|not a valid address|Invalid" if host in NO_ADDRESS else "private address"
    with pytest.raises(FetchError, match=said) as caught:
        get(make_settings(), "https://boards.example/a" if transport else url, transport=transport)
    assert isinstance(caught.value, BlockedError) or host in NO_ADDRESS
    assert "\n" not in str(caught.value)
    assert inside.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://boards.example@127.0.0.1:{port}/", "http://127.0.0.1:{port}@boards.example/",
        "http://boards.example\\@127.0.0.1:{port}/", "http://boards.example:80:{port}/", "http://127.0.0.1:99999/",
        "http:///127.0.0.1:{port}/", "http:127.0.0.1:{port}/", "//127.0.0.1:{port}/", "file:///etc/passwd",
        "gopher://boards.example/", "ftp://boards.example/", "unix:///run/redis.sock", "http://", "", " ",
        "http://boards.example:99999/",
    ],
)  # fmt: skip
def test_an_address_that_two_readers_may_read_differently_is_refused(make_settings, inside, url):
    known, address = names(boards_example=[PUBLIC]), url.format(port=inside.port)
    for first, transport in ((address, None), ("https://boards.example/a", redirecting(real_wire(), address or "/"))):
        with pytest.raises(FetchError) as caught:
            get(make_settings(page_max_redirects=2), first, transport=transport, resolve=known)
        assert "\n" not in str(caught.value)
    assert inside.asked == []


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], ["10.0.0.1"], ["169.254.169.254"],
        ["100.100.100.200"], ["::1"], ["::ffff:127.0.0.1"], ["2002:7f00:1::"], ["64:ff9b::7f00:1"], ["fe80::1%eth0"],
        [PUBLIC, "fd00:ec2::254"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", ["json", "html"])
def test_a_name_with_a_private_address_among_its_own_is_refused(make_settings, inside, found, accept):
    """Shape: of `html` it is robots.txt that would be asked first."""
    url = f"http://inner.example:{inside.port}/"
    with pytest.raises(BlockedError, match="resolves to the private address"):
        get(make_settings(), url, accept=accept, resolve=names(inner_example=found))
    assert inside.asked == []


def test_a_redirect_to_a_name_with_a_private_address_is_refused(make_settings, inside):
    wire = real_wire(names(inner_example=["127.0.0.1"]))
    with pytest.raises(BlockedError, match="resolves to the private address"):
        get(make_settings(), "https://boards.example/a",
            transport=redirecting(wire, f"http://inner.example:{inside.port}/"))  # fmt: skip
    assert inside.asked == []


def test_a_robots_txt_that_redirects_inwards_is_not_followed(make_settings, inside):
    transport = redirecting(real_wire(), f"http://127.0.0.1:{inside.port}/robots.txt")
    with pytest.raises(BlockedError, match="a private address"):
        get(make_settings(), "https://boards.example/careers", accept="html", transport=transport)
    assert inside.asked == []


@pytest.mark.parametrize("base", ["http://inner.example:{port}", "http://INNER.example.:{port}/jobs"])
def test_what_a_row_names_is_asked(make_settings, inside, base):
    page = get(make_settings(), f"http://inner.example:{inside.port}/jobs", base.format(port=inside.port),
               resolve=names(inner_example=["127.0.0.1"]))  # fmt: skip
    assert page.body == b"secret"


@pytest.mark.parametrize("base", ["http://inner.example", "http://inner.example:1", "http://127.0.0.1:1", None])
def test_a_row_opens_no_other_port_and_no_other_host(make_settings, inside, base):
    with pytest.raises(BlockedError, match="private address"):
        get(make_settings(), f"http://inner.example:{inside.port}/jobs", base,
            resolve=names(inner_example=["127.0.0.1"]))  # fmt: skip
    assert inside.asked == []


def test_a_connection_that_one_row_may_keep_open_serves_no_other_row(make_settings, inside):
    """Nothing is resolved for a connection that is open already."""
    url = f"http://inner.example:{inside.port}/jobs"

    async def one_after_the_other():
        async with fetcher(make_settings(), resolve=names(inner_example=["127.0.0.1"])) as pages:
            await asyncio.create_task(pages.fetch(Request(url), Counts(), url))
            with pytest.raises(BlockedError, match="a private address"):
                await asyncio.create_task(pages.fetch(Request(url), Counts()))

    asyncio.run(one_after_the_other())
    assert len(inside.asked) == 1


def test_what_was_checked_is_what_is_connected_to(make_settings, inside):
    """A name that is public when it is looked at and private a moment later."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    asked = []

    async def resolve(host, port):
        asked.append(host)
        return next(answers)

    with pytest.raises(FetchError, match=r"no answer in time|ConnectError|private address"):
        get(make_settings(connect_timeout_seconds=0.5), f"http://turning.example:{inside.port}/", resolve=resolve)
    assert asked == ["turning.example"]
    assert inside.asked == []
