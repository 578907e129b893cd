"""Tries a cure before it is printed: what would the check say if the record were published? Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mail.deliverability.findings import Finding, Level, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.spf_terms import is_spf

LINE = re.compile(r"^(\S+)\. IN (TXT|PTR|A|AAAA) (.+)$", re.MULTILINE)
STRING = re.compile(r'"([^"]*)"')
ROUNDS = 5  # faults in one record that are cured one after another
Check = Callable[[Lookup], Sequence[Finding]]
Records = dict[tuple[str, str], str]


def proved(check: Check, lookup: Lookup) -> list[Finding]:
    """Return what a check finds, each cure completed until the check finds no error that a record would cure.

    Raises Unanswered as the check does. A record that does not cure its own fault is not printed.
    """
    return [_with_proved_cure(finding, check, lookup) for finding in check(lookup)]


def _with_proved_cure(finding: Finding, check: Check, lookup: Lookup) -> Finding:
    records = records_in(finding.cure)
    if not records:
        return finding
    try:
        complete, is_cured = _completed(finding, records, check, lookup)
    except Unanswered:
        return finding  # what the record leads to cannot be asked now
    return replace(finding, cure=_rewritten(finding.cure, records, complete) if is_cured else "")


def _completed(finding: Finding, records: Records, check: Check, lookup: Lookup) -> tuple[Records, bool]:
    """Return the records that leave no error which a record cures, and whether the finding's own fault is gone."""
    complete = dict(records)
    for _round in range(ROUNDS):
        found = check(published(complete, lookup))
        errors = [other for other in found if other.level is Level.ERROR]
        more = next((more for error in errors if not (more := records_in(error.cure)).items() <= complete.items()), None)
        if more is None:
            break
        complete |= more
    return complete, finding.code not in {other.code for other in found if other.level is finding.level}


def published(records: Records, lookup: Lookup) -> Lookup:
    """Return the look-up of a DNS in which these records are published, in place of those of their kind."""

    def look_up(name: str, rdtype: str) -> tuple[str, ...]:
        value = records.get((name.lower().rstrip("."), rdtype))
        if value is None:
            return lookup(name, rdtype)
        others = [text for text in lookup(name, rdtype) if not is_spf(text)] if is_spf(value) else []
        return (*others, value)

    return look_up


def records_in(cure: str) -> Records:
    """Return the records of a cure, by name and type.

    >>> records_in('Publish this:\\nexample.org. IN TXT "v=spf1 -all"')
    {('example.org', 'TXT'): 'v=spf1 -all'}
    """
    return {
        (name.lower(), rdtype): "".join(STRING.findall(value)) if rdtype == "TXT" else value.rstrip(".").lower()
        for name, rdtype, value in LINE.findall(cure)
    }


def _rewritten(cure: str, old: Records, new: Records) -> str:
    """Return the cure with its records as they have become, and those that came to them."""
    if old == new:
        return cure
    lines = [line for line in cure.splitlines() if not LINE.match(line)]
    dots = {"PTR": "."}
    return "\n".join([*lines, *(record(name, kind, value + dots.get(kind, "")) for (name, kind), value in new.items())])
