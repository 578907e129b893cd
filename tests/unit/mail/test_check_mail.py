"""`manage.py check_mail` against a real DNS server and a real mail server, with faults planted one at a time."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from blog.models import BlogPage
from mail.deliverability import lookup
from mail.deliverability.findings import record
from mail.management.commands.make_dkim_key import write_key
from mail.models import Delivery
from mail.sending_settings import sending_from_settings
from mail.smtp.dkim_signing import public_record
from tests.support.dns_server import DnsServer, closed_port
from tests.support.smtp_server import SMTPServer

pytestmark = pytest.mark.sockets

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
DKIM = "mail._domainkey.notes.example"
ARPA = "1.2.0.192.in-addr.arpa"
POLICY = "v=DMARC1; p=quarantine; rua=mailto:postmaster@notes.example"
Zone = dict[str, list[str]]


def txt(name: str, *texts: str) -> list[str]:
    return [record(name, "TXT", text) for text in texts]


def spf(*texts: str) -> Zone:
    return {"spf": txt("notes.example", *texts)}


def dkim(*texts: str) -> Zone:
    return {"dkim": txt(DKIM, *texts)}


def dmarc(*texts: str) -> Zone:
    return {"dmarc": txt("_dmarc.notes.example", *texts)}


GOOD: Zone = {
    **spf("v=spf1 ip4:192.0.2.1 -all"),
    **dkim(public_record(KEY)),
    **dmarc(POLICY),
    "ptr": [f"{ARPA}. PTR mx.example."],
    "host": ["mx.example. A 192.0.2.1"],
    "mx": ["notes.example. MX 10 mx.example."],
}
LOOP = txt("a.example", "v=spf1 include:b.example -all") + txt("b.example", "v=spf1 include:a.example -all")
ELEVEN = [f"i{number}.example" for number in range(11)]
LOOKUPS = [line for name in ELEVEN for line in txt(name, "v=spf1 ip4:198.51.100.1 -all")]
INCLUDING = " ".join(f"include:{name}" for name in ELEVEN)
SIGNING = public_record(KEY)

FAULTS: dict[str, tuple[Zone, str, str]] = {
    "no SPF": ({"spf": []}, "spf-missing", "error"),
    "two SPF": (spf("v=spf1 ip4:192.0.2.1 -all", "v=spf1 mx -all"), "spf-two", "error"),
    "misspelt SPF": (spf("v=spf ip4:192.0.2.1 -all"), "spf-misspelt", "error"),
    "SPF +all": (spf("v=spf1 +all"), "spf-all", "error"),
    "SPF ?all": (spf("v=spf1 ip4:192.0.2.1 ?all"), "spf-open", "warning"),
    "SPF of another address": (spf("v=spf1 ip4:198.51.100.1 -all"), "spf-address", "error"),
    "SPF loop": ({**spf("v=spf1 include:a.example -all"), "more": LOOP}, "spf-loop", "error"),
    "SPF over ten look-ups": ({**spf(f"v=spf1 {INCLUDING} ip4:192.0.2.1 -all"), "more": LOOKUPS}, "spf-lookups", "error"),
    "SPF of names that do not exist": (spf("v=spf1 a:x.example a:y.example a:z.example -all"), "spf-void", "error"),
    "SPF including nothing": (spf("v=spf1 include:x.example -all"), "spf-empty", "error"),
    "SPF that cannot be read": (spf("v=spf1 ipv4:192.0.2.1 -all"), "spf-syntax", "error"),
    "no DKIM": ({"dkim": []}, "dkim-missing", "error"),
    "two DKIM": (dkim(SIGNING, public_record(OTHER_KEY)), "dkim-two", "error"),
    "other DKIM": (dkim(public_record(OTHER_KEY)), "dkim-other", "error"),
    "revoked DKIM": (dkim("v=DKIM1; k=rsa; p="), "dkim-revoked", "error"),
    "testing DKIM": (dkim(f"{SIGNING}; t=y"), "dkim-testing", "error"),
    "DKIM that cannot be read": (dkim("v=DKIM1; k=rsa; p=M!!F"), "dkim-unreadable", "error"),
    "no DMARC": ({"dmarc": []}, "dmarc-missing", "error"),
    "two DMARC": (dmarc(POLICY, "v=DMARC1; p=none"), "dmarc-two", "error"),
    "misspelt DMARC version": (dmarc("v=DMARC; p=none"), "dmarc-misspelt", "error"),
    "misspelt DMARC policy": (dmarc("v=DMARC1; p=quarantaine"), "dmarc-misspelt", "error"),
    "DMARC in the wrong place": ({"dmarc": txt("notes.example", POLICY)}, "dmarc-misplaced", "error"),
    "DMARC of none": (dmarc(POLICY.replace("quarantine", "none")), "dmarc-none", "warning"),
    "no PTR": ({"ptr": []}, "ptr-missing", "error"),
    "PTR not forward-confirmed": ({"ptr": [f"{ARPA}. PTR web.notes.example."]}, "ptr-not-confirmed", "error"),
    "no MX": ({"mx": []}, "mx-missing", "error"),
    "null MX": ({"mx": ["notes.example. MX 0 ."]}, "mx-null", "error"),
    "dead MX": ({"mx": ["notes.example. MX 10 gone.notes.example."]}, "mx-dead", "error"),
}


@pytest.fixture
def smtp_server() -> Iterator[SMTPServer]:
    with SMTPServer() as smtp_server:
        yield smtp_server


@pytest.fixture
def site(settings: Settings, smtp_server: SMTPServer, tmp_path: Path) -> Settings:
    """A site that sends by the SMTP server and signs, in good order."""
    write_key(KEY, tmp_path / "key.pem")
    settings.EMAIL_URL = smtp_server.url
    settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Notes <notes@notes.example>"
    settings.BOUNCE_DOMAIN = settings.DKIM_DOMAIN = "notes.example"
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR = str(tmp_path / "key.pem"), "mail"
    settings.MAIL_FROM_IPS = ["192.0.2.1"]
    return settings


def check(zone: str, *arguments: str, **server: Any) -> tuple[int, list[dict[str, str]]]:
    """The exit status and the findings."""
    out, status = io.StringIO(), 0
    with DnsServer(zone, **server) as dns:
        try:
            call_command("check_mail", "--json", "--resolver", dns.address, *arguments, stdout=out)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
    return status, json.loads(out.getvalue())


def text_of(zone: Zone) -> str:
    return "\n".join(line for lines in zone.values() for line in lines)


def codes(found: list[dict[str, str]], *levels: str) -> list[str]:
    return [finding["code"] for finding in found if not levels or finding["level"] in levels]


def test_all_is_well_in_good_order(site: Settings) -> None:
    status, found = check(text_of(GOOD))
    assert (status, codes(found, "error", "warning", "not checked")) == (0, [])
    assert codes(found) == [
        *("smtp-reached", "smtp-local", "spf-pass", "dkim-key", "dmarc-found", "dmarc-aligned", "ptr-confirmed", "mx-found")
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named_and_cured(site: Settings, fault: str) -> None:
    changes, code, level = FAULTS[fault]
    status, found = check(text_of(GOOD | changes))
    named = [finding for finding in found if finding["code"] == code]
    assert [finding["level"] for finding in named] == [level]
    assert (status, codes(found, "not checked")) == (1 if codes(found, "error") else 0, [])
    assert named[0]["sentence"].endswith(".")
    assert named[0]["cure"]
    cured, after = check(cured_zone(GOOD | changes, changes, named[0]["cure"]))
    assert (code in codes(after), codes(after, "error"), cured) == (False, [], 0)


def cured_zone(zone: Zone, changes: Zone, cure: str) -> str:
    """The zone with the lines of the cure in place of the ones that were at fault (a name added leaves the others)."""
    lines = [line for line in cure.splitlines() if " IN " in line]
    place = next(iter(changes))
    if lines and lines[0].startswith("web.notes.example."):
        return text_of({**zone, "added": lines})
    return text_of({**zone, place: lines or zone[place]})


def test_a_weak_key_is_named_and_cured_by_a_new_one(site: Settings, tmp_path: Path) -> None:
    write_key(WEAK_KEY, tmp_path / "weak.pem")
    site.DKIM_KEY_FILE = str(tmp_path / "weak.pem")
    status, found = check(text_of(GOOD | dkim(public_record(WEAK_KEY))))
    [named] = [finding for finding in found if finding["code"] == "dkim-weak"]
    assert (status, named["level"]) == (0, "warning")
    assert "manage.py make_dkim_key" in named["cure"]


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("DKIM_DOMAIN", "elsewhere.example", "dmarc-unaligned-dkim"),
        ("BOUNCE_DOMAIN", "elsewhere.example", "dmarc-unaligned-spf"),
        ("DKIM_SELECTOR", "", "dkim-no-selector"),
        ("DKIM_KEY_FILE", "/nowhere/key.pem", "dkim-private"),
        ("MAIL_FROM_IPS", ["192.0.2.2"], "spf-address"),
    ],
)
def test_a_fault_in_the_settings_is_named(site: Settings, setting: str, value: Any, code: str) -> None:
    setattr(site, setting, value)
    _, found = check(text_of(GOOD))
    [named] = [finding for finding in found if finding["code"] == code]
    assert (named["level"] in ("error", "warning"), bool(named["cure"])) == (True, True)


def test_options_go_before_settings(site: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_key(OTHER_KEY, tmp_path / "other.pem")
    published = txt("new._domainkey.other.example", public_record(OTHER_KEY))
    zone = text_of({**GOOD, "dkim": published}).replace("notes.example", "other.example")
    zone = zone.replace("192.0.2.1", "192.0.2.9").replace(ARPA, "9.2.0.192.in-addr.arpa")
    options = ["--domain", "other.example", "--from-ip", "192.0.2.9", "--dkim-selector", "new"]
    status, found = check(zone, *options, "--dkim-key", str(tmp_path / "other.pem"))
    assert (status, codes(found, "error", "warning", "not checked")) == (0, [])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((tmp_path / "other.pem").read_bytes())))
    status, found = check(zone, *options, "--dkim-key", "-")
    assert (status, codes(found, "error", "warning", "not checked")) == (0, [])
    status, found = check(zone, *options, "--bounce-domain", "elsewhere.example")
    assert codes(found, "error") == ["spf-missing", "dkim-other", "mx-missing"]


def test_an_internationalised_domain_is_asked_for_as_the_dns_has_it(site: Settings) -> None:
    sending = sending_from_settings(domain="Bücher.Example.")
    assert (sending.domain, sending.bounce_domain) == ("xn--bcher-kva.example", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    "options",
    [
        ["--domain", "a..b"],
        ["--domain", "127.0.0.1"],
        ["--bounce-domain", "127.0.0.1"],
        ["--domain", "not a domain"],
        ["--resolver", "nowhere"],
        ["--from-ip", "192.0.2"],
    ],
)
def test_an_option_that_cannot_be_is_refused_by_name(site: Settings, options: list[str]) -> None:
    with pytest.raises(CommandError, match=options[1]):
        call_command("check_mail", *options)


@pytest.mark.parametrize("trouble", ["silent", "failing"])
def test_a_name_server_that_does_not_answer_accuses_nobody(
    site: Settings, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "SHORT_TRY", 0.2)
    status, found = check(text_of(GOOD), **{trouble: ["."]})
    assert (status, codes(found, "error", "warning")) == (0, [])
    assert {finding["subject"] for finding in found if finding["level"] == "not checked"} == {
        "SPF",
        "DKIM",
        "DMARC",
        "PTR",
        "MX",
    }


def test_a_part_of_the_dns_that_does_not_answer_leaves_the_rest_checked(site: Settings) -> None:
    _, found = check(text_of(GOOD), failing=["_dmarc.notes.example"])
    assert codes(found, "not checked", "error", "warning") == ["not-checked"]
    assert "_dmarc.notes.example" in next(finding["sentence"] for finding in found if finding["level"] == "not checked")


def test_a_mail_server_out_of_reach_is_an_error(site: Settings) -> None:
    site.EMAIL_URL = f"smtp://127.0.0.1:{closed_port()}"
    status, found = check(text_of(GOOD))
    assert (status, codes(found, "error")) == (1, ["smtp-connect"])


def test_with_a_mail_service_its_servers_are_its_own_affair(site: Settings) -> None:
    site.EMAIL_BACKEND, site.MAIL_FROM_IPS, site.BOUNCE_DOMAIN = "anymail.backends.test.EmailBackend", [], ""
    status, found = check(text_of(GOOD))
    assert (status, [finding["subject"] for finding in found if finding["level"] == "not checked"]) == (
        0,
        ["SMTP", "addresses", "SPF"],
    )


def test_the_servers_own_addresses_are_taken_where_none_are_set(site: Settings) -> None:
    site.MAIL_FROM_IPS, site.EMAIL_URL = [], "smtp://mx.example:1"
    _, found = check(text_of(GOOD))
    assert "Mail is taken to leave from 192.0.2.1, as MAIL_FROM_IPS is not set." in [finding["sentence"] for finding in found]


def test_the_report_has_every_cure_below_its_finding(site: Settings) -> None:
    out = io.StringIO()
    with DnsServer(text_of(GOOD | {"spf": [], "dmarc": []})) as dns, pytest.raises(SystemExit):
        call_command("check_mail", "--resolver", dns.address, "--no-color", stdout=out)
    lines = out.getvalue().splitlines()
    place = next(number for number, line in enumerate(lines) if "no SPF record" in line)
    assert lines[0] == "Mail from notes.example:"
    assert lines[place : place + 2] == [
        "error       SPF: notes.example has no SPF record: nothing says that 192.0.2.1 may send for it.",
        '            → notes.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"',
    ]
    assert lines[-1] == "6 ok, 0 warning, 2 error, 0 not checked."


# --send


@pytest.mark.parametrize("refused", [False, True])
def test_send_sends_a_test_mail_and_says_what_became_of_it(
    blog: BlogPage, site: Settings, smtp_server: SMTPServer, refused: bool
) -> None:
    if refused:
        smtp_server.refuse = {"ada@example.org": "550 5.1.1 No such user"}
    status, found = check(text_of(GOOD), "--send", "ada@example.org")
    assert (status, found[-1]["code"]) == ((1, "test-not-sent") if refused else (0, "test-sent"))
    assert ("No such user" in found[-1]["sentence"]) is refused
    assert [mail.recipients for mail in smtp_server.mails] == ([] if refused else [["ada@example.org"]])
    assert list(Delivery.objects.values_list("to", "state")) == [("ada@example.org", "cancelled" if refused else "sent")]


def test_send_to_what_is_no_address_is_an_error(blog: BlogPage, site: Settings, smtp_server: SMTPServer) -> None:
    status, found = check(text_of(GOOD), "--send", "ada")
    assert (status, found[-1]["code"], smtp_server.mails) == (1, "test-not-sent", [])


def test_without_send_nothing_is_sent(site: Settings, smtp_server: SMTPServer) -> None:
    check(text_of(GOOD))
    assert smtp_server.mails == []
