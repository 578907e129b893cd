"""An authoritative DNS server on loopback, UDP and TCP on one port, for the time of a `with`.

>>> with DnsServer('example.org. TXT "v=spf1 -all"') as server:
...     server.address
'127.0.0.1:40123'
"""

import socket
import socketserver
import struct
from collections.abc import Iterable
from contextlib import ExitStack
from threading import Thread
from types import TracebackType
from typing import Any, Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zonefile

from mail.deliverability.lookup import Lookup, Unanswered, text_of

HOST = "127.0.0.1"
PLAIN_UDP_SIZE = 512  # bytes a client takes by UDP when it does not say more (RFC 1035)
LONGEST_CHAIN = 8  # CNAMEs followed


class Zone:
    """Records in master file format, one a line, as `name TYPE value`; the class and a TTL may be left out."""

    def __init__(self, text: str) -> None:
        lines = "\n".join(line.strip() for line in text.splitlines())
        found = dns.zonefile.read_rrsets(lines, rdclass=None, default_ttl=60)
        self.rrsets = {(rrset.name, rrset.rdtype): rrset for rrset in found}
        self.names = {ancestor for name, _ in self.rrsets for ancestor in ancestors(name)}

    def find(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> list[dns.rrset.RRset]:
        """What answers a question: the CNAMEs on the way, then the records; empty when there are none."""
        answer: list[dns.rrset.RRset] = []
        for _ in range(LONGEST_CHAIN):
            if rrset := self.rrsets.get((name, rdtype)):
                return [*answer, rrset]
            alias = self.rrsets.get((name, dns.rdatatype.CNAME))
            if alias is None:
                return answer
            answer.append(alias)
            name = alias[0].target
        return answer

    def exists(self, name: dns.name.Name) -> bool:
        return name in self.names


def lookup_in(zone: str, unanswered: Iterable[str] = ()) -> Lookup:
    """The same records for pure functions, without a server; asking for an `unanswered` name gives no answer."""
    records, silent = Zone(zone), set(unanswered)

    def lookup(name: str, rdtype: str) -> tuple[str, ...]:
        if name in silent or "." in silent:
            raise Unanswered(name, rdtype, "time ran out")
        kind = dns.rdatatype.from_text(rdtype)
        found = records.find(dns.name.from_text(name), kind)
        return tuple(text_of(value) for rrset in found if rrset.rdtype == kind for value in rrset)

    return lookup


def ancestors(name: dns.name.Name) -> list[dns.name.Name]:
    """The name and all above it: a name above one that exists does exist, be it empty."""
    return [dns.name.Name(name.labels[start:]) for start in range(len(name.labels))]


class DnsServer:
    """Answers from a zone; `failing` names get SERVFAIL, `silent` ones no answer at all ("." stands for every name), and
    `bogus` ones SERVFAIL unless the question forbids checking of signatures.

    `questions` keeps what was asked, as ("example.org.", "TXT").
    """

    def __init__(
        self,
        zone: str,
        failing: Iterable[str] = (),
        silent: Iterable[str] = (),
        bogus: Iterable[str] = (),
        *,
        host: str = HOST,
        port: int = 0,
    ) -> None:
        self.host, self.port = host, port
        self.bogus = {dns.name.from_text(name) for name in bogus}
        self.zone = Zone(zone)
        self.failing = {dns.name.from_text(name) for name in failing}
        self.silent = {dns.name.from_text(name) for name in silent}
        self.questions: list[tuple[str, str]] = []
        self._running = ExitStack()

    @property
    def address(self) -> str:
        """HOST:PORT, as `check_mail --resolver` takes it."""
        return f"{self.host}:{self.port}"

    def answer(self, wire: bytes, longest: int | None = None) -> bytes | None:
        """The answer to a question, both on the wire; None for none. Beyond `longest` bytes it is cut, marked so."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        question = query.question[0]
        self.questions.append((question.name.to_text(), dns.rdatatype.to_text(question.rdtype)))
        if self.silent & {question.name, dns.name.root}:
            return None
        response = self._respond(query)
        wire = response.to_wire(max_size=65535)
        if longest is not None and len(wire) > max(longest, query.payload):
            response.answer.clear()
            response.flags |= dns.flags.TC
            wire = response.to_wire()
        return wire

    def _respond(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        response = dns.message.make_response(query, our_payload=4096)
        response.flags |= dns.flags.AA | dns.flags.RA
        is_bogus = question.name in self.bogus and not query.flags & dns.flags.CD
        if is_bogus or self.failing & {question.name, dns.name.root}:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        response.answer = self.zone.find(question.name, question.rdtype)
        if not response.answer and not self.zone.exists(question.name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    def __enter__(self) -> Self:
        udp, tcp = bind_both(self)
        self.port = udp.server_address[1]
        for server in (udp, tcp):
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            self._running.callback(thread.join)
            self._running.callback(server.server_close)
            self._running.callback(server.shutdown)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._running.close()


class UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, connection = self.request
        if (answer := self.server.dns.answer(wire, PLAIN_UDP_SIZE)) is not None:  # type: ignore[attr-defined]
            connection.sendto(answer, self.client_address)


class TcpHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while len(length := self.rfile.read(2)) == 2:
            answer = self.server.dns.answer(self.rfile.read(*struct.unpack("!H", length)))  # type: ignore[attr-defined]
            if answer is None:
                return
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


class UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def bind_both(dns_server: DnsServer, tries: int = 20) -> tuple[Any, Any]:
    """A UDP and a TCP server on one free port; the port that UDP gets may be taken for TCP, then try another."""
    for left in reversed(range(tries)):
        udp = UdpServer((dns_server.host, dns_server.port), UdpHandler)
        try:
            tcp = TcpServer((dns_server.host, udp.server_address[1]), TcpHandler)
        except OSError:
            udp.server_close()
            if not left:
                raise
            continue
        udp.dns = tcp.dns = dns_server  # type: ignore[attr-defined]
        return udp, tcp
    raise AssertionError("no port was tried")


def closed_port() -> int:
    """A port of loopback where nothing listens: connections are refused there."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
