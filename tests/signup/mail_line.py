"""The whole way of the site's mail: a real exim4 that signs it, a sink behind it, and a DNS server that has the key."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dkim
import dns.resolver

from signup.dkim_signing import public_record, zone_line
from signup.management.commands.make_dkim_key import new_key, write_key
from tests.signup.dns_server import DnsServer
from tests.signup.exim import WAIT, Exim
from tests.signup.sink import ReceivedMail, Sink

GONE = "gone@example.net"  # whom the sink refuses


class Line:
    """A site's mail server, what lies behind it, and the DNS."""

    def __init__(self, exim: Exim, sink: Sink, dns_server: DnsServer) -> None:
        self.exim, self.sink, self.dns = exim, sink, dns_server

    def arrived(self, number: int) -> list[ReceivedMail]:
        return self.sink.wait_for(number, WAIT, self.exim.log)

    def verified(self, mail: ReceivedMail) -> bool:
        return bool(dkim.verify(mail.content, dnsfunc=self._txt))

    def _txt(self, name: bytes, timeout: int = 5) -> bytes:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.dns.port
        (record,) = resolver.resolve(name.decode(), "TXT", lifetime=timeout)
        return b"".join(record.strings)


@contextmanager
def mail_line(folder: Path, kind: str = "rsa") -> Iterator[Line]:
    key = new_key(kind)
    write_key(key, folder / "dkim.pem")
    zone = zone_line("s1._domainkey.notes.example", public_record(key)).replace(" IN TXT ( ", " TXT ").replace(" )", "")
    refuse = {GONE: "550 5.1.1 Nobody of that name"}
    with Sink(refuse=refuse) as sink, DnsServer(zone) as dns_server, Exim(sink.port, folder / "dkim.pem") as exim:
        yield Line(exim, sink, dns_server)


def signed_names(mail: ReceivedMail) -> list[str]:
    found = re.search(r"\bh=([^;]*)", str(mail.message["DKIM-Signature"]))
    assert found
    return [name.strip().lower() for name in found[1].split(":")]
