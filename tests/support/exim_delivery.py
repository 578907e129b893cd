"""A real exim4 that signs what the site sends, the SMTP server of a recipient behind it, and a DNS server with the key."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dkim
import dns.resolver

from mail.deliverability.findings import record
from mail.management.commands.make_dkim_key import new_key, write_key
from mail.smtp.dkim_signing import public_record
from tests.support.dns_server import DnsServer
from tests.support.exim import WAIT, Exim
from tests.support.smtp_server import ReceivedMail, SMTPServer

GONE = "gone@example.net"  # whom that server refuses


class EximDelivery:
    """A site's mail server, what lies behind it, and the DNS."""

    def __init__(self, exim: Exim, smtp_server: SMTPServer, dns_server: DnsServer) -> None:
        self.exim, self.smtp_server, self.dns = exim, smtp_server, dns_server

    def arrived(self, number: int) -> list[ReceivedMail]:
        return self.smtp_server.wait_for(number, WAIT, self.exim.log)

    def verified(self, mail: ReceivedMail) -> bool:
        return bool(dkim.verify(mail.content, dnsfunc=self._txt))

    def _txt(self, name: bytes, timeout: int = 5) -> bytes:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.dns.port
        (record,) = resolver.resolve(name.decode(), "TXT", lifetime=timeout)
        return b"".join(record.strings)


@contextmanager
def exim_delivery(folder: Path, kind: str = "rsa") -> Iterator[EximDelivery]:
    key = new_key(kind)
    write_key(key, folder / "dkim.pem")
    zone = (
        record("s1._domainkey.notes.example", "TXT", public_record(key))
        .replace(" IN TXT", " TXT")
        .replace("( ", "")
        .replace(" )", "")
    )
    refuse = {GONE: "550 5.1.1 Nobody of that name"}
    with (
        SMTPServer(refuse=refuse) as smtp_server,
        DnsServer(zone) as dns_server,
        Exim(smtp_server.port, folder / "dkim.pem") as exim,
    ):
        yield EximDelivery(exim, smtp_server, dns_server)


def signed_names(mail: ReceivedMail) -> list[str]:
    found = re.search(r"\bh=([^;]*)", str(mail.message["DKIM-Signature"]))
    assert found
    return [name.strip().lower() for name in found[1].split(":")]
