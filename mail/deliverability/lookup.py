"""DNS look-ups: the protocol that checks use, and a resolver with a deadline."""

import re
import time
from collections.abc import Callable
from typing import Any

import dns.exception
import dns.flags
import dns.inet
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from mail.deliverability.words import _, gettext_noop

Lookup = Callable[[str, str], tuple[str, ...]]
"""`lookup("example.org", "MX")` gives ("10 mail.example.org",): values as text, names in lower case without the last dot,
the strings of a TXT joined. Empty when there are none; raises Unanswered when nobody knows."""

TRY = 2.5  # seconds for one question, both tries together
SHORT_TRY = 1.0  # seconds, for a server that has not responded yet
TOO_LATE = gettext_noop("time ran out")
BOGUS = gettext_noop("its DNSSEC signatures do not verify")
CHECKING_DISABLED = dns.flags.RD | dns.flags.CD
MAX_TIMEOUTS = 2  # in a row, after which no more queries are sent


class Unanswered(Exception):
    """The DNS did not say whether there is such a record."""

    @property
    def is_bogus(self) -> bool:
        """Whether there is an answer, but receivers that verify signatures (DNSSEC) cannot accept it."""
        return self.reason == BOGUS

    def __init__(self, name: str, rdtype: str, reason: str) -> None:
        super().__init__(name, rdtype, reason)
        self.name, self.rdtype, self.reason = name, rdtype, reason

    def __str__(self) -> str:
        fields = {"name": self.name, "rdtype": self.rdtype, "reason": _(self.reason)}
        return _("the DNS did not answer for %(name)s %(rdtype)s (%(reason)s)") % fields


class Resolver:
    """Queries one name server, or this machine's; caches answers, and ends every query at the deadline.

    A server that does not even answer for the root, as nearly all do at once, is not given much time for the rest.
    `deadline` is a moment of time.monotonic().
    """

    def __init__(self, server: str = "", deadline: float | None = None) -> None:
        self.deadline = deadline
        self.lost = 0
        self.known: dict[tuple[str, str], tuple[str, ...] | Unanswered] = {}
        self.resolver = dns.resolver.Resolver(configure=not server)
        if server:
            host, port = parse_server(server)
            self.resolver.nameservers, self.resolver.port = [host], port
        self.resolver.retry_servfail = False
        self.timeout = 0.0  # seconds; not known before the first question

    def __call__(self, name: str, rdtype: str) -> tuple[str, ...]:
        question = (name.lower().rstrip("."), rdtype)
        if question not in self.known:
            self.known[question] = self._ask(*question)
        answer = self.known[question]
        if isinstance(answer, Unanswered):
            raise answer
        return answer

    def _ask(self, name: str, rdtype: str) -> tuple[str, ...] | Unanswered:
        if not self.timeout:
            root = self._question(".", "NS", SHORT_TRY)
            silent = isinstance(root, Unanswered) and root.reason == TOO_LATE
            self.timeout, self.lost = (SHORT_TRY, 1) if silent else (TRY, 0)
        if self.lost >= MAX_TIMEOUTS:
            return Unanswered(name, rdtype, gettext_noop("the name server is silent"))
        answer = self._question(name, rdtype, self.timeout)
        self.lost = self.lost + 1 if isinstance(answer, Unanswered) and answer.reason == TOO_LATE else 0
        return answer

    def _question(self, name: str, rdtype: str, seconds: float) -> tuple[str, ...] | Unanswered:
        left = seconds if self.deadline is None else min(seconds, self.deadline - time.monotonic())
        if left <= 0:
            return Unanswered(name, rdtype, gettext_noop("no time left"))
        self.resolver.timeout = left / 2
        try:
            answer = self.resolver.resolve(dns.name.from_text(name), rdtype, lifetime=left, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except dns.resolver.LifetimeTimeout:
            return Unanswered(name, rdtype, TOO_LATE)
        except dns.resolver.NoNameservers as error:
            left = seconds if self.deadline is None else min(seconds, self.deadline - time.monotonic())
            is_bogus = _is_failure(error) and self._answers_unverified(name, rdtype, left)
            return Unanswered(name, rdtype, BOGUS if is_bogus else _reason(error))
        except (dns.exception.DNSException, OSError) as error:
            return Unanswered(name, rdtype, _reason(error))
        return tuple(text_of(value) for value in answer)

    def _answers_unverified(self, name: str, rdtype: str, seconds: float) -> bool:
        """Return whether the name server answers when it is not to verify signatures (RFC 4035, 3.2.2)."""
        if seconds <= 0:
            return False
        self.resolver.set_flags(CHECKING_DISABLED)
        try:
            self.resolver.resolve(dns.name.from_text(name), rdtype, lifetime=seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return True
        except (dns.exception.DNSException, OSError):
            return False
        finally:
            self.resolver.flags = None
        return True


def is_domain(name: str) -> bool:
    """Return whether a name has two labels at least and is no address, whose last label is a number."""
    labels = name.rstrip(".").split(".")
    return len(labels) > 1 and all(labels) and not labels[-1].isdigit() and "[" not in name and ":" not in name


def parse_server(text: str) -> tuple[str, int]:
    """Return the host and port of a name server, given as HOST, HOST:PORT or [IPv6]:PORT.

    >>> parse_server("127.0.0.1:5353"), parse_server("2001:db8::1"), parse_server("[2001:db8::1]:53")
    (('127.0.0.1', 5353), ('2001:db8::1', 53), ('2001:db8::1', 53))
    """
    match = re.fullmatch(r"\[(?P<six>[^\]]+)\](:(?P<port6>[0-9]+))?|(?P<four>[^:]+)(:(?P<port>[0-9]+))?|(?P<bare>.+)", text)
    host = (match["six"] or match["four"] or match["bare"]) if match else ""
    port = int((match and (match["port6"] or match["port"])) or 53)
    if not dns.inet.is_address(host) or not 0 < port < 65536:
        raise ValueError(f"--resolver is {text!r}: give a name server's address, such as 127.0.0.1:53 or [::1]:53.")
    return host, port


def text_of(value: Any) -> str:
    """Return a record's value as `Lookup` gives it."""
    if value.rdtype == dns.rdatatype.TXT:
        return b"".join(value.strings).decode("utf-8", "replace")
    if value.rdtype == dns.rdatatype.MX:
        return f"{value.preference} {name_of(value.exchange)}"
    if value.rdtype in (dns.rdatatype.PTR, dns.rdatatype.NS, dns.rdatatype.CNAME):
        return name_of(value.target)
    return str(value.to_text())


def name_of(name: dns.name.Name) -> str:
    """Return a name in lower case without its last dot; the root is "." ."""
    return name.to_text(omit_final_dot=len(name.labels) > 1).lower()


def _is_failure(error: dns.resolver.NoNameservers) -> bool:
    """Return whether a name server answered SERVFAIL, as for what it cannot verify."""
    responses = [attempt[-1] for attempt in error.kwargs.get("errors", ())]
    return any(response is not None and response.rcode() == dns.rcode.SERVFAIL for response in responses)


def _reason(error: Exception) -> str:
    if isinstance(error, dns.resolver.NoNameservers):
        return gettext_noop("its server failed")
    if isinstance(error, dns.name.LabelTooLong | dns.name.NameTooLong | dns.name.EmptyLabel):
        return gettext_noop("no such name can exist")
    return str(error) or type(error).__name__
