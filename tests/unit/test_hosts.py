"""Under which names an instance answers, and who counts as being on this machine."""

import pytest

from rolecall_reader.editor import is_local, is_loopback, is_public
from rolecall_reader.hosts import is_known_host

PUBLIC = {"ROLECALL_PUBLIC": "1"}
NAMED = {"ROLECALL_HOSTS": "jobs.example, Other.Example ,"}


@pytest.mark.parametrize(
    ("hosts", "environ", "known"),
    [
        (["localhost"], {}, True),
        (["LOCALHOST:8001"], {}, True),
        (["127.0.0.1:8001"], {}, True),
        (["127.9.9.9"], {}, True),
        (["[::1]:8001"], {}, True),
        (["[::1]"], {}, True),
        (["jobs.example"], {}, False),
        (["127.0.0.1.evil.example"], {}, False),
        (["localhost.evil.example:80"], {}, False),
        (["0.0.0.0"], {}, False),
        (["10.0.0.1"], {}, False),
        ([""], {}, False),
        ([], {}, False),
        (["localhost", "evil.example"], {}, False),
        (["jobs.example:443"], NAMED, True),
        (["other.example"], NAMED, True),
        (["evil.example"], NAMED, False),
        (["localhost"], NAMED, True),
        (["evil.example"], PUBLIC, True),
        ([], PUBLIC, False),
        (["evil.example"], {**PUBLIC, **NAMED}, False),
        (["jobs.example"], {**PUBLIC, **NAMED}, True),
    ],
)
def test_a_host_is_known_by_name(hosts: list[str], environ: dict[str, str], known: bool) -> None:
    assert is_known_host([(b"Host", host.encode()) for host in hosts], environ) is known


@pytest.mark.parametrize(("value", "public"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_an_instance_is_public_when_told_so(value: str, public: bool) -> None:
    assert is_public({"ROLECALL_PUBLIC": value}) is public


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("fe80::1%eth0", False), ("10.0.0.1", False),
     ("0.0.0.0", False), ("::", False), ("localhost", False), ("", False)],
)  # fmt: skip
def test_a_loopback_address_is_of_this_machine_alone(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


@pytest.mark.parametrize("name", [b"X-Forwarded-For", b"Forwarded", b"X-Real-IP", b"Via"])
def test_what_a_proxy_passes_on_is_not_local(name: bytes) -> None:
    assert not is_local({"client": ("127.0.0.1", 1), "headers": [(name, b"127.0.0.1")]})
    assert is_local({"client": ("127.0.0.1", 1), "headers": [(b"accept", b"*/*")]})
    assert not is_local({"client": None, "headers": []})
