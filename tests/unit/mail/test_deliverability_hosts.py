"""Findings about the names of addresses (PTR), about where mail comes in (MX), and about the mail server."""

import pytest

from mail.config.email_url import MailServer, parse_email_url
from mail.deliverability.findings import Finding, Level
from mail.deliverability.handshake import Handshake
from mail.deliverability.mx import mx_findings
from mail.deliverability.reverse import ptr_findings
from mail.deliverability.smtp_findings import CURES, smtp_findings
from tests.support.dns_server import lookup_in

IP = "192.0.2.1"
HOST = "mail.notes.example"
NAMED = "1.2.0.192.in-addr.arpa. PTR mail.notes.example.\n"
BACK = "mail.notes.example. A 192.0.2.1\n"
ASK = (
    "At whoever provides the address, ask for:\n1.2.0.192.in-addr.arpa. IN PTR mail.notes.example.\n"
    "mail.notes.example. IN A 192.0.2.1"
)


def ptr(zone: str, *addresses: str, greeting: str = HOST, unanswered: tuple[str, ...] = ()) -> list[Finding]:
    return ptr_findings(addresses or (IP,), HOST, lookup_in(zone, unanswered), greeting)


def test_a_name_that_leads_back_is_ok() -> None:
    sentence = "192.0.2.1 is named mail.notes.example, and that name leads back to it."
    assert ptr(NAMED + BACK) == [Finding("PTR", Level.OK, "ptr-confirmed", sentence)]


def test_ipv6_is_looked_at_likewise() -> None:
    arpa = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    zone = f"{arpa}. PTR mail.notes.example.\nmail.notes.example. AAAA 2001:db8:0:0::1\n"
    assert [found.code for found in ptr(zone, "2001:db8::1")] == ["ptr-confirmed"]
    assert ptr("", "2001:db8::1")[0].cure.endswith(
        f"\n{arpa}. IN PTR mail.notes.example.\nmail.notes.example. IN AAAA 2001:db8::1"
    )


def test_a_nameless_address_is_an_error() -> None:
    sentence = "192.0.2.1 has no name (PTR): many receivers refuse mail from nameless addresses."
    assert ptr("") == [Finding("PTR", Level.ERROR, "ptr-missing", sentence, ASK)]


@pytest.mark.parametrize(
    ("zone", "leads"),
    [("", "has no such address"), ("mail.notes.example. A 198.51.100.1\nmail.notes.example. A 198.51.100.2", "leads to {}")],
)
def test_a_name_that_does_not_lead_back_is_an_error(zone: str, leads: str) -> None:
    leads = leads.format("198.51.100.1, 198.51.100.2")
    sentence = f"192.0.2.1 is named mail.notes.example, but that name {leads}: it is not forward-confirmed."
    assert ptr(NAMED + zone) == [
        Finding("PTR", Level.ERROR, "ptr-not-confirmed", sentence, "mail.notes.example. IN A 192.0.2.1"),
    ]


@pytest.mark.parametrize("name", ["192-0-2-1.provider.example", "1.2.0.192.provider.example", "dhcp7.provider.example"])
def test_a_providers_name_is_a_warning(name: str) -> None:
    found = ptr(f"1.2.0.192.in-addr.arpa. PTR {name}.\n{name}. A 192.0.2.1\n", greeting="")
    assert [(one.level, one.code) for one in found] == [(Level.OK, "ptr-confirmed"), (Level.WARNING, "ptr-generic")]
    assert found[1].cure == ASK


def test_a_server_that_calls_itself_otherwise_is_a_warning() -> None:
    named = "its address 192.0.2.1 is named mail.notes.example"
    sentence = f"The mail server calls itself web.notes.example, but {named}: the two should agree."
    cure = "exim: primary_hostname = mail.notes.example\nPostfix: myhostname = mail.notes.example"
    assert ptr(NAMED + BACK, greeting="web.notes.example")[1:] == [
        Finding("PTR", Level.WARNING, "ptr-greeting", sentence, cure)
    ]


