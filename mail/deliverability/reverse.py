"""Findings on PTR: does each sending address have a name, and does the name lead back (FCrDNS)? Pure."""

import ipaddress
import re
from collections.abc import Sequence

from mail.deliverability.cures import proved
from mail.deliverability.findings import Finding, Level, not_checked, record
from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.words import _

SUBJECT = "PTR"
GENERIC = re.compile(
    r"dyn(amic)?[-.]|dhcp|dsl|pool|dial|ppp|cable|broadband|customer|client|unassigned|static[-.]", re.IGNORECASE
)
INTERNAL = tuple(
    map(
        ipaddress.ip_network,
        "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 ::1 fc00::/7 fe80::/10".split(),
    )
)


def is_internal(address: str) -> bool:
    """Return whether an address is of no meaning outside a network: loopback, link-local, private."""
    ip = ipaddress.ip_address(address)
    return any(ip in network for network in INTERNAL)


def is_public(address: str) -> bool:
    """Return whether an address is one that the whole net may reach: no private one, and none for documentation."""
    return ipaddress.ip_address(address).is_global


def address_type(address: str) -> str:
    return "A" if ipaddress.ip_address(address).version == 4 else "AAAA"


def ptr_findings(addresses: Sequence[str], host: str, lookup: Lookup, greeting: str = "") -> list[Finding]:
    """Return what receivers find of addresses' names; `host` would be a good one, `greeting` is the server's own name."""
    return [finding for address in addresses for finding in _proved(address, host, lookup, greeting)]


def _proved(address: str, host: str, lookup: Lookup, greeting: str) -> list[Finding]:
    return proved(lambda seen: _on_address(address, host, seen, greeting), lookup)


def _on_address(address: str, host: str, lookup: Lookup, greeting: str) -> list[Finding]:
    try:
        names = lookup(ipaddress.ip_address(address).reverse_pointer, "PTR")
        back = [name for name in names if _leads_to(name, address, lookup)]
    except Unanswered as error:
        return [not_checked(SUBJECT, _("The name of %(address)s") % {"address": address}, error)]
    if not back:
        return [_nameless(address, host) if not names else _not_confirmed(address, names, lookup)]
    good = Finding(
        SUBJECT,
        Level.OK,
        "ptr-confirmed",
        _("%(address)s is named %(name)s, and that name leads back to it.") % {"address": address, "name": back[0]},
    )
    return [good, *_generic(address, back[0], host), *_greeting(address, names, greeting)]


def _leads_to(name: str, address: str, lookup: Lookup) -> bool:
    ip = ipaddress.ip_address(address)
    return any(ipaddress.ip_address(value) == ip for value in lookup(name, address_type(address)))


def _pointer(address: str, host: str) -> str:
    asked = _("At whoever provides the address, ask for:")
    return f"{asked}\n{record(ipaddress.ip_address(address).reverse_pointer, 'PTR', f'{host}.')}"


def _nameless(address: str, host: str) -> Finding:
    sentence = _("%(address)s has no name (PTR): many receivers refuse mail from nameless addresses.") % {"address": address}
    return Finding(SUBJECT, Level.ERROR, "ptr-missing", sentence, _pointer(address, host))


def _not_confirmed(address: str, names: Sequence[str], lookup: Lookup) -> Finding:
    elsewhere = lookup(names[0], address_type(address))
    leads = _("leads to %(elsewhere)s") % {"elsewhere": ", ".join(elsewhere)} if elsewhere else _("has no such address")
    sentence = _("%(address)s is named %(name)s, but that name %(leads)s: it is not forward-confirmed.") % {
        "address": address,
        "name": names[0],
        "leads": leads,
    }
    return Finding(SUBJECT, Level.ERROR, "ptr-not-confirmed", sentence, record(names[0], address_type(address), address))


def _generic(address: str, name: str, host: str) -> list[Finding]:
    """Return the finding that a name is a provider's generic one: receivers take such hosts for home connections."""
    digits = address.split(".") if "." in address else []
    spelt = any(sign.join(order) in name for sign in ".-" for order in (digits, digits[::-1]) if order)
    if not spelt and not GENERIC.search(name):
        return []
    sentence = _(
        "%(address)s is named %(name)s, which looks like a provider's name for any customer: some receivers mistrust it."
    ) % {"address": address, "name": name}
    return [Finding(SUBJECT, Level.WARNING, "ptr-generic", sentence, _pointer(address, host))]


def _greeting(address: str, names: Sequence[str], greeting: str) -> list[Finding]:
    if not greeting or greeting in names:
        return []
    sentence = _(
        "The mail server calls itself %(greeting)s, but its address %(address)s is named %(name)s: the two should agree."
    ) % {"greeting": greeting, "address": address, "name": names[0]}
    cure = f"exim: primary_hostname = {names[0]}\nPostfix: myhostname = {names[0]}"
    return [Finding(SUBJECT, Level.WARNING, "ptr-greeting", sentence, cure)]
