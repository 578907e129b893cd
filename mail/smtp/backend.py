"""Anymail's backend for an SMTP server of one's own: `EMAIL_BACKEND = "mail.smtp.EmailBackend"`.

Django's own hides which recipients were refused; this one reports each, and distinguishes an unreachable server from a refusal.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anymail.backends.base import AnymailBaseBackend
from anymail.message import AnymailStatus
from django.conf import settings
from django.core.mail import EmailMessage

from mail.config.email_url import MailServer, parse_email_url
from mail.smtp.dkim_signing import Signer, signer_from_settings
from mail.smtp.folder import FolderSession
from mail.smtp.payload import SMTPPayload
from mail.smtp.replies import RecipientsRefused, RecipientStatus, Reply, ServerUnavailable
from mail.smtp.session import Envelope, SMTPSession

Replies = dict[str, Reply]


class EmailBackend(AnymailBaseBackend):
    """Sends by the server that EMAIL_URL names. After `open()` one connection serves every message until `close()`."""

    esp_name = "SMTP"
    payload_class = SMTPPayload

    def __init__(self, *, url: str | None = None, username: str | None = None, password: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.server = _with_login(parse_email_url(url or settings.EMAIL_URL), username, password)
        self.signer: Signer | None = signer_from_settings()
        self.session: SMTPSession | FolderSession | None = None

    def open(self) -> bool:
        """Connect unless connected, and return whether it did; raises ServerUnavailable (not if fail_silently)."""
        if self.session is not None:
            return False
        try:
            self.session = FolderSession(self.server.folder) if self.server.folder else SMTPSession(self.server)
        except ServerUnavailable:
            if not self.fail_silently:
                raise
            return False
        return True

    def close(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.close()

    def build_message_payload(self, message: EmailMessage, defaults: Mapping[str, Any]) -> SMTPPayload:
        return self.payload_class(message, defaults, self)

    def post_to_esp(self, payload: SMTPPayload, message: EmailMessage) -> tuple[str, Replies]:
        """Send the message, and return its Message-ID with the server's reply for each recipient."""
        envelope = self._signed(payload.envelope())
        if self.session is None:
            raise ServerUnavailable(f"There is no connection to the mail server {self.server}: call open() again.")
        try:
            return envelope.message_id, self.session.deliver(envelope)
        except ServerUnavailable:
            self.close()
            raise

    def parse_recipient_status(
        self, response: tuple[str, Replies], payload: SMTPPayload, message: EmailMessage
    ) -> dict[str, RecipientStatus]:
        """Return one status for each address."""
        message_id, replies = response
        return {address: RecipientStatus(message_id, reply) for address, reply in replies.items()}

    def raise_for_recipient_status(
        self, anymail_status: AnymailStatus, response: tuple[str, Replies], payload: SMTPPayload, message: EmailMessage
    ) -> None:
        """Raise if no recipient was accepted, also when every refusal was temporary: without an error the message is lost."""
        replies = {address: status.reply for address, status in anymail_status.recipients.items()}
        if replies and not self.ignore_recipient_status and not any(reply.accepted for reply in replies.values()):
            raise RecipientsRefused(replies, email_message=message, payload=payload, response=response, backend=self)

    def _signed(self, envelope: Envelope) -> Envelope:
        if self.signer is None:
            return envelope
        return replace(envelope, content=self.signer.sign(envelope.content) + envelope.content)


def _with_login(server: MailServer, username: str | None, password: str | None) -> MailServer:
    """Return the server with the login that Django's `send_mail(auth_user=…, auth_password=…)` names, if any."""
    if username is None and password is None:
        return server
    return replace(server, username=username or server.username, password=password or server.password)
