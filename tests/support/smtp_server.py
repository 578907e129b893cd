"""An SMTP server on loopback that keeps what it is given, and can be told to refuse, stall, hang up, encrypt, ask for a login.

with SMTPServer(refuse={"gone@example.org": "550 5.1.1 No such user"}) as server:
    ... EMAIL_URL=server.url ...
    assert [mail.recipients for mail in server.mails] == [["ada@example.org"]]
"""

import asyncio
import contextlib
import email
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

WAIT = 300  # seconds, for the server's thread to start or end


@dataclass(frozen=True)
class ReceivedMail:
    sender: str
    recipients: list[str]
    content: bytes  # as it came: CRLF, dots unstuffed
    peer: tuple[str, int]  # one for each connection
    mail_options: list[str] = field(default_factory=list)
    rcpt_options: list[str] = field(default_factory=list)

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def head(self) -> list[bytes]:
        """The lines of the header, folded as they came."""
        return self.content.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


class _Protocol(SMTP):
    """aiosmtpd's, which hangs up where it is told to."""

    smtp_server: "SMTPServer"

    async def smtp_DATA(self, arg: str) -> None:
        if self.smtp_server.hang_up == "DATA":
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class SMTPServer:
    """The server, in a thread of its own. Its attributes may be changed while it runs."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        refuse: dict[str, str] | None = None,
        answers: dict[str, list[str]] | None = None,
        hang_up: str = "",
        delay: float = 0,
        smtputf8: bool = True,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        received: Callable[[ReceivedMail], None] | None = None,
    ) -> None:
        self.refuse = refuse or {}  # recipient → answer to RCPT
        self.answers = answers or {}  # "MAIL", "RCPT" or "BODY" → answers to give, in turn, before the usual ones
        self.hang_up = hang_up  # "MAIL", "RCPT", "DATA", "BODY" (when all was read, before the answer)
        self.delay = delay  # seconds before a mail is acknowledged
        self.received = received or (lambda mail: None)  # called in the server's thread
        self.mails: list[ReceivedMail] = []
        self.connections = 0
        self._host, self._port = host, port
        self._tls = tls
        self._login = login
        self._options: dict[str, Any] = {"enable_SMTPUTF8": smtputf8, "hostname": "mx.example", "timeout": 60}
        if starttls:
            self._options |= {"tls_context": starttls, "require_starttls": True}
        if login:
            self._options |= {"authenticator": self._authenticate, "auth_require_tls": False}

    # running

    def __enter__(self) -> "SMTPServer":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        self._socket = socket.create_server((self._host, self._port))
        self._port = self._socket.getsockname()[1]
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(WAIT)

    def stop(self) -> None:
        """Hangs up on everyone and gives the port free; start() takes the same one again."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(WAIT)
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._protocols: list[_Protocol] = []
        server = await self._loop.create_server(self._protocol, sock=self._socket, ssl=self._tls)
        self._ready.set()
        await self._over.wait()
        server.close()
        for protocol in self._protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 1)
        await asyncio.sleep(0)

    def _protocol(self) -> _Protocol:
        self.connections += 1
        protocol = _Protocol(self, loop=self._loop, **self._options)
        protocol.smtp_server = self
        protocol._auth_required = self._login is not None  # given at once, it warns of a login in clear
        self._protocols.append(protocol)
        return protocol

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"smtp://{self._host}:{self._port}"

    def wait_for(self, number: int, seconds: float = WAIT, explain: Callable[[], str] = str) -> list[ReceivedMail]:
        """The mails that came, once there are that many."""
        until = time.monotonic() + seconds
        while len(self.mails) < number:
            assert time.monotonic() < until, f"{len(self.mails)} of {number} mails came. {explain()}"
            time.sleep(0.02)
        return self.mails

    # what aiosmtpd asks

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if answer := self._special("MAIL", server):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if answer := self.refuse.get(address) or self._special("RCPT", server):
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.delay:
            await asyncio.sleep(self.delay)
        mail = ReceivedMail(
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
            bytes(envelope.original_content or b""),
            session.peer,
            list(envelope.mail_options),
            list(envelope.rcpt_options),
        )
        if self.answers.get("BODY"):
            return self.answers["BODY"].pop(0)
        self.mails.append(mail)
        self.received(mail)
        return self._special("BODY", server) or f"250 OK kept as number {len(self.mails)}"

    def _special(self, command: str, server: SMTP) -> str:
        if self.hang_up == command:
            server.transport.abort()
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else ""

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth: Any) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        return AuthResult(success=(auth.login.decode(), auth.password.decode()) == self._login, handled=False)
