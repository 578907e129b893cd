"""One SMTP session: connect, encrypt, log in, send messages, return the reply for every recipient.

Uses smtplib's commands one by one: its sendmail() hides which recipient was refused, and why, once one was accepted.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from mail.config.connection import connect, trusted, words_of
from mail.config.email_url import MailServer
from mail.smtp.replies import Reply, ServerUnavailable

NO_SMTPUTF8 = (
    "does not offer SMTPUTF8, which an address with a sign outside ASCII before its @ needs: "
    "turn it on there, or use another address."
)
AT_MESSAGE = ("DATA", "BODY")  # the commands that concern this message and no recipient
LINE_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True)
class Envelope:
    """One message to send: `recipients` maps each address as the caller gave it to the one used in RCPT."""

    sender: str
    recipients: Mapping[str, str]
    content: bytes
    message_id: str
    utf8: bool = False  # needs SMTPUTF8 (RFC 6531)
    mail_options: tuple[str, ...] = ()
    rcpt_options: tuple[str, ...] = ()


class SMTPSession:
    """A connection that opens at once, is used for many messages, and is replaced when the server has dropped it."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.used = False
        self.smtp = self._connect()

    def deliver(self, envelope: Envelope) -> dict[str, Reply]:
        """Return the reply for every recipient; ServerUnavailable when none can be had."""
        if envelope.utf8 and not self.smtp.has_extn("smtputf8"):
            return dict.fromkeys(envelope.recipients, Reply("EHLO", 553, f"5.6.7 {self.server} {NO_SMTPUTF8}"))
        try:
            return self._transact(envelope)
        except ServerUnavailable as error:
            if not self.used or error.in_doubt:
                raise
        self._drop()  # idle too long, or enough messages for one connection: the server signals both by 421 or by closing
        self.smtp, self.used = self._connect(), False
        return self._transact(envelope)

    def close(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self.smtp.quit()
        self._drop()

    def _drop(self) -> None:
        self.smtp.close()

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._greeted()
            if server.starttls:
                smtp.starttls(context=trusted(server))
                smtp.ehlo()
            if server.username:
                smtp.login(server.username, server.password)
            return smtp
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            if smtp is not None:
                smtp.close()
            raise ServerUnavailable(f"The mail server {server} cannot be used: {words_of(error)}. {_cure(error)}") from error

    def _greeted(self) -> smtplib.SMTP:
        smtp = connect(self.server, self.server.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _transact(self, envelope: Envelope) -> dict[str, Reply]:
        reply = self._command("MAIL", f"FROM:<{envelope.sender}>", self._mail_options(envelope), utf8=envelope.utf8)
        if not reply.accepted:
            self._reset()
            return dict.fromkeys(envelope.recipients, reply)
        replies = {
            given: self._command("RCPT", f"TO:<{wire}>", envelope.rcpt_options, utf8=envelope.utf8)
            for given, wire in envelope.recipients.items()
        }
        if not any(reply.accepted for reply in replies.values()):
            self._reset()
            return replies
        verdict = self._hand_over(envelope.content)
        self.used = True
        return {given: verdict if reply.accepted else reply for given, reply in replies.items()}

    def _mail_options(self, envelope: Envelope) -> tuple[str, ...]:
        options = [f"SIZE={len(envelope.content)}"] if self.smtp.has_extn("size") else []
        if envelope.utf8:
            options += ["BODY=8BITMIME", "SMTPUTF8"]
        return (*options, *envelope.mail_options)

    def _hand_over(self, content: bytes) -> Reply:
        reply = self._command("DATA")
        if reply.code != 354:
            self._reset()
            return reply
        with self._broken("while the message was being given", in_doubt=True):
            self.smtp.send(LINE_DOT.sub(b"..", content) + b".\r\n")
            return self._checked(Reply("BODY", *_text(self.smtp.getreply())))

    def _command(self, verb: str, argument: str = "", options: tuple[str, ...] = (), *, utf8: bool = False) -> Reply:
        with self._broken(f"at {verb}", at_message=verb in AT_MESSAGE):
            self.smtp.command_encoding = "utf-8" if utf8 else "ascii"
            return self._checked(Reply(verb, *_text(self.smtp.docmd(verb, " ".join((argument, *options))))))

    def _checked(self, reply: Reply) -> Reply:
        if reply.code < 200 or reply.about_server:
            self._drop()
            sentence = f"The mail server {self.server} answered {reply.command} with {reply}: it takes no mail now."
            raise ServerUnavailable(sentence, at_message=reply.command in AT_MESSAGE)
        return reply

    def _reset(self) -> None:
        with self._broken("at RSET"):
            self.smtp.docmd("RSET")
        self.used = True

    @contextmanager
    def _broken(self, where: str, **how: bool) -> Iterator[None]:
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            sentence = f"The connection to the mail server {self.server} broke {where}: {words_of(error)}."
            raise ServerUnavailable(sentence, **how) from error


def _text(reply: tuple[int, bytes]) -> tuple[int, str]:
    code, words = reply
    return code, " ".join(words.decode("utf-8", "replace").split())


def _cure(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "Check the name and password in EMAIL_URL."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "It offers less than EMAIL_URL asks for: check the scheme and port, or what the server advertises."
    if isinstance(error, ssl.SSLCertVerificationError):
        return "Use the name that its certificate bears, or add ca= with the file of its issuer to EMAIL_URL."
    if isinstance(error, ssl.SSLError):
        return "Check that port and scheme in EMAIL_URL belong together: smtps:// for TLS from the start."
    return "Check that it runs, and the host and port in EMAIL_URL."
