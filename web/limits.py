"""Rate limits on visitors' forms, per network, address, domain and in all, counted in the database."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from web.models import Counter
from web.networks import wider
from web.rates import ADDRESS, NETWORK, Limit

logger = logging.getLogger(__name__)

WIDER = "wider"  # scope of the networks around an IPv6 network
WIDER_FACTORS = (2, 4)  # times as many from the /56 and the /48 as from a /64


def take(values: Mapping[str, str], now: datetime, allowed_by: Iterable[Limit] | None = None) -> bool:
    """Count a form with these values, by scope, and return whether every limit allows it. Call it in a transaction.

    `allowed_by` are other limits than those on sign-ups; their values must be others too, to be counted apart.

    What is refused is counted against its network alone, so that nobody uses up what is for others.
    The same three statements run whatever the answer.
    """
    rules = settings.SIGNUP_LIMITS if allowed_by is None else allowed_by
    limits = _by_key(values, rules)
    counters = _locked(limits, now)
    allowed = all(counter.count < limits[counter.key].count for counter in counters)
    for counter in counters:
        counter.count += allowed or limits[counter.key].scope == NETWORK
        if not allowed and limits[counter.key].scope == NETWORK and counter.count == limits[counter.key].count + 1:
            logger.warning("Forms from %s are refused: more than the limit.", values[NETWORK] or "an unknown network")
    Counter.objects.bulk_update(counters, ["count", "ends"])
    return allowed


def is_first(values: Mapping[str, str], now: datetime, rules: Iterable[Limit]) -> bool:
    """Return whether a form that `take` has counted is the first of its network within the spans of these limits."""
    keys = [rule.key(values[NETWORK]) for rule in rules if rule.scope == NETWORK]
    return not Counter.objects.filter(key__in=keys, ends__gt=now, count__gt=1).exists()


def refused(now: datetime, rules: Iterable[Limit]) -> list[tuple[str, int]]:
    """Return the networks of which these limits refuse sign-ups now, those refused most often first, with the numbers."""
    found: dict[str, int] = {}
    for rule in rules:
        if rule.scope == NETWORK:
            counters = Counter.objects.filter(key__startswith=rule.key(""), ends__gt=now, count__gt=rule.count)
            for counter in counters:
                network = counter.key.removeprefix(rule.key(""))
                found[network] = max(found.get(network, 0), counter.count - rule.count)
    signups = [(network, number) for network, number in found.items() if " " not in network]  # other forms name themselves
    return sorted(signups, key=lambda one: (-one[1], one[0]))


def mailboxes_reached(now: datetime, rules: Iterable[Limit]) -> int:
    """Return the number of mailboxes for which these limits allow no further form now."""
    keys = {
        counter.key.removeprefix(rule.key(""))
        for rule in rules
        if rule.scope == ADDRESS
        for counter in Counter.objects.filter(key__startswith=rule.key(""), ends__gt=now, count__gte=rule.count)
    }
    return sum(" " not in key for key in keys)


def due(
    values: Mapping[str, str], now: datetime, rules: Iterable[Limit], *, counted: bool = True, again: bool = False
) -> datetime:
    """Return when what a form asks for may be done at the pace of these limits: now, or in the first span that has room.

    What is asked for `again` by one network waits in a queue of its own, at half the pace: it delays nobody who asks first.

    Each limit plans on its own, so that a domain with a long queue delays no other; the latest of their times holds.
    Call it in a transaction, after every other lock. Unless `counted`, the same statements run and nothing is used up.
    """
    if again:
        values = {scope: f"again {value}" for scope, value in values.items()}
        rules = [replace(rule, count=max(1, rule.count // 2)) for rule in rules]
    limits = _by_key(values, rules)
    counters = _locked(limits, now)  # each of the last span in which something is planned
    when = now
    for counter in counters:
        limit = limits[counter.key]
        if counted and counter.count >= limit.count:
            counter.ends, counter.count = counter.ends + limit.span, 0
        counter.count += counted
        when = max(when, counter.ends - limit.span)
    Counter.objects.bulk_update(counters, ["count", "ends"])
    return when


def reached_until(values: Mapping[str, str], now: datetime, rules: Iterable[Limit]) -> datetime | None:
    """Return the time until which these limits refuse a form with these values; None when they allow one now."""
    limits = _by_key(values, rules)
    counters = Counter.objects.filter(key__in=limits, ends__gt=now)
    return max((counter.ends for counter in counters if counter.count >= limits[counter.key].count), default=None)


def give_back(values: Mapping[str, str], now: datetime, rules: Iterable[Limit]) -> None:
    """Count one form with these values less than `take` did. Call it in a transaction."""
    counters = _locked(_by_key(values, rules), now)
    for counter in counters:
        counter.count = max(0, counter.count - 1)
    Counter.objects.bulk_update(counters, ["count", "ends"])


def clear(now: datetime) -> int:
    """Delete the counters whose time is over; return their number."""
    return Counter.objects.filter(ends__lte=now).delete()[0]


def _by_key(values: Mapping[str, str], rules: Iterable[Limit]) -> dict[str, Limit]:
    return {each.key(value): each for limit in rules for each, value in _with_wider(limit, values[limit.scope])}


def _with_wider(limit: Limit, value: str) -> Iterator[tuple[Limit, str]]:
    """Yield a limit and what it counts; for an IPv6 network also those around it, which may send more."""
    yield limit, value
    if limit.scope == NETWORK:
        kind, blank, network = value.rpartition(" ")
        for factor, around in zip(WIDER_FACTORS, wider(network), strict=False):
            yield replace(limit, scope=WIDER, count=limit.count * factor), f"{kind}{blank}{around}"


def _locked(limits: Mapping[str, Limit], now: datetime) -> list[Counter]:
    """Return the counters under these keys, locked; expired ones are reset."""
    fresh = [Counter(key=key, ends=now + limits[key].span) for key in sorted(limits)]
    Counter.objects.bulk_create(fresh, ignore_conflicts=True)
    counters = list(Counter.objects.select_for_update().filter(key__in=limits).order_by("key"))
    for counter in counters:
        if counter.ends <= now:
            counter.count, counter.ends = 0, now + limits[counter.key].span
    return counters
