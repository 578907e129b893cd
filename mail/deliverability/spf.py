"""Evaluates SPF as a receiver does: RFC 7208, `check_host`, over any `lookup`. Pure."""

import ipaddress
from dataclasses import dataclass, field

from mail.deliverability.lookup import Lookup, Unanswered
from mail.deliverability.spf_macros import Address, MacroContext, expand
from mail.deliverability.spf_terms import LOOKUP_TERMS, SpfError, Term, is_spf, parse_terms
from mail.deliverability.words import _

MAX_LOOKUPS = 10  # terms that ask the DNS (RFC 7208, 4.6.4)
MAX_VOID = 2  # questions with an empty answer
MAX_NAMES = 10  # of one MX or PTR
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """pass, fail, softfail, neutral or none; and the terms that led there, outermost first."""

    result: str
    because: tuple[str, ...] = ()


@dataclass
class Evaluation:
    """One receiver's evaluation for one client and sender, with the limits that hold for all records together."""

    ip: Address
    sender: str
    helo: str
    lookup: Lookup
    lookups: int = 0
    void: int = 0
    chain: list[str] = field(default_factory=list)

    def check(self, domain: str) -> Verdict:
        """Return the verdict on a domain; SpfError for permerror, Unanswered for temperror."""
        if not is_name(domain):
            return Verdict("none")
        if domain in self.chain:
            raise SpfError(
                "loop", _("it leads back to itself: %(chain)s") % {"chain": " → ".join([*self.chain, domain])}, domain
            )
        terms = find_terms(domain, self.lookup)
        if terms is None:
            return Verdict("none")
        self.chain.append(domain)
        try:
            return self._follow(terms, domain)
        finally:
            self.chain.pop()

    def _follow(self, terms: tuple[Term, ...], domain: str) -> Verdict:
        for term in terms:
            if term.qualifier == "=":
                continue
            inner = self._matches(term, domain)
            if inner is not None:
                return Verdict(RESULTS[term.qualifier], (term.text, *inner))
        redirect = next((term for term in terms if term.name == "redirect"), None)
        if redirect is None:
            return Verdict("neutral")
        self._count(redirect, domain)
        target = self._target(redirect, domain)
        verdict = self.check(target)
        if verdict.result == "none":
            raise SpfError("empty", _("it redirects to %(target)s, which has no SPF record") % {"target": target}, domain)
        return Verdict(verdict.result, (redirect.text, *verdict.because))

    def _matches(self, term: Term, domain: str) -> tuple[str, ...] | None:
        """Return the terms within an include that led to a match, usually none; None for no match."""
        if term.name in LOOKUP_TERMS:
            self._count(term, domain)
        if term.name == "include":
            return self._include(term, domain)
        if term.name in ("ip4", "ip6"):
            return () if self._in_network(term) else None
        asked = {"a": self._a, "mx": self._mx, "ptr": self._ptr, "exists": self._exists}
        if term.name == "all" or asked[term.name](term, self._target(term, domain), domain):
            return ()
        return None

    def _include(self, term: Term, domain: str) -> tuple[str, ...] | None:
        target = self._target(term, domain)
        verdict = self.check(target)
        if verdict.result == "none":
            raise SpfError("empty", _("it includes %(target)s, which has no SPF record") % {"target": target}, domain)
        return verdict.because if verdict.result == "pass" else None

    def _a(self, term: Term, target: str, domain: str) -> bool:
        return self._in_addresses(term, self._ask(target, self._address_type, domain))

    def _mx(self, term: Term, target: str, domain: str) -> bool:
        hosts = [value.split(" ")[1] for value in self._ask(target, "MX", domain)]
        if len(hosts) > MAX_NAMES:
            raise SpfError(
                "lookups",
                _("%(text)r leads to %(count)d hosts; receivers follow %(limit)d")
                % {"text": term.text, "count": len(hosts), "limit": MAX_NAMES},
                domain,
            )
        return any(self._in_addresses(term, self._ask(host, self._address_type, domain)) for host in hosts if host != ".")

    def _ptr(self, term: Term, target: str, domain: str) -> bool:
        return any(name == target.lower() or name.endswith(f".{target.lower()}") for name in self.validated_names(domain))

    def _exists(self, term: Term, target: str, domain: str) -> bool:
        return bool(self._ask(target, "A", domain))

    def validated_names(self, domain: str) -> list[str]:
        """Return the client's names that lead back to its address (RFC 7208, 5.5); trouble on the way counts as none."""
        try:
            names = self._ask(self.ip.reverse_pointer, "PTR", domain)[:MAX_NAMES]
        except Unanswered:
            return []
        return [name for name in names if self._leads_back(name)]

    def _leads_back(self, name: str) -> bool:
        try:
            return any(ipaddress.ip_address(value) == self.ip for value in self.lookup(name, self._address_type))
        except Unanswered:
            return False

    def _validated(self, domain: str) -> str:
        """Return what `%{p}` stands for: the domain or a name below it if one is valid, else any valid one (RFC 7208, 7.3)."""
        names = self.validated_names(domain)
        near = [name for name in names if name == domain.lower()] + [
            name for name in names if name.endswith(f".{domain.lower()}")
        ]
        return (near or names or ["unknown"])[0]

    def _target(self, term: Term, domain: str) -> str:
        """Return the name a term speaks of: its own, macros expanded, or else the record's."""
        if not term.domain:
            return domain
        return expand(term.domain, MacroContext(self.ip, self.sender, self.helo, domain, lambda: self._validated(domain)))

    @property
    def _address_type(self) -> str:
        return "A" if self.ip.version == 4 else "AAAA"

    def _in_addresses(self, term: Term, values: tuple[str, ...]) -> bool:
        length = term.cidr4 if self.ip.version == 4 else term.cidr6
        return any(self.ip in ipaddress.ip_network(f"{value}/{length}", strict=False) for value in values)

    def _in_network(self, term: Term) -> bool:
        network = ipaddress.ip_network(term.network, strict=False)
        return network.version == self.ip.version and self.ip in network

    def _ask(self, name: str, rdtype: str, domain: str) -> tuple[str, ...]:
        if not is_name(name, labels=1):
            return ()
        values = self.lookup(name, rdtype)
        self.void += not values
        if self.void > MAX_VOID:
            raise SpfError(
                "void",
                _("it asks for more than %(limit)d names that do not exist, %(name)s among them")
                % {"limit": MAX_VOID, "name": name},
                domain,
            )
        return values

    def _count(self, term: Term, domain: str) -> None:
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise SpfError(
                "lookups",
                _("it needs more than %(limit)d look-ups in the DNS, %(text)r being one more")
                % {"limit": MAX_LOOKUPS, "text": term.text},
                domain,
            )


