"""The client's address behind trusted proxies, and its truncated network, which may be stored. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IPV4_PREFIX = 24  # bits that are kept
IPV6_PREFIX = 64  # bits that are kept: what one connection is given
WIDER_PREFIXES = (56, 48)  # bits: what a home or a company is given, each with many networks of 64 bits
Network = IPv4Network | IPv6Network


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks, such as `127.0.0.1` and `2001:db8::/48`; raises ValueError with the one that is neither."""
    return tuple(ip_network(text.strip()) for text in texts if text.strip())


def client(remote: str, forwarded: str, trusted: tuple[Network, ...]) -> str:
    """Return the nearest address that is no trusted proxy's; to `forwarded`, X-Forwarded-For, each proxy adds on the right.

    An empty `remote` is a socket in the file system, whose other end is a proxy on this machine: trusted if any is.

    >>> client("127.0.0.1", "203.0.113.9, 198.51.100.7", read_networks(["127.0.0.1"]))
    '198.51.100.7'
    """
    nearest = remote
    for hop in [remote, *reversed([part.strip() for part in forwarded.split(",")])]:
        address = _read(hop)
        if address is None and hop:
            break
        nearest = hop or nearest
        if not _is_trusted(address, trusted):
            break
    return nearest


def truncated(address: str) -> str:
    """Return the network of an address, `192.0.2.0/24` or `2001:db8::/64`; '' when it is none.

    >>> truncated("192.0.2.77"), truncated("::ffff:192.0.2.77"), truncated("unknown")
    ('192.0.2.0/24', '192.0.2.0/24', '')
    """
    read = _read(address)
    if read is None:
        return ""
    return str(ip_network((read, IPV4_PREFIX if read.version == 4 else IPV6_PREFIX), strict=False))


def wider(network: str) -> list[str]:
    """Return the networks around a truncated IPv6 network that one customer may have been given; none for IPv4.

    >>> wider("2001:db8:1:2::/64"), wider("192.0.2.0/24")
    (['2001:db8:1::/56', '2001:db8:1::/48'], [])
    """
    try:
        found = ip_network(network)
    except ValueError:
        return []
    return [str(found.supernet(new_prefix=prefix)) for prefix in WIDER_PREFIXES] if found.version == 6 else []


def _is_trusted(address: IPv4Address | IPv6Address | None, trusted: tuple[Network, ...]) -> bool:
    if address is None:
        return bool(trusted)
    return any(address in network for network in trusted)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it, perhaps with a port or in brackets; an IPv4 address mapped into IPv6 is itself."""
    bare = text.strip().removeprefix("[").split("]")[0]
    if bare.count(":") == 1:
        bare = bare.split(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (address.version == 6 and address.ipv4_mapped) or address
