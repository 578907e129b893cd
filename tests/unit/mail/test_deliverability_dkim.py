"""Findings about a DKIM key in the DNS."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from mail.deliverability.dkim import NEW_KEY, SigningKey, dkim_findings
from mail.deliverability.findings import Finding, Level, record
from mail.smtp.dkim_signing import public_record
from tests.support.dns_server import lookup_in

NAME = "mail._domainkey.notes.example"


def rsa_record(bits: int = 2048) -> str:
    return public_record(rsa.generate_private_key(public_exponent=65537, key_size=bits))


SIGNING, OTHER, WEAK, USELESS = rsa_record(), rsa_record(), rsa_record(1024), rsa_record(1024)
ED25519 = public_record(ed25519.Ed25519PrivateKey.generate())
CURE = record(NAME, "TXT", SIGNING)


def find(*published: str, expected: str = SIGNING, unanswered: tuple[str, ...] = ()) -> list[Finding]:
    zone = "".join(f"{record(NAME, 'TXT', text)}\n" for text in published)
    return dkim_findings(SigningKey("mail", "notes.example", expected), lookup_in(zone, unanswered))


def error(code: str, sentence: str, cure: str = CURE) -> list[Finding]:
    return [Finding("DKIM", Level.ERROR, code, sentence, cure)]


@pytest.mark.parametrize(
    "text", [SIGNING, SIGNING.replace("v=DKIM1; ", ""), SIGNING.replace("; ", " ;") + ";", f"{SIGNING}; t=s"]
)
def test_the_key_that_signs_is_ok_however_it_is_written(text: str) -> None:
    assert find(text) == [Finding("DKIM", Level.OK, "dkim-key", f"{NAME} holds a 2048-bit RSA key, the one that signs.")]


def test_a_missing_key_is_an_error() -> None:
    assert find() == error("dkim-missing", f"There is no DKIM key at {NAME}: receivers cannot verify any signature.")


def test_a_key_whose_name_lacks_its_last_dot_is_found_where_it_is() -> None:
    there = f"{NAME}.notes.example"
    found = dkim_findings(SigningKey("mail", "notes.example", SIGNING), lookup_in(record(there, "TXT", SIGNING)))
    sentence = f"There is no DKIM key at {NAME}, but one at {there}: in the zone file the name lacks its last dot."
    assert found == error("dkim-misplaced", sentence)


def test_another_key_than_the_one_that_signs_is_an_error() -> None:
    sentence = f"{NAME} holds a 2048-bit RSA key, but not the one that belongs to the private key: every signature fails."
    assert find(OTHER) == error("dkim-other", sentence)


def test_a_revoked_key_is_an_error() -> None:
    sentence = f"The DKIM record at {NAME} has an empty p=: the key is revoked, and signatures by it count as broken."
    assert find("v=DKIM1; k=rsa; p=") == error("dkim-revoked", sentence)


def test_a_weak_key_is_a_warning() -> None:
    sentence = f"{NAME} holds a 1024-bit RSA key, which is weak and can be broken: 2048 bits are the measure."
    assert find(WEAK, expected=WEAK) == [Finding("DKIM", Level.WARNING, "dkim-weak", sentence, NEW_KEY)]


def test_a_key_below_what_receivers_take_is_an_error() -> None:
    key_of_512_bits = (
        "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL/i+gzbg5HWHTAJEEt4gP2mNGeHaGLN7Kc3W+5BgbFObDIY05fnWP3N"
        "Nf5cAx/6RG/1IFSQeSmWpkTNMf3KuMUCAwEAAQ=="
    )
    sentence = f"{NAME} holds a 512-bit RSA key, which is weak and is ignored by receivers: 2048 bits are the measure."
    assert find(key_of_512_bits, expected="")[0] == Finding("DKIM", Level.ERROR, "dkim-weak", sentence, NEW_KEY)


def test_a_key_in_testing_mode_is_an_error() -> None:
    sentence = f"{NAME} is in testing mode (t=y): receivers are to treat mail signed by it as if it were not signed."
    assert find(f"{SIGNING}; t=y:s") == error("dkim-testing", sentence)
    without = find(f"{SIGNING}; t=y:s", expected="")
    assert without[0].cure == record(NAME, "TXT", f"{SIGNING}; t=s")


def test_each_of_several_faults_is_reported() -> None:
    assert [finding.code for finding in find(f"{WEAK}; t=y")] == ["dkim-other", "dkim-weak", "dkim-testing"]


def test_an_ed25519_key_alone_is_a_warning() -> None:
    sentence = f"{NAME} holds an Ed25519 key, which several large receivers do not verify yet: sign with RSA too."
    assert find(ED25519, expected=ED25519) == [Finding("DKIM", Level.WARNING, "dkim-ed25519", sentence, NEW_KEY)]


@pytest.mark.parametrize(
    ("texts", "code", "sentence"),
    [
        ([SIGNING, OTHER], "dkim-two", "is there 2 times, and which one receivers take is chance"),
        (["v=spf1 -all"], "dkim-unreadable", "has v=spf1 -all: it must begin with \"v=DKIM1\""),
        (["k=rsa; v=DKIM1; p=AA"], "dkim-unreadable", "has v=DKIM1: it must begin with \"v=DKIM1\""),
        (["v=DKIM1; k=rsa"], "dkim-unreadable", "has no p=, the key itself"),
        (["v=DKIM1; k=rsa; p"], "dkim-unreadable", 'cannot be read: "p" is no tag=value'),
        (["v=DKIM1; p=AA; p=BB"], "dkim-unreadable", 'cannot be read: the tag "p" is there twice'),
        (["v=DKIM1; p=not base64!"], "dkim-unreadable", "holds no key: its p=not base64! cannot be decoded"),
        (["v=DKIM1; p=AAAA"], "dkim-unreadable", "holds no key: its p=AAAA cannot be decoded"),
        ([SIGNING.replace("k=rsa", "k=dsa")], "dkim-unreadable", "has k=dsa, a kind of key that receivers do not know"),
        ([SIGNING.replace("k=rsa", "k=ed25519")], "dkim-unreadable", "has k=ed25519, and the key in p= is of another kind"),
        ([f"{SIGNING}; h=sha1"], "dkim-hash", "has h=sha1, which forbids sha256, the hash in use"),
        ([f"{SIGNING}; s=tlsrpt"], "dkim-service", "has s=tlsrpt, which is not for e-mail"),
    ],
)  # fmt: skip
def test_a_record_that_receivers_cannot_use_is_an_error(texts: list[str], code: str, sentence: str) -> None:
    assert find(*texts) == error(code, f"The DKIM record at {NAME} {sentence}.")


def test_without_the_private_key_the_record_is_looked_at_but_not_compared() -> None:
    sentence = f"Whether {NAME} belongs to the key that signs was not checked: the private key is not known here."
    assert find(SIGNING, expected="") == [
        Finding("DKIM", Level.OK, "dkim-key", f"{NAME} holds a 2048-bit RSA key."),
        Finding(
            "DKIM", Level.NOT_CHECKED, "not-checked", sentence, "check_mail --dkim-key - < FILE, as a user who may read it"
        ),
    ]


def test_what_nobody_answers_is_not_checked() -> None:
    sentence = f"The DKIM key at {NAME} was not checked: the DNS did not answer for {NAME} TXT (time ran out)."
    assert find(unanswered=(NAME,)) == [Finding("DKIM", Level.NOT_CHECKED, "not-checked", sentence)]
