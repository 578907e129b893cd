from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from web import limits
from web.models import Counter
from web.rates import read_limits

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def take(network: str = "192.0.2.0/24", address: str = "ada", domain: str = "example.org", after: int = 0) -> bool:
    """Take one sign-up, so many minutes after noon."""
    values = {"network": network, "address": address, "domain": domain, "all": ""}
    with transaction.atomic():
        return limits.take(values, NOON + timedelta(minutes=after))


@pytest.mark.parametrize("scope", ["network", "address", "domain", "all"])
def test_each_scope_has_its_limit(settings: Settings, scope: str) -> None:
    settings.SIGNUP_LIMITS = read_limits(f"{scope}:2/hour")
    assert [take(), take(), take()] == [True, True, False]


def test_others_are_not_limited(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:1/hour address:1/hour domain:1/hour")
    assert take()
    assert take("2001:db8::/64", "bob", "example.net")


def test_a_network_of_ipv6_is_counted_with_those_around_it(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:2/hour")
    taken = {
        "of one /64": [take("2001:db8:1::/64") for _attempt in range(3)],
        "of one /56": [take(f"2001:db8:2:{number:x}::/64") for number in range(5)],
        "of one /48": [take(f"2001:db8:3:{number << 8:x}::/64") for number in range(9)],
        "elsewhere": [take("2001:db8:4::/64")],
    }
    assert taken == {
        "of one /64": [True] * 2 + [False],
        "of one /56": [True] * 4 + [False],
        "of one /48": [True] * 8 + [False],
        "elsewhere": [True],
    }


def test_a_limit_ends_with_its_span(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("address:1/hour")
    assert [take(after=0), take(after=59), take(after=60), take(after=119), take(after=120)] == [True, False, True, False, True]


def test_several_limits_of_a_scope_hold_together(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:2/hour network:3/day")
    assert [take(after=minutes) for minutes in (0, 1, 60, 61, 120)] == [True, True, True, False, False]


def test_what_is_refused_uses_up_nothing_but_its_own_network(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:1/hour address:2/hour all:3/hour")
    assert [take() for _attempt in range(5)] == [True, False, False, False, False]
    counts = dict(Counter.objects.values_list("key", "count"))
    assert counts == {"0:all:3600:": 1, "1:address:3600:ada": 1, "1:network:3600:192.0.2.0/24": 5}
    assert take("2001:db8::/64")


def test_what_is_beyond_the_pace_is_due_in_the_first_span_with_room() -> None:
    rules = read_limits("domain:2/hour all:3/hour")
    domains = ["a", "a", "a", "b", "b", "b", "b"]
    due = [limits.due({"domain": domain, "all": ""}, NOON, rules) - NOON for domain in domains]
    assert [moment.total_seconds() / 3600 for moment in due] == [0, 0, 1, 1, 1, 1, 2]


def test_what_is_not_counted_uses_up_no_pace() -> None:
    rules = read_limits("all:1/hour")
    assert {limits.due({"all": ""}, NOON, rules, counted=False) for _attempt in range(3)} == {NOON}
    assert limits.due({"all": ""}, NOON, rules) == NOON


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
@pytest.mark.django_db(transaction=True)
def test_a_limit_holds_against_many_at_once(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:3/hour address:3/hour all:3/hour")
    start = Barrier(8)

    def attempt(_number: int) -> bool:
        start.wait()
        try:
            return take()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(attempt, range(8))) == [False] * 5 + [True] * 3


def test_clear_deletes_counters_that_are_over(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:1/hour all:9/day")
    take()
    assert limits.clear(NOON + timedelta(minutes=61)) == 1
    assert [counter.key for counter in Counter.objects.all()] == ["0:all:86400:"]


def test_what_a_network_asks_for_again_delays_nobody_who_asks_first() -> None:
    rules = read_limits("domain:2/hour")
    values = {"domain": "gmail.com"}
    again = [limits.due(values, NOON, rules, again=True) - NOON for _attempt in range(3)]
    assert again == [timedelta(), timedelta(hours=1), timedelta(hours=2)]
    assert [limits.due(values, NOON, rules) - NOON for _attempt in range(2)] == [timedelta(), timedelta()]


def test_networks_that_are_refused_are_named_once(caplog: pytest.LogCaptureFixture) -> None:
    rules = read_limits("network:2/hour address:3/day")
    for number in range(5):
        values = {"network": "192.0.2.0/24", "address": f"mailbox {number}".replace(" ", "")}
        assert limits.take(values, NOON, rules) == (number < 2)
        assert limits.is_first(values, NOON, rules) == (number < 1)
    assert limits.refused(NOON, rules) == [("192.0.2.0/24", 3)]
    assert limits.refused(NOON + timedelta(hours=2), rules) == []
    assert limits.mailboxes_reached(NOON, rules) == 0
    for _attempt in range(3):
        limits.take({"network": "198.51.100.0/24", "address": "one"}, NOON, read_limits("network:9/hour address:3/day"))
    assert limits.mailboxes_reached(NOON, rules) == 1
    assert [record.getMessage() for record in caplog.records] == ["Forms from 192.0.2.0/24 are refused: more than the limit."]
