import pytest

from web.networks import client, read_networks, truncated
from web.rates import read_limits

PROXIES = read_networks(["127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48"])


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "192.0.2.1, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "192.0.2.1, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.7, nonsense, 10.0.0.1", "10.0.0.1"),
        ("2001:db8:ffff::1", "2001:db8:1::5", "2001:db8:1::5"),
        ("::ffff:127.0.0.1", "198.51.100.7:4711", "198.51.100.7:4711"),
        ("", "198.51.100.7", "198.51.100.7"),
    ],
)
def test_client_is_the_nearest_that_is_no_trusted_proxy(remote: str, forwarded: str, found: str) -> None:
    assert client(remote, forwarded, PROXIES) == found


@pytest.mark.parametrize(("remote", "found"), [("203.0.113.9", "203.0.113.9"), ("", "")])
def test_client_heeds_no_header_when_no_proxy_is_trusted(remote: str, found: str) -> None:
    assert client(remote, "198.51.100.7", ()) == found


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("198.51.100.7:4711", "198.51.100.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_truncated_keeps_the_network_alone(address: str, network: str) -> None:
    assert truncated(address) == network


@pytest.mark.parametrize("text", ["network", "network:0/hour", "street:3/day", "network:3/week", "network:3"])
def test_read_limits_names_the_word_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is no limit"):
        read_limits(f"all:5/hour {text}")
