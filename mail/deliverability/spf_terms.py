"""SPF records as RFC 7208 writes them: terms and their parts, or the reason why a receiver cannot read one. Pure."""

import ipaddress
import re
from dataclasses import dataclass

from mail.deliverability.words import _

VERSION = re.compile(r"v=spf1(?= |$)", re.IGNORECASE)
MACRO = re.compile(r"%(?:\{[slodiphv][0-9]*r?[-.+,/_=]*\}|[%_-])", re.IGNORECASE)
MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", re.IGNORECASE)
MECHANISM = re.compile(r"([-+?~]?)([a-z0-9._-]+)((?::[^/]*)?(?:.*))", re.IGNORECASE)
CIDR = re.compile(r"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?$")
TOP_LABEL = re.compile(r"(?![0-9]+\.?$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?$", re.IGNORECASE)
ARGUMENTS = {"all": "nothing", "include": "domain", "exists": "domain", "ptr": "domain?", "a": "both", "mx": "both"}
LOOKUP_TERMS = ("include", "a", "mx", "ptr", "exists", "redirect")  # the DNS: at most ten of these are followed


class SpfError(Exception):
    """A record no receiver can follow (permerror); `fault` names the kind."""

    def __init__(self, fault: str, sentence: str, domain: str) -> None:
        super().__init__(sentence)
        self.fault, self.sentence, self.domain = fault, sentence, domain


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism with its qualifier, or (with qualifier "=") a modifier; `domain` may hold macros."""

    text: str
    qualifier: str
    name: str
    domain: str = ""
    network: str = ""  # of ip4 and ip6
    cidr4: int = 32
    cidr6: int = 128


def is_spf(text: str) -> bool:
    return VERSION.match(text) is not None


def parse_terms(text: str, domain: str) -> tuple[Term, ...]:
    """Return the terms of a record that begins with v=spf1; SpfError where it departs from the grammar (RFC 7208, 12).

    >>> [(term.qualifier, term.name) for term in parse_terms("v=spf1 ip4:192.0.2.1 ~all", "example.org")]
    [('+', 'ip4'), ('~', 'all')]
    """
    terms = tuple(_term(word, domain) for word in text.split(" ")[1:] if word)
    for name in ("redirect", "exp"):
        if sum(term.name == name for term in terms) > 1:
            raise SpfError("syntax", _("it has %(name)s= twice") % {"name": name}, domain)
    return terms


def _term(word: str, domain: str) -> Term:
    modifier = MODIFIER.fullmatch(word)
    if modifier:
        return _modifier(word, modifier[1].lower(), modifier[2], domain)
    mechanism = MECHANISM.fullmatch(word)
    if mechanism is None:
        raise _unreadable(word, domain)
    qualifier, name, rest = mechanism[1] or "+", mechanism[2].lower(), mechanism[3]
    if name in ("ip4", "ip6"):
        network = rest.removeprefix(":")
        if not _is_network(network, int(name[-1])):
            raise SpfError("syntax", _("it has %(text)r, which is no network") % {"text": word}, domain)
        return Term(word, qualifier, name, network=network)
    if name not in ARGUMENTS:
        raise _unreadable(word, domain)
    return _mechanism(word, qualifier, name, rest, domain)


def _is_network(text: str, version: int) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    prefix = text.partition("/")[2]
    canonical = "/" not in text or (prefix.isdigit() and str(int(prefix)) == prefix)
    return network.version == version and canonical


def _modifier(word: str, name: str, value: str, domain: str) -> Term:
    wants_domain = name in ("redirect", "exp")
    if not is_macro_string(value) or (wants_domain and not is_domain_spec(value)):
        raise _unreadable(word, domain)
    return Term(word, "=", name, domain=value)


def _mechanism(word: str, qualifier: str, name: str, rest: str, domain: str) -> Term:
    argument, four, six = ARGUMENTS[name], 32, 128
    if argument == "both":
        cidr = CIDR.search(rest)
        assert cidr is not None  # it matches the end at least
        rest = rest[: cidr.start()]
        four, six = (int(part) if part else most for part, most in zip(cidr.groups(), (32, 128), strict=True))
    spec = rest.removeprefix(":")
    is_well = (not rest and argument != "domain") or (argument != "nothing" and rest.startswith(":") and is_domain_spec(spec))
    if not is_well or four > 32 or six > 128:
        raise _unreadable(word, domain)
    return Term(word, qualifier, name, spec, cidr4=four, cidr6=six)


def is_macro_string(text: str) -> bool:
    return text.isascii() and "%" not in MACRO.sub("", text) and all(0x21 <= ord(sign) <= 0x7E for sign in text)


def is_domain_spec(text: str) -> bool:
    """Return whether a macro-string ends in a macro or a top label, as RFC 7208, 7.1 demands."""
    if not text or not is_macro_string(text):
        return False
    last = list(MACRO.finditer(text))
    if last and last[-1].end() == len(text) and last[-1][0].startswith("%{"):
        return True
    return "." in text.rstrip(".") and TOP_LABEL.match(text.rstrip(".").rpartition(".")[2]) is not None


def _unreadable(word: str, domain: str) -> SpfError:
    return SpfError("syntax", _("it has %(word)r, which is no term of SPF") % {"word": word}, domain)