@pytest.mark.parametrize("silent", ["1.2.0.192.in-addr.arpa", "mail.notes.example"])
def test_a_name_that_nobody_answers_for_is_not_checked(silent: str) -> None:
    [found] = ptr(NAMED + BACK, unanswered=(silent,))
    assert (found.level, found.sentence.startswith("The name of 192.0.2.1 was not checked: ")) == (Level.NOT_CHECKED, True)


# MX

MX_CURE = "notes.example. IN MX 10 mail.notes.example.\nand give that name a public address."
MX_GOOD = "notes.example. MX 10 mail.notes.example.\n"


def mx(zone: str, refusing: tuple[str, ...] = (), unanswered: tuple[str, ...] = ()) -> list[Finding]:
    def probe(address: str) -> str:
        return f"refuses connections at {address}, port 25" if address in refusing else ""

    return mx_findings("notes.example", "bounces", HOST, lookup_in(zone, unanswered), probe)


def mx_error(code: str, sentence: str) -> list[Finding]:
    return [Finding("MX", Level.ERROR, code, sentence, MX_CURE)]


def test_an_mx_with_an_address_is_ok() -> None:
    sentence = "notes.example takes bounces at mail.notes.example and backup.example."
    zone = f"{MX_GOOD}notes.example. MX 20 backup.example.\nbackup.example. AAAA 2001:db8::9\n{BACK}"
    assert mx(zone) == [Finding("MX", Level.OK, "mx-found", sentence)]


def test_no_mx_and_no_address_is_an_error() -> None:
    sentence = "notes.example has no MX and no address: bounces cannot come back, and some receivers refuse mail from it."
    assert mx("") == mx_error("mx-missing", sentence)


def test_no_mx_but_an_address_is_a_warning() -> None:
    sentence = "notes.example has no MX: mail goes to its address 192.0.2.1, if anything listens there."
    assert mx("notes.example. A 192.0.2.1") == [Finding("MX", Level.WARNING, "mx-implicit", sentence, MX_CURE)]


def test_a_null_mx_is_an_error() -> None:
    sentence = "notes.example has a null MX (0 .), which says that it takes no mail: bounces cannot come back."
    assert mx("notes.example. MX 0 .") == mx_error("mx-null", sentence)


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        (MX_GOOD, "mail.notes.example, has no address"),
        ("notes.example. MX 10 192.0.2.1.\n", "192.0.2.1, is an address, where RFC 1035 demands a name"),
    ],
)
def test_a_dead_mx_is_an_error(zone: str, why: str) -> None:
    assert mx(zone) == mx_error("mx-dead", f"The MX of notes.example, {why}.")


def test_a_dead_mx_beside_a_live_one_is_a_warning() -> None:
    [found] = mx(f"{MX_GOOD}{BACK}notes.example. MX 20 gone.notes.example.\n")
    assert (found.level, found.sentence) == (Level.WARNING, "The MX of notes.example, gone.notes.example, has no address.")


ANYWHERE = "mail.notes.example. A 1.1.1.1\nmail.notes.example. A 1.0.0.1\n"


def test_an_mx_that_refuses_connections_is_a_warning() -> None:
    found = mx(MX_GOOD + ANYWHERE, refusing=("1.1.1.1", "1.0.0.1"))
    sentence = "The MX of notes.example, mail.notes.example, refuses connections at 1.1.1.1, port 25, as seen from here."
    assert [(one.level, one.code) for one in found] == [(Level.OK, "mx-found"), (Level.WARNING, "mx-refused")]
    assert found[1].sentence == sentence


@pytest.mark.parametrize("zone", [MX_GOOD + ANYWHERE, MX_GOOD + BACK])
def test_an_mx_that_refuses_at_one_of_its_addresses_or_at_no_public_one_lives(zone: str) -> None:
    assert [found.code for found in mx(zone, refusing=("1.1.1.1", IP))] == ["mx-found"]


