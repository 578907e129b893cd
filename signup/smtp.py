"""Anymail's backend for an SMTP server of one's own: `EMAIL_BACKEND = "signup.smtp.EmailBackend"`.

Django's own hides which recipients were refused; this one reports each, and tells a server out of reach from a refusal.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anymail.backends.base import AnymailBaseBackend
from anymail.message import AnymailStatus
from django.conf import settings
from django.core.mail import EmailMessage

from signup.dkim_signing import Signer, signer_from_settings
from signup.email_url import MailServer, parse_email_url
from signup.mail_folder import FolderSession
from signup.smtp_payload import SMTPPayload
from signup.smtp_replies import RecipientsRefused, RecipientStatus, Reply, ServerUnavailable
from signup.smtp_session import SMTPSession

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
        """Connects unless connected; True if it did. Raises ServerUnavailable (not if fail_silently)."""
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

    def post_to_esp(self, payload: SMTPPayload, message: EmailMessage) -> list[tuple[str, Replies]]:
        """(Message-ID, answers) of every envelope. All are composed before the first is given away."""
        envelopes = [self._signed(envelope) for envelope in payload.envelopes()]
        if self.session is None:
            raise ServerUnavailable(f"There is no connection to the mail server {self.server}: call open() again.")
        try:
            return [(envelope.message_id, self.session.deliver(envelope)) for envelope in envelopes]
        except ServerUnavailable:
            self.close()
            raise

    def parse_recipient_status(
        self, response: list[tuple[str, Replies]], payload: SMTPPayload, message: EmailMessage
    ) -> dict[str, RecipientStatus]:
        """One status for every address; for one that had several messages, the worst."""
        statuses: dict[str, RecipientStatus] = {}
        for message_id, replies in response:
            for address, reply in replies.items():
                if address not in statuses or not reply.accepted:
                    statuses[address] = RecipientStatus(message_id, reply)
        return statuses

    def raise_for_recipient_status(
        self, anymail_status: AnymailStatus, response: list[tuple[str, Replies]], payload: SMTPPayload, message: EmailMessage
    ) -> None:
        """Raises if nobody got the message, also when every refusal was temporary: silence would lose it."""
        replies = {address: status.reply for address, status in anymail_status.recipients.items()}
        if replies and not self.ignore_recipient_status and not any(reply.accepted for reply in replies.values()):
            raise RecipientsRefused(replies, email_message=message, payload=payload, response=response, backend=self)

    def _signed(self, envelope: Any) -> Any:
        if self.signer is None:
            return envelope
        return replace(envelope, content=self.signer.sign(envelope.content) + envelope.content)


def _with_login(server: MailServer, username: str | None, password: str | None) -> MailServer:
    """Django's send_mail(auth_user=…, auth_password=…) arrives here."""
    if username is None and password is None:
        return server
    return replace(server, username=username or server.username, password=password or server.password)
