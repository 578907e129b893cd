"""deploy/exim4/exim4.conf as it is shipped: exim reads it, lets in what it should, signs, and takes bounces back."""

import os
import re
import shutil
import smtplib
import subprocess
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from mail.bounces import Kind, parse, verp_address
from mail.deliverability.findings import record
from mail.management.commands.make_dkim_key import write_key
from mail.smtp.dkim_signing import public_record
from tests.support.dns_server import lookup_in
from tests.support.exim import EXIM, WHY_NOT, Exim
from tests.support.smtp_server import SMTPServer

pytestmark = [pytest.mark.processes, pytest.mark.once, pytest.mark.skipif(not EXIM.exists(), reason=WHY_NOT)]
SHIPPED = Path(__file__).parents[2] / "deploy/exim4/exim4.conf"
VERP = verp_address(7, "notes.example", "a key")
MESSAGE = f"""\
From: Notes <notes@notes.example>
To: ada@example.org
Subject: A note
Date: Wed, 24 Jan 2018 12:00:00 +0000
Message-ID: <1@notes.example>
List-Unsubscribe: <https://notes.example/signup/leave/{"x" * 240}/>
List-Unsubscribe-Post: List-Unsubscribe=One-Click

A text.
"""


class ShippedExim(Exim):
    """The shipped configuration, changed only in places: folders, ports, user, and where mail goes on to."""

    def _write_configuration(self, key: Path | None) -> None:
        self.bounce_domain = self.mail_domain
        for name in ("spool", "log"):
            (self.folder / name).mkdir()
        if key:
            shutil.copy(key, self.folder / "dkim.pem")
        self.configuration = self.folder / "exim4.conf"
        self.configuration.write_text(changed(SHIPPED.read_text(), self._changes()))
        for path in (self.folder, *self.folder.rglob("*")):
            if path != self.configuration:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        self.folder.chmod(0o755)

    def _changes(self) -> dict[str, str]:
        onward = f"SITE_SMARTHOST = 127.0.0.1::{self.next_port}"
        own = [f"exim_user = {self.user.pw_name}", f"exim_group = {self.user.pw_gid}", f"spool_directory = {self.folder}/spool"]
        own += [f"log_file_path = {self.folder}/log/%slog", "local_interfaces = 127.0.0.1", "check_spool_space = 0"]
        return {
            r"^# SITE_SMARTHOST = .*": "\n".join([onward, *own]),
            r"^SITE_KEY = .*": f"SITE_KEY = {self.folder}/dkim.pem",
            r"^SITE_USER = .*": f"SITE_USER = {self.user.pw_name}",
            r"^SITE_BOUNCES = .*": f"SITE_BOUNCES = {self.folder}/Maildir",
            r"^daemon_smtp_ports = .*": f"daemon_smtp_ports = {self.port}",
            r"^  route_list = .*": "  route_list = * SITE_SMARTHOST byname\n  self = send",
            r"^  hosts_require_tls = .*": "  allow_localhost",
        }