def find_terms(domain: str, lookup: Lookup) -> tuple[Term, ...] | None:
    """Return the terms of a domain's record; None when it has none, SpfError when it has several or one that cannot be read."""
    records = [text for text in lookup(domain, "TXT") if is_spf(text)]
    if len(records) > 1:
        raise SpfError(
            "two", _("there are %(count)d records, where receivers accept but one") % {"count": len(records)}, domain
        )
    return parse_terms(records[0], domain) if records else None


def is_name(name: str, labels: int = 2) -> bool:
    """Return whether a name can be asked for: labels of 1 to 63 bytes, 253 in all."""
    parts = name.rstrip(".").split(".")
    return len(name) <= 254 and len(parts) >= labels and all(0 < len(part.encode()) <= 63 for part in parts)


def client(address: str) -> Address:
    """Return the client's address; an IPv4-mapped IPv6 address is IPv4."""
    ip = ipaddress.ip_address(address)
    return (ip.ipv4_mapped or ip) if isinstance(ip, ipaddress.IPv6Address) else ip


def check_host(address: str, domain: str, sender: str, helo: str, lookup: Lookup) -> Verdict:
    """Return what a receiver makes of a mail from this address: RFC 7208, 4."""
    if "@" not in sender or sender.startswith("@"):
        sender = f"postmaster@{sender.lstrip('@') or domain}"
    return Evaluation(client(address), sender, helo, lookup).check(domain.lower().rstrip("."))
