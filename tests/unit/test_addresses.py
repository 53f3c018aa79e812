from datetime import UTC, datetime

import pytest

from tasks import addresses
from tasks.retry_after import retry_after_seconds


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::1"],
)
def test_addresses_of_the_open_internet_are_public(address):
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "127.0.0.1", "127.255.0.9", "172.16.0.1", "192.168.0.1",  # this machine, its networks
        "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",  # metadata of clouds
        "100.64.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:192.168.0.1", "::ffff:a9fe:a9fe",  # mapped
        "2002:7f00:1::", "2002:c0a8:1::", "2002:a9fe:a9fe::1",  # 6to4
        "2001:0:5ef5:79fb:0:59d:80ff:fffe", "2001::1",  # Teredo
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::5db8:d822",  # NAT64
    ],
)  # fmt: skip
def test_all_others_are_private(address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("127.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"), ("0177.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("0x7F000001", "127.0.0.1"),
        ("017700000001", "127.0.0.1"), ("0xa9fea9fe", "169.254.169.254"), ("0", "0.0.0.0"),
        ("[::1]", "::1"), ("::ffff:7f00:1", "::ffff:127.0.0.1"), ("fe80::1%eth0", "fe80::1"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_resolvers_read_it(host, address):
    assert addresses.literal(host) == addresses.ipaddress.ip_address(address)


@pytest.mark.parametrize("host", ["boards.example", "localhost", "127.0.0.1.nip.example", "1e100.example", "0x7g", ""])
def test_a_name_is_no_address(host):
    assert addresses.literal(host) is None


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost.", True),
        ("LOCALHOST", True),
        ("a.localhost", True),
        ("127.9", True),
        ("[::1]", True),
        ("localhost.example", False),
        ("10.0.0.1", False),
    ],
)
def test_this_machine_is_known_by_its_names(host, is_here):
    assert addresses.is_loopback(host) is is_here


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("9" * 5000, float("9" * 12)),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Mon, 99 Nov 2026 12:00:30 GMT", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    assert retry_after_seconds(header, datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) == seconds
