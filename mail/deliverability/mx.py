"""Findings on MX: can a domain receive mail, bounces above all? Pure, except for the `probe` that may be passed."""

from collections.abc import Callable, Sequence

import dns.inet

from mail.deliverability.findings import Finding, Level, not_checked, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.reverse import is_internal, is_public
from mail.deliverability.words import _, joined

SUBJECT = "MX"
Probe = Callable[[str], str]
"""`probe("192.0.2.1")` says that the mail server there refuses connections; empty when it takes them, or nobody can tell."""


def mx_findings(domain: str, purpose: str, host: str, lookup: Lookup, probe: Probe | None = None) -> list[Finding]:
    """Return what a server finds that has mail for this domain; `purpose` says what the mail is, `host` who should take it."""
    try:
        return _findings(domain, purpose, host, lookup, probe)
    except Unanswered as error:
        return [not_checked(SUBJECT, _("MX of %(domain)s") % {"domain": domain}, error)]


def _findings(domain: str, purpose: str, host: str, lookup: Lookup, probe: Probe | None) -> list[Finding]:
    cure = record(domain, "MX", f"10 {host}.")
    if all(is_internal(address) for address in _addresses(host, lookup)):
        cure += "\n" + _("and give that name a public address.")
    answers = sorted((int(value.split(" ")[0]), value.split(" ")[1]) for value in lookup(domain, "MX"))
    hosts = [name for _preference, name in answers]
    if not hosts:
        return [_without(domain, purpose, cure, lookup)]
    if "." in hosts:
        sentence = _(
            "%(domain)s has a null MX (%(preference)s .), which says that it takes no mail: %(purpose)s cannot come back."
        ) % {"domain": domain, "preference": answers[0][0], "purpose": purpose}
        return [Finding(SUBJECT, Level.ERROR, "mx-null", sentence, cure)]
    dead = {name: why for name in hosts if (why := _why_dead(name, lookup))}
    if dead:
        level = Level.ERROR if len(dead) == len(set(hosts)) else Level.WARNING
        return [
            Finding(
                SUBJECT,
                level,
                "mx-dead",
                _("The MX of %(domain)s, %(name)s, %(why)s.") % {"domain": domain, "name": name, "why": why},
                cure,
            )
            for name, why in dead.items()
        ]
    good = Finding(
        SUBJECT,
        Level.OK,
        "mx-found",
        _("%(domain)s takes %(purpose)s at %(hosts)s.")
        % {"domain": domain, "purpose": purpose, "hosts": joined(dict.fromkeys(hosts))},
    )
    unsure = _refusing(domain, hosts, lookup, probe) if probe else []
    return [good, *unsure, *_aliases(domain, hosts, lookup), *_internal(domain, hosts, cure, lookup)]


def _without(domain: str, purpose: str, cure: str, lookup: Lookup) -> Finding:
    addresses = _addresses(domain, lookup)
    if not addresses:
        sentence = _(
            "%(domain)s has no MX and no address: %(purpose)s cannot come back, and some receivers refuse mail from it."
        ) % {"domain": domain, "purpose": purpose}
        return Finding(SUBJECT, Level.ERROR, "mx-missing", sentence, cure)
    sentence = _("%(domain)s has no MX: mail goes to its address %(address)s, if anything listens there.") % {
        "domain": domain,
        "address": addresses[0],
    }
    return Finding(SUBJECT, Level.WARNING, "mx-implicit", sentence, cure)


def _why_dead(host: str, lookup: Lookup) -> str:
    """Return why no mail can be given to a host; empty when it can, as far as the DNS knows."""
    if dns.inet.is_address(host):
        return _("is an address, where RFC 1035 demands a name")
    return "" if _addresses(host, lookup) else _("has no address")


def _refusing(domain: str, hosts: Sequence[str], lookup: Lookup, probe: Probe) -> list[Finding]:
    """Return the hosts that take no connection at any address; a warning, for it may be our own network that refuses."""
    cure = _("Let its mail server listen on port 25, or check from a network that lets connections to port 25 out.")
    said = {host: [probe(address) for address in _addresses(host, lookup) if is_public(address)] for host in hosts}
    return [
        Finding(
            SUBJECT,
            Level.WARNING,
            "mx-refused",
            _("The MX of %(domain)s, %(host)s, %(reason)s, as seen from here.")
            % {"domain": domain, "host": host, "reason": reasons[0]},
            cure,
        )
        for host, reasons in said.items()
        if reasons and all(reasons)
    ]


def _aliases(domain: str, hosts: Sequence[str], lookup: Lookup) -> list[Finding]:
    aliases = {host: lookup(host, "CNAME") for host in dict.fromkeys(hosts)}
    return [
        Finding(
            SUBJECT,
            Level.WARNING,
            "mx-alias",
            _("The MX of %(domain)s, %(host)s, is another name for %(target)s, which RFC 2181 forbids: not all follow it.")
            % {"domain": domain, "host": host, "target": target[0]},
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
            _("The MX of %(domain)s, %(host)s, has the address %(address)s, which other servers cannot reach.")
            % {"domain": domain, "host": host, "address": address},
            cure,
        )
        for host, address in inner.items()
    ]


def _addresses(host: str, lookup: Lookup) -> tuple[str, ...]:
    return (*lookup(host, "A"), *lookup(host, "AAAA"))
