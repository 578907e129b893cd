"""The replies of an SMTP server, as statuses and errors that Anymail's callers know.

A refused recipient is a status; a server that is out of reach is an error of its own, so that a worker can wait for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailRecipientStatus
from django.core.mail import BadHeaderError

SERVER_TROUBLE = frozenset({421, 454, 530, 534, 535, 538})  # closing, TLS, login: not about this message
DISK_FULL = 452  # after MAIL; after RCPT the same code means too many recipients


@dataclass(frozen=True)
class Reply:
    """A server's reply to one command: MAIL, RCPT, DATA (the word) or BODY (the message itself)."""

    command: str
    code: int
    words: str

    @property
    def accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def temporary(self) -> bool:
        return 400 <= self.code < 500

    @property
    def about_server(self) -> bool:
        return self.code in SERVER_TROUBLE or (self.command == "MAIL" and self.code == DISK_FULL)

    @property
    def about_recipient(self) -> bool:
        """Whether only this recipient was refused, as a bounce would report."""
        return self.command == "RCPT" and not self.accepted

    def __str__(self) -> str:
        return f"{self.code} {self.words}"


class RecipientStatus(AnymailRecipientStatus):
    """Anymail's status of one recipient, with the server's reply it was made from."""

    def __init__(self, message_id: str, reply: Reply) -> None:
        status = "queued" if reply.accepted else "failed" if reply.temporary else "rejected"
        super().__init__(message_id, status)
        self.reply = reply


class ServerUnavailable(AnymailAPIError):
    """The server cannot be reached, refuses the login, or is closing: it has not replied about the message.

    `in_doubt`: the connection broke after the message was given and before the reply; it may have been taken.
    `at_message`: that was at DATA or later, so that this message may be what the server breaks down at.
    """

    def __init__(self, sentence: str, *, in_doubt: bool = False, at_message: bool = False, **context: Any) -> None:
        super().__init__(sentence, **context)
        self.in_doubt = in_doubt
        self.at_message = at_message or in_doubt


class RecipientsRefused(AnymailRecipientsRefused):
    """No recipient was accepted. `replies` holds the server's reply for each address."""

    def __init__(self, replies: Mapping[str, Reply], **context: Any) -> None:
        lines = "; ".join(f"{address}: {reply}" for address, reply in replies.items())
        super().__init__(f"The mail server took no recipient of this message ({lines}).", **context)
        self.replies = dict(replies)

    @property
    def temporary(self) -> bool:
        """Worth another attempt: at least one reply was a 4xx."""
        return any(reply.temporary for reply in self.replies.values())


class BadHeader(AnymailError, BadHeaderError):
    """A header that would break the message, or put another header or recipient into it."""
