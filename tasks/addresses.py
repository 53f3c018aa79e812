"""Which addresses are the open internet's, however they are written."""

import ipaddress
import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

IPV6_INTERNET = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
CLOUDS = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))  # metadata of Azure, Oracle


def is_public(address: str) -> bool:
    """True for an address of the open internet, which an IPv4 address inside an IPv6 one must be too.

    Raises: ValueError where it is no address but a name.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in cloud for cloud in CLOUDS)
    if ip.ipv4_mapped or ip in NAT64:
        return is_public(str(IPv4Address(ip.packed[12:])))
    return ip in IPV6_INTERNET and ip.is_global and (ip.sixtofour is None or is_public(str(ip.sixtofour)))


def is_loopback(host: str) -> bool:
    """True for a host written as this machine. Source: RFC 6761 for the names."""
    address = literal(host)
    return address.is_loopback if address else f".{bare(host)}".endswith(".localhost")


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as, None for a name.

    Shape: short, octal, hexadecimal and decimal forms are read as a resolver reads them: `0x7f.1` is 127.0.0.1.
    """
    written = bare(host).partition("%")[0]
    with suppress(ValueError):
        return ipaddress.ip_address(written)
    with suppress(OSError, UnicodeError):
        return IPv4Address(socket.inet_aton(written))
    return None


def bare(host: str) -> str:
    """A host as it is compared: lower case, without brackets and the root's dot."""
    return host.lower().strip("[]").removesuffix(".")
