"""Findings on MX: can a domain get mail — bounces above all? Pure, but for the `probe` it may be given."""

import ipaddress
from collections.abc import Callable, Sequence

from signup.deliverability.findings import Finding, Level, not_checked, record
from signup.deliverability.lookup import Lookup, Unanswered
from signup.deliverability.reverse import is_internal

SUBJECT = "MX"
Probe = Callable[[str], str]
"""`probe("192.0.2.1")` says why the mail server there takes no connection; empty when it does, or nobody can tell."""


def mx_findings(domain: str, purpose: str, host: str, lookup: Lookup, probe: Probe | None = None) -> list[Finding]:
    """What a server finds that has mail for this domain; `purpose` says what the mail is, `host` who should take it."""
    try:
        return _findings(domain, purpose, host, lookup, probe)
    except Unanswered as error:
        return [not_checked(SUBJECT, f"MX of {domain}", error)]


def _findings(domain: str, purpose: str, host: str, lookup: Lookup, probe: Probe | None) -> list[Finding]:
    cure = record(domain, "MX", f"10 {host}.")
    answers = sorted((int(value.split(" ")[0]), value.split(" ")[1]) for value in lookup(domain, "MX"))
    hosts = [name for _, name in answers]
    if not hosts:
        return [_without(domain, purpose, cure, lookup)]
    if "." in hosts:
        sentence = f"{domain} has a null MX ({answers[0][0]} .), which says that it takes no mail: {purpose} cannot come back."
        return [Finding(SUBJECT, Level.ERROR, "mx-null", sentence, cure)]
    dead = {name: why for name in hosts if (why := _why_dead(name, lookup, probe))}
    if dead:
        level = Level.ERROR if len(dead) == len(set(hosts)) else Level.WARNING
        return [Finding(SUBJECT, level, "mx-dead", f"The MX of {domain}, {name}, {why}.", cure) for name, why in dead.items()]
    good = Finding(SUBJECT, Level.OK, "mx-found", f"{domain} takes {purpose} at {' and '.join(dict.fromkeys(hosts))}.")
    return [good, *_aliases(domain, hosts, lookup), *_internal(domain, hosts, cure, lookup)]


def _without(domain: str, purpose: str, cure: str, lookup: Lookup) -> Finding:
    addresses = _addresses(domain, lookup)
    if not addresses:
        sentence = f"{domain} has no MX and no address: {purpose} cannot come back, and some receivers refuse mail from it."
        return Finding(SUBJECT, Level.ERROR, "mx-missing", sentence, cure)
    sentence = f"{domain} has no MX: mail goes to its address {addresses[0]}, if anything listens there."
    return Finding(SUBJECT, Level.WARNING, "mx-implicit", sentence, cure)


def _why_dead(host: str, lookup: Lookup, probe: Probe | None) -> str:
    """Why no mail can be given to a host; empty when it can, as far as is known."""
    if _is_address(host):
        return "is an address, where RFC 1035 demands a name"
    addresses = _addresses(host, lookup)
    if not addresses:
        return "has no address"
    reasons = [probe(address) if probe and not is_internal(address) else "" for address in addresses]
    return reasons[0] if all(reasons) else ""


def _aliases(domain: str, hosts: Sequence[str], lookup: Lookup) -> list[Finding]:
    aliases = {host: lookup(host, "CNAME") for host in dict.fromkeys(hosts)}
    return [
        Finding(
            SUBJECT,
            Level.WARNING,
            "mx-alias",
            f"The MX of {domain}, {host}, is another name for {target[0]}, which RFC 2181 forbids: not all follow it.",
            record(domain, "MX", f"10 {target[0]}."),
        )
        for host, target in aliases.items()
        if target
    ]


def _internal(domain: str, hosts: Sequence[str], cure: str, lookup: Lookup) -> list[Finding]:
    inner = {host: address for host in hosts for address in _addresses(host, lookup) if is_internal(address)}
    return [
        Finding(
            SUBJECT,
            Level.WARNING,
            "mx-internal",
            f"The MX of {domain}, {host}, has the address {address}, which other servers cannot reach.",
            f"{cure}\nand give that name a public address.",
        )
        for host, address in inner.items()
    ]


def _addresses(host: str, lookup: Lookup) -> tuple[str, ...]:
    return (*lookup(host, "A"), *lookup(host, "AAAA"))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