def test_an_mx_that_is_an_alias_is_a_warning() -> None:
    found = mx(f"{MX_GOOD}mail.notes.example. CNAME web.notes.example.\nweb.notes.example. A 192.0.2.1\n")
    assert [(one.level, one.code) for one in found] == [(Level.OK, "mx-found"), (Level.WARNING, "mx-alias")]
    assert found[1].cure == "notes.example. IN MX 10 web.notes.example."


def test_an_mx_within_a_private_network_is_a_warning_and_not_probed() -> None:
    found = mx(f"{MX_GOOD}mail.notes.example. A 10.0.0.1\n", refusing=("10.0.0.1",))
    assert [(one.level, one.code) for one in found] == [(Level.OK, "mx-found"), (Level.WARNING, "mx-internal")]


def test_an_mx_that_nobody_answers_for_is_not_checked() -> None:
    assert [found.level for found in mx(MX_GOOD, unanswered=("notes.example",))] == [Level.NOT_CHECKED]


# The mail server

LOCAL = MailServer("127.0.0.1", 25)
AWAY = MailServer("mail.notes.example", 587)
PLAIN = frozenset({"SMTPUTF8", "PIPELINING", "X-OTHER"})


def levels(server: MailServer | None, handshake: Handshake) -> list[tuple[Level, str]]:
    return [(found.level, found.code) for found in smtp_findings(server, handshake)]


def test_a_server_on_this_machine_is_ok_without_encryption() -> None:
    assert smtp_findings(LOCAL, Handshake("mail.notes.example", PLAIN, PLAIN)) == [
        Finding(
            "SMTP",
            Level.OK,
            "smtp-reached",
            "The mail server 127.0.0.1:25 answers as mail.notes.example and offers SMTPUTF8, PIPELINING.",
        ),
        Finding("SMTP", Level.OK, "smtp-local", "The way to 127.0.0.1:25 is not encrypted; it does not leave this machine."),
    ]


def test_a_server_elsewhere_without_encryption_is_a_warning() -> None:
    offering = PLAIN | {"STARTTLS"}
    assert levels(AWAY, Handshake("m", PLAIN, PLAIN))[1:] == [(Level.WARNING, "smtp-no-starttls")]
    assert levels(AWAY, Handshake("m", offering, offering))[1:] == [(Level.WARNING, "smtp-clear")]
    assert smtp_findings(AWAY, Handshake("m", offering, offering))[1].cure == "EMAIL_URL=smtp+starttls://mail.notes.example:587"
    assert levels(AWAY, Handshake("m", offering, PLAIN, encrypted=True))[1:] == [(Level.OK, "smtp-encrypted")]


def test_a_server_without_smtputf8_is_a_warning() -> None:
    found = smtp_findings(LOCAL, Handshake("m"))
    assert [one.code for one in found] == ["smtp-reached", "smtp-local", "smtp-utf8"]
    assert found[0].sentence == "The mail server 127.0.0.1:25 answers as m and offers no extensions."
    assert found[2].cure == "exim: smtputf8_advertise_hosts = *\nPostfix: smtputf8_enable = yes"


@pytest.mark.parametrize("stage", ["connect", "starttls", "tls", "login"])
def test_trouble_with_the_server_is_an_error_with_the_cure_for_its_stage(stage: str) -> None:
    verb = "cannot be reached" if stage == "connect" else "cannot be used"
    assert smtp_findings(LOCAL, Handshake(stage=stage, trouble="words")) == [
        Finding("SMTP", Level.ERROR, f"smtp-{stage}", f"The mail server 127.0.0.1:25 {verb}: words.", CURES[stage])
    ]


def test_a_folder_is_a_warning_and_a_service_not_checked() -> None:
    assert levels(parse_email_url("file:var/mail"), Handshake()) == [(Level.WARNING, "smtp-folder")]
    assert levels(None, Handshake()) == [(Level.NOT_CHECKED, "not-checked")]
