"""The resolver and the handshake with a mail server, over real sockets on loopback."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mail.config.email_url import MailServer, parse_email_url
from mail.deliverability import handshake, lookup
from mail.deliverability.checking import Sending, run
from mail.deliverability.findings import Level
from mail.deliverability.handshake import Handshake, outgoing_addresses, try_handshake, within
from mail.deliverability.lookup import Resolver, Unanswered, is_domain, parse_server
from mail.deliverability.spf_findings import spf_findings
from tests.support.certificates import make_certificate, server_context
from tests.support.dns_server import DnsServer, closed_port
from tests.support.smtp_server import SMTPServer

pytestmark = pytest.mark.sockets

LONG = "x" * 200
ZONE = f"""
    notes.example. TXT "v=spf1 " "-all"
    notes.example. MX 10 Mail.Notes.Example.
    null.example. MX 0 .
    www.notes.example. CNAME notes.example.
    long.notes.example. TXT "{LONG}" "{LONG}" "{LONG}" "{LONG}"
    mail.notes.example. A 192.0.2.1
    mail.notes.example. AAAA 2001:db8:0:0::1
    1.2.0.192.in-addr.arpa. PTR Mail.notes.example.
    letters.notes.example. TXT "\\195\\188\\255"
"""


@pytest.mark.parametrize(
    ("name", "rdtype", "values"),
    [
        ("notes.example", "TXT", ("v=spf1 -all",)),
        ("NOTES.example.", "MX", ("10 mail.notes.example",)),
        ("null.example", "MX", ("0 .",)),
        ("www.notes.example", "TXT", ("v=spf1 -all",)),
        ("www.notes.example", "CNAME", ("notes.example",)),
        ("long.notes.example", "TXT", (LONG * 4,)),
        ("mail.notes.example", "A", ("192.0.2.1",)),
        ("mail.notes.example", "AAAA", ("2001:db8::1",)),
        ("1.2.0.192.in-addr.arpa", "PTR", ("mail.notes.example",)),
        ("letters.notes.example", "TXT", ("ü\ufffd",)),
        ("mail.notes.example", "TXT", ()),
        ("none.example", "TXT", ()),
    ],
)
def test_the_resolver_gives_values_as_text(name: str, rdtype: str, values: tuple[str, ...]) -> None:
    with DnsServer(ZONE) as dns:
        assert Resolver(dns.address)(name, rdtype) == values


def test_the_resolver_asks_each_question_once() -> None:
    with DnsServer(ZONE, failing=["bad.example"]) as dns:
        ask = Resolver(dns.address)
        assert [ask("notes.example", "TXT"), ask("Notes.Example.", "TXT")] == [("v=spf1 -all",)] * 2
        for _ in range(2):
            with pytest.raises(Unanswered, match=r"the DNS did not answer for bad\.example A \(its server failed\)"):
                ask("bad.example", "A")
    once_more_without_dnssec = ("bad.example.", "A")
    assert dns.questions == [(".", "NS"), ("notes.example.", "TXT"), ("bad.example.", "A"), once_more_without_dnssec]


@pytest.mark.parametrize(("name", "rdtype"), [("notes.example", "TXT"), ("nothing.notes.example", "A"), ("notes.example", "A")])
def test_what_dnssec_forbids_to_believe_is_told_from_a_server_that_fails(name: str, rdtype: str) -> None:
    with DnsServer(ZONE, bogus=[name]) as dns:
        ask = Resolver(dns.address)
        with pytest.raises(Unanswered, match="its DNSSEC signatures do not verify") as caught:
            ask(name, rdtype)
        assert ask("mail.notes.example", "A") == ("192.0.2.1",)
    [found] = spf_findings("notes.example", ["192.0.2.1"], "mail.notes.example", _raising(caught.value))
    assert (found.level, found.code) == (Level.ERROR, "dnssec-bogus")


def _raising(error: Unanswered) -> Callable[[str, str], tuple[str, ...]]:
    def lookup(name: str, rdtype: str) -> tuple[str, ...]:
        raise error

    return lookup


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("mail.notes.example", True), ("127.0.0.1", False), ("[127.0.0.1]", False), ("::1", False), ("localhost", False)],
)
def test_an_address_is_no_domain(name: str, is_one: bool) -> None:
    assert is_domain(name) is is_one


@pytest.mark.parametrize("name", ["a..example", f"{'x' * 64}.example"])
def test_a_name_that_cannot_be_is_not_answered(name: str) -> None:
    with DnsServer(ZONE) as dns, pytest.raises(Unanswered, match="no such name can exist"):
        Resolver(dns.address)(name, "A")


def reasons(ask: Resolver, *names: str) -> list[str]:
    found = []
    for name in names:
        with pytest.raises(Unanswered) as caught:
            ask(name, "A")
        found.append(caught.value.reason)
    return found


def test_a_silent_server_is_soon_asked_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "SHORT_TRY", 0.1)
    with DnsServer(ZONE, silent=["."]) as dns:
        found = reasons(Resolver(dns.address), "a.example", "b.example", "c.example")
    assert found == ["time ran out", "the name server is silent", "the name server is silent"]
    assert {name for name, _ in dns.questions} == {".", "a.example."}


def test_a_server_that_falls_silent_is_given_up_after_two_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "TRY", 0.1)
    names = ["a.example", "b.example", "c.example"]
    with DnsServer(ZONE, silent=names) as dns:
        assert reasons(Resolver(dns.address), *names) == ["time ran out", "time ran out", "the name server is silent"]
    assert {name for name, _ in dns.questions} == {".", "a.example.", "b.example."}


def test_after_the_deadline_nothing_is_asked() -> None:
    with DnsServer(ZONE) as dns, pytest.raises(Unanswered, match="no time left"):
        Resolver(dns.address, time.monotonic() - 1)("notes.example", "TXT")
    assert dns.questions == []


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "[::1:53", "1.2.3"]
)
def test_a_name_server_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--resolver is "):
        parse_server(text)


# The handshake


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def handshake_with(url: str) -> Handshake:
    return try_handshake(parse_email_url(url), timeout=60)


def test_greeting_and_extensions_of_a_server_are_read() -> None:
    with SMTPServer() as smtp_server:
        handshake = handshake_with(smtp_server.url)
    assert (handshake.greeting, handshake.encrypted, handshake.stage, handshake.trouble) == (
        "mx.example",
        False,
        "",
        "",
    )
    assert {"SMTPUTF8", "SIZE", "8BITMIME"} <= handshake.offered == handshake.offered_inside
    assert smtp_server.mails == []


def test_starttls_is_done_and_the_certificate_verified(certificate: tuple[Path, Path]) -> None:
    with SMTPServer(starttls=server_context(*certificate)) as smtp_server:
        handshake = handshake_with(f"smtp+starttls://127.0.0.1:{smtp_server.port}?ca={certificate[0]}")
        unknown = handshake_with(f"smtp+starttls://127.0.0.1:{smtp_server.port}")
    assert (
        "STARTTLS" in handshake.offered,
        "STARTTLS" in handshake.offered_inside,
        handshake.encrypted,
        handshake.trouble,
    ) == (
        True,
        False,
        True,
        "",
    )
    assert (unknown.stage, "certificate verify failed" in unknown.trouble) == ("tls", True)


def test_tls_from_the_start_is_done_and_the_certificate_verified(certificate: tuple[Path, Path]) -> None:
    with SMTPServer(tls=server_context(*certificate)) as smtp_server:
        handshake = handshake_with(f"smtps://127.0.0.1:{smtp_server.port}?ca={certificate[0]}")
        unknown = handshake_with(f"smtps://127.0.0.1:{smtp_server.port}")
    assert (handshake.encrypted, handshake.trouble, unknown.stage) == (True, "", "tls")


def test_a_server_without_the_starttls_that_is_asked_for_is_in_trouble() -> None:
    with SMTPServer() as smtp_server:
        handshake = handshake_with(f"smtp+starttls://127.0.0.1:{smtp_server.port}")
    assert (handshake.stage, handshake.trouble) == ("starttls", "it does not offer STARTTLS")


def test_refused_login_is_reported_with_the_servers_reply() -> None:
    with SMTPServer(login=("ada", "secret")) as smtp_server:
        good = handshake_with(f"smtp://ada:secret@127.0.0.1:{smtp_server.port}")
        bad = handshake_with(f"smtp://ada:wrong@127.0.0.1:{smtp_server.port}")
    assert (good.trouble, bad.stage, bad.trouble[:3]) == ("", "login", "535")


def test_nobody_there_is_trouble_with_the_connection() -> None:
    handshake = handshake_with(f"smtp://127.0.0.1:{closed_port()}")
    assert (handshake.stage, "refused" in handshake.trouble) == ("connect", True)


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_server_that_says_nothing_is_given_up(mute: int) -> None:
    handshake = try_handshake(MailServer("127.0.0.1", mute), timeout=0.2)
    assert (handshake.stage, handshake.greeting) == ("connect", "")
    assert any(words in handshake.trouble for words in ("timed out", "no answer within 0.2 seconds"))


def test_within_gives_up_on_work_that_takes_too_long() -> None:
    assert (within(0.05, lambda: time.sleep(0.5)), within(60, lambda: "done")) == (None, "done")


def test_outgoing_addresses_are_addresses() -> None:
    assert all(socket.getaddrinfo(address, 25, flags=socket.AI_NUMERICHOST) for address in outgoing_addresses())


def test_probe_distinguishes_closed_and_open_ports(mute: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "SMTP_PORT", mute)
    assert handshake.probe("127.0.0.1") == ""
    closed = closed_port()
    monkeypatch.setattr(handshake, "SMTP_PORT", closed)
    assert handshake.probe("127.0.0.1") == f"refuses connections at 127.0.0.1, port {closed}"


def test_when_nothing_answers_nothing_is_held_against_the_domain(mute: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "SHORT_TRY", 0.1)
    monkeypatch.setattr("mail.deliverability.checking.HANDSHAKE", 0.2)
    sending = Sending("notes.example", "bounces.example", MailServer("127.0.0.1", mute), ("192.0.2.1",))
    with DnsServer(ZONE, silent=["."]) as dns:
        found = run(sending, dns.address)
    assert {finding.level for finding in found if finding.subject != "SMTP"} == {Level.NOT_CHECKED}
    assert [finding.code for finding in found if finding.subject == "SMTP"] == ["smtp-connect"]