def changed(text: str, changes: dict[str, str]) -> str:
    for pattern, instead in changes.items():
        text, count = re.subn(pattern, lambda _match, line=instead: line, text, flags=re.MULTILINE)
        assert count == 1, pattern
    return text


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The file of a private key, and its record."""
    path, private = tmp_path_factory.mktemp("dkim") / "key.pem", rsa.generate_private_key(public_exponent=65537, key_size=2048)
    write_key(private, path)
    return path, public_record(private)


def exim(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(EXIM), "-C", str(SHIPPED), "-DSITE_USER=daemon", *arguments]
    return subprocess.run(command, input=said, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("smarthost", [(), ("-DSITE_SMARTHOST=smtp.provider.example::587",)], ids=["direct", "smarthost"])
def test_exim_reads_the_configuration(smarthost: tuple[str, ...]) -> None:
    done = exim(*smarthost, "-bV")
    assert (done.returncode, "configuration error" in (done.stdout + done.stderr).lower()) == (0, False)


@pytest.mark.parametrize(
    ("recipient", "answer"),
    [
        (VERP, "250 Accepted"),
        ("complaints@notes.example", "250 Accepted"),
        ("bounces+7@notes.example", "550 this is not an address of ours"),
        ("bounces@notes.example", "550 this is not an address of ours"),
        ("ada@notes.example", "550 this is not an address of ours"),
        ("ada@example.org", "550 relay not permitted"),
    ],
)
def test_from_elsewhere_only_return_addresses_are_taken(recipient: str, answer: str) -> None:
    said = f"EHLO mx.example.org\r\nMAIL FROM:<>\r\nRCPT TO:<{recipient}>\r\nQUIT\r\n"
    answers = exim("-bh", "192.0.2.99", said=said).stdout.splitlines()
    assert answers[-2] == answer


def test_mail_is_signed_over_both_unsubscribe_headers(key: tuple[Path, str]) -> None:
    path, published = key
    lookup = lookup_in(record("mail._domainkey.notes.example", "TXT", published))
    with SMTPServer() as smtp_server, ShippedExim(smtp_server.port, path) as server:
        hand_over(server)
        [mail] = smtp_server.wait_for(1, explain=server.log)
    [signature] = [line for line in re.split(rb"\r\n(?![ \t])", mail.content) if line.startswith(b"DKIM-Signature:")]
    names = re.sub(rb"\s", b"", signature).decode().lower().partition(";h=")[2].partition(";")[0].split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "to", "subject", "date", "message-id"} <= set(names)
    assert [names.count(name) for name in ("from", "list-unsubscribe", "list-unsubscribe-post")] == [2, 2, 2]
    assert dkim.verify(mail.content, dnsfunc=lambda name, timeout=5: lookup(name.decode().rstrip("."), "TXT")[0].encode())


def test_what_is_refused_comes_back_to_the_maildir(key: tuple[Path, str]) -> None:
    with (
        SMTPServer(refuse={"ada@example.org": "550 5.1.1 No such user"}) as smtp_server,
        ShippedExim(smtp_server.port, key[0]) as server,
    ):
        hand_over(server)
        [raw] = server.bounces(1)
    bounce = parse(raw)
    assert bounce is not None
    assert (bounce.kind, bounce.status, bounce.recipient, VERP in bounce.returned_to) == (
        Kind.HARD,
        "5.1.1",
        "ada@example.org",
        True,
    )


def hand_over(server: Exim) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=300) as smtp:
        smtp.sendmail(VERP, ["ada@example.org"], MESSAGE.replace("\n", "\r\n").encode())


@pytest.mark.parametrize(("address", "answer"), [("127.0.0.1", 250), ("::1", 250), ("172.30.99.11", 250), ("203.0.113.9", 550)])
def test_container_relays_for_the_sites_network_alone(tmp_path: Path, address: str, answer: int) -> None:
    """With the configuration as deploy/exim4/start writes it; exim plays a connection from an address (-bh)."""
    configuration = tmp_path / "exim4.conf"
    script = (SHIPPED.parent / "start").read_text().partition("for folder")[0]
    script = script.replace("SITE_USER = Debian-exim", "SITE_USER = mail")  # there is no exim's user on every machine
    script = script.replace("/etc/exim4/exim4.conf", str(configuration)).replace("/usr/local/share/exim4", str(SHIPPED.parent))
    names = dict.fromkeys(("SITE_DOMAIN", "SITE_HOSTNAME", "SITE_POSTMASTER"), "notes.example")
    subprocess.run(["sh", "-c", script], env=os.environ | names | {"RELAY_FROM": "172.30.99.0/24"}, check=True)
    said = "EHLO a.example\r\nMAIL FROM:<notes@notes.example>\r\nRCPT TO:<ada@elsewhere.example>\r\nQUIT\r\n"
    heard = subprocess.run([EXIM, "-C", configuration, "-bh", address], input=said, capture_output=True, text=True, check=False)
    assert heard.stdout.splitlines()[-2].startswith(str(answer)), heard.stdout
