"""Runs all checks on one way of sending mail, within a set time."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import dns.inet

from mail.config.email_url import LOOPBACK, MailServer
from mail.deliverability.dkim import SigningKey, dkim_findings
from mail.deliverability.dmarc_findings import alignment_findings, dmarc_findings
from mail.deliverability.findings import Finding, Level, not_checked
from mail.deliverability.handshake import PROBE, Handshake, fetch, outgoing_addresses, probe, try_handshake, within
from mail.deliverability.lookup import Lookup, Resolver, Unanswered, is_domain
from mail.deliverability.mx import Probe, mx_findings
from mail.deliverability.reverse import is_internal, ptr_findings
from mail.deliverability.smtp_findings import smtp_findings
from mail.deliverability.spf_findings import spf_findings
from mail.deliverability.transport import Fetch, transport_findings
from mail.deliverability.words import _, gettext_noop, joined

ADDRESSES = gettext_noop("addresses")
TIME = 7.0  # seconds for everything: with the start of the command within ten, whatever does not answer
HANDSHAKE = 3.5  # seconds of them
ADDRESSES_CURE = "MAIL_FROM_IPS=192.0.2.1,2001:db8::1 (the public addresses of the server that delivers your mail)"
SELECTOR_CURE = (
    "check_mail --dkim-selector NAME (or --dkim-key FILE), or DKIM_SELECTOR=NAME; with DKIM_KEY_FILE=FILE the site signs"
)


@dataclass(frozen=True, slots=True)
class Sending:
    """How the site sends: whose name is in From, where bounces go, what signs, which server, from which addresses.

    Where a mail service sends, `server` is None and `bounce_domain` may be empty: then it is the service's own.
    `addresses` are the configured ones; empty, they are looked for. Without `key` the server signs, unknown how.
    `troubles` were found while reading the settings.
    """

    domain: str
    bounce_domain: str
    server: MailServer | None
    addresses: tuple[str, ...] = ()
    key: SigningKey | None = None
    troubles: tuple[Finding, ...] = ()


def run(sending: Sending, name_server: str = "", seconds: float = TIME) -> list[Finding]:
    """Return the findings from the network: DNS, the mail server, and the server that bounces go to."""
    deadline = time.monotonic() + seconds
    server = sending.server
    handshake = try_handshake(server, HANDSHAKE) if server and not server.folder else Handshake()
    lookup = Resolver(name_server, deadline)

    def probe_in_time(address: str) -> str:
        left = min(PROBE, deadline - time.monotonic())
        return (within(left, lambda: probe(address)) or "") if left > 0 else ""

    def fetch_in_time(url: str) -> str:
        left = min(PROBE, deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError(_("time ran out"))
        return fetch(url, left)

    return list(check(sending, lookup, handshake, outgoing_addresses(), probe_in_time, fetch_in_time))


def check(
    sending: Sending,
    lookup: Lookup,
    handshake: Handshake,
    outgoing: Iterable[str] = (),
    probe: Probe | None = None,
    fetch: Fetch | None = None,
) -> Iterable[Finding]:
    """Return every finding, one subject after another; `outgoing` are this machine's addresses, for a server on it."""
    addresses, known = sending_addresses(sending, lookup, tuple(outgoing))
    is_here = sending.server is not None and sending.server.host in LOOPBACK
    own_name = handshake.greeting if is_domain(handshake.greeting) and is_here else ""
    host = own_name or f"mail.{sending.domain}"
    signing = sending.key.domain if sending.key else ""
    yield from (*sending.troubles, *smtp_findings(sending.server, handshake), *known)
    yield from spf_findings(sending.bounce_domain, addresses, host, lookup) if sending.bounce_domain else [_unknown_spf()]
    yield from dkim_findings(sending.key, lookup) if sending.key else _unknown_key(sending)
    yield from dmarc_findings(sending.domain, lookup)
    yield from alignment_findings(sending.domain, sending.bounce_domain, signing, lookup)
    yield from ptr_findings(addresses, host, lookup, greeting=own_name)
    for domain, purpose in {sending.domain: _("answers"), sending.bounce_domain: _("bounces")}.items():
        if domain:
            yield from mx_findings(domain, purpose, host, lookup, probe)
            yield from transport_findings(domain, lookup, fetch)


def sending_addresses(sending: Sending, lookup: Lookup, outgoing: tuple[str, ...]) -> tuple[tuple[str, ...], list[Finding]]:
    """Return where mail leaves from, as far as can be known: what is configured, else the server's, else this machine's."""
    if sending.addresses:
        return sending.addresses, []
    try:
        found = _guessed(sending.server, lookup, outgoing)
    except Unanswered as error:
        return (), [not_checked(ADDRESSES, _("Which addresses mail leaves from"), error, ADDRESSES_CURE)]
    public = tuple(address for address in found if not is_internal(address))
    if not public:
        what = _("Whether the addresses that mail leaves from may send")
        return (), [not_checked(ADDRESSES, what, _("they are not known here"), ADDRESSES_CURE)]
    sentence = _("Mail is taken to leave from %(public)s, as MAIL_FROM_IPS is not set.") % {"public": joined(public)}
    return public, [Finding(ADDRESSES, Level.OK, "addresses-guessed", sentence)]


def _guessed(server: MailServer | None, lookup: Lookup, outgoing: tuple[str, ...]) -> tuple[str, ...]:
    """Return the addresses a server sends from: this machine's when it runs here, else those of its name."""
    if server is None or server.folder:
        return ()
    if server.host in LOOPBACK:
        return outgoing
    if dns.inet.is_address(server.host):
        return (server.host,)
    return (*lookup(server.host, "A"), *lookup(server.host, "AAAA"))


def _unknown_spf() -> Finding:
    return not_checked("SPF", "SPF", _("bounces go to the mail service, under a domain that is not known here"))


def _unknown_key(sending: Sending) -> list[Finding]:
    if any(trouble.subject == "DKIM" for trouble in sending.troubles):
        return []
    why = _("the site does not sign itself, and which selector the mail server uses is not known")
    return [not_checked("DKIM", _("The DKIM key"), why, SELECTOR_CURE)]
