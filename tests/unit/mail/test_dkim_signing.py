"""DKIM: what is signed verifies, nothing can be added under the signature, and keys come with their record."""

import re
import shlex
import stat
from io import StringIO
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from mail.smtp.dkim_signing import KeyUnusable, Signer, load_key, public_record, signed_names, signer_from_settings
from tests.support.smtp_sending import receive_one

pytestmark = pytest.mark.sockets

LIST = {"List-Unsubscribe": f"<https://notes.example/{'x' * 300}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
COVERED = {
    *"from to subject date message-id mime-version content-type content-transfer-encoding".split(),
    *"list-unsubscribe list-unsubscribe-post".split(),
}


def make_key(folder: Path, kind: str) -> tuple[Path, str, str]:
    """The key's file, the name of its record and the record, as the command printed it."""
    path, out = folder / f"{kind}.pem", StringIO()
    call_command("make_dkim_key", "--domain=example.org", "--selector=s1", f"--type={kind}", f"--out={path}", stdout=out)
    line = next(line for line in out.getvalue().splitlines() if " IN TXT " in line)
    name, _, _, *strings = shlex.split(line.replace("( ", "").replace(" )", ""))
    return path, name, "".join(strings)


@pytest.fixture(params=["rsa", "ed25519"])
def records(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> dict[bytes, bytes]:
    """The zone of a site that signs its mail."""
    path, name, record = make_key(tmp_path, request.param)
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR, settings.DKIM_DOMAIN = str(path), "s1", "example.org"
    return {name.encode(): record.encode()}


def verified(content: bytes, records: dict[bytes, bytes]) -> bool:
    return bool(dkim.verify(content, dnsfunc=lambda name, timeout=5: records.get(name)))


def signed(content: bytes) -> list[str]:
    head = re.sub(rb"\r\n(?=[ \t])", b"", content.split(b"\r\n\r\n", 1)[0]).decode()
    found = re.search(r"^DKIM-Signature:.*?\bh=([^;]*);", head, re.MULTILINE)
    assert found
    return [name.strip() for name in found[1].split(":")]


def test_signature_verifies_and_covers_what_counts(records: dict[bytes, bytes]) -> None:
    content = receive_one(headers=LIST, subject="Grüße", body="Äpfel\n.\n\n\n").content
    assert verified(content, records)
    assert set(signed(content)) >= COVERED
    assert content.startswith(b"DKIM-Signature: ")


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post"])
def test_header_added_on_the_way_breaks_the_signature(records: dict[bytes, bytes], name: str) -> None:
    content = receive_one().content
    assert verified(content, records)
    assert not verified(f"{name}: eve@example.com\r\n".encode() + content, records)


def test_changed_body_breaks_the_signature(records: dict[bytes, bytes]) -> None:
    content = receive_one(body="Pay Ada").content
    assert not verified(content.replace(b"Pay Ada", b"Pay Eve"), records)


def test_rsa_by_openssl_signs_as_dkimpy_does(monkeypatch: pytest.MonkeyPatch) -> None:
    key = rsa.generate_private_key(65537, 2048)
    signer = Signer("notes.example", "mail", key)
    monkeypatch.setattr("dkim.time.time", lambda: 1_500_000_000.0)
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption())
    content = b"From: a@notes.example\r\nTo: b@example.org\r\nSubject: Hello\r\n\r\nA  text \r\n\r\n"
    how = {"canonicalize": (b"relaxed", b"relaxed"), "include_headers": signed_names(content)}
    assert signer.sign(content) == dkim.sign(content, b"mail", b"notes.example", pem, **how)


def test_seed_alone_is_an_ed25519_key_too(tmp_path: Path) -> None:
    (tmp_path / "seed").write_bytes(b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n")  # RFC 8463, appendix A.2
    assert public_record(load_key(tmp_path / "seed")) == ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")


def test_record_is_in_strings_that_dns_can_hold(tmp_path: Path) -> None:
    path, name, record = make_key(tmp_path, "rsa")
    assert name == "s1._domainkey.example.org."
    assert record == public_record(load_key(path))
    assert len(record) > 255


def test_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    path, _, _ = make_key(tmp_path, "ed25519")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(CommandError, match="exists and is left as it is"):
        make_key(tmp_path, "ed25519")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--domain=a b", "--domain is 'a b'"),
        ("--domain=-a.example", "--domain is '-a.example'"),
        ("--domain=✉.example", "--domain is '✉.example'"),
        ("--selector=s_1", "--selector is 's_1'"),
        ("--selector=", "--selector is ''"),
        ("--out=/nowhere/key.pem", "/nowhere/key.pem cannot be written"),
    ],
)
def test_name_that_dns_cannot_hold_is_refused(option: str, told: str, tmp_path: Path) -> None:
    usual = {"--domain": "example.org", "--selector": "s1", "--out": str(tmp_path / "key.pem")}
    usual.update([option.split("=", 1)])
    with pytest.raises(CommandError, match=re.escape(told)):
        call_command("make_dkim_key", *(f"{name}={value}" for name, value in usual.items()))
    assert list(tmp_path.iterdir()) == []


def test_domain_outside_ascii_is_signed_for_in_a_labels(settings: Settings, tmp_path: Path) -> None:
    path, _, record = make_key(tmp_path, "ed25519")
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR, settings.DKIM_DOMAIN = str(path), "s1", "münchen.example"
    content = receive_one(from_email="ada@münchen.example").content
    assert verified(content, {b"s1._domainkey.xn--mnchen-3ya.example.": record.encode()})


def test_without_a_key_the_server_signs(settings: Settings) -> None:
    settings.DKIM_KEY_FILE = ""
    assert signer_from_settings() is None


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


@pytest.mark.parametrize(
    "content",
    [b"", b"not a key", b"c2hvcnQ=", pem(ec.generate_private_key(ec.SECP256R1()))],
)
def test_file_without_a_usable_key_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(KeyUnusable, match="holds no RSA key of 1024 bits or more, nor Ed25519"):
        load_key(tmp_path / "key")


def test_missing_file_and_missing_selector_are_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="none, which cannot be read"):
        load_key(tmp_path / "none")
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR = str(tmp_path / "none"), ""
    with pytest.raises(KeyUnusable, match="DKIM_SELECTOR or DKIM_DOMAIN is not"):
        signer_from_settings()
