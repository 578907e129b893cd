"""Finds the DMARC record that applies to a domain, and its organisational domain (RFC 7489; DMARCbis' tree walk). Pure."""

import re
from dataclasses import dataclass

from mail.deliverability.lookup import Lookup
from mail.deliverability.tags import BadTags, parse_tags

VERSION = re.compile(r"v\s*=\s*DMARC1\s*(;|$)")
DEEPEST = 8  # labels: the walk leaps over what lies between a longer name and its last seven
POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class Published:
    """The text at `_dmarc.` of a domain: a record as receivers want it, or just as it stands there."""

    domain: str
    text: str

    @property
    def tags(self) -> dict[str, str]:
        """The record's tags; empty when it is no tag list."""
        try:
            return {name.lower(): value for name, value in parse_tags(self.text).items()}
        except BadTags:
            return {}


def is_dmarc(text: str) -> bool:
    """Return whether receivers take a TXT record for DMARC: the version, first, in just this spelling."""
    return VERSION.match(text) is not None


def records_at(domain: str, lookup: Lookup) -> tuple[str, ...]:
    return tuple(text for text in lookup(f"_dmarc.{domain}", "TXT") if is_dmarc(text))


def walk(domain: str) -> list[str]:
    """Return the domains whose records may apply, the nearest first.

    >>> walk("a.notes.example")
    ['a.notes.example', 'notes.example', 'example']
    """
    labels = domain.split(".")
    above = labels[-(DEEPEST - 1) :] if len(labels) > DEEPEST else labels[1:]
    return [domain, *(".".join(above[start:]) for start in range(len(above)))]


def find_record(domain: str, lookup: Lookup) -> Published | None:
    """Return the record for mail from a domain: its own, or that of the organisation it is in."""
    own = _single(domain, lookup)
    organisation = organisation_of(domain, lookup)
    return own or (_single(organisation, lookup) if organisation != domain else None)


def organisation_of(domain: str, lookup: Lookup) -> str:
    """Return the organisational domain: named by psd=, else the highest that has a record, else the domain itself."""
    found = [(place, record) for place in walk(domain) if (record := _single(place, lookup))]
    for place, record in found:
        suffix = record.tags.get("psd")
        if suffix == "n":
            return place
        if suffix == "y" and place != domain:
            return ".".join(domain.split(".")[-len(place.split(".")) - 1 :])
    return found[-1][0] if found else domain


def _single(domain: str, lookup: Lookup) -> Published | None:
    """Return a domain's record, when it has just one: receivers heed none of several."""
    records = records_at(domain, lookup)
    return Published(domain, records[0]) if len(records) == 1 else None
