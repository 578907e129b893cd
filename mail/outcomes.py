"""The outcome of one attempt to send: read from Anymail's status or exception, whichever backend was used. Pure."""

import smtplib
from dataclasses import dataclass
from enum import Enum, auto

from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from anymail.message import AnymailMessage
from django.core.mail import BadHeaderError
from django.utils.translation import gettext as _
from requests import RequestException

from mail.smtp.replies import RecipientsRefused, ServerUnavailable

TOO_MANY_REQUESTS = 429  # HTTP
PERMANENT_ERRORS = (BadHeaderError, AnymailInvalidAddress, AnymailSerializationError, AnymailUnsupportedFeature)
UNREACHABLE = (ServerUnavailable, ConnectionError, TimeoutError, smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError)


class Verdict(Enum):
    SENT = auto()
    REFUSED = auto()  # for this recipient, for good
    LATER = auto()  # costs an attempt
    IN_DOUBT = auto()  # costs an attempt; perhaps the server ended just then, perhaps it always does at this mail
    NEVER = auto()  # no attempt would fare better: someone must look at it
    PAUSE = auto()  # nothing was said about this mail: the server is out of reach
    CANCELLED = auto()  # a receiver of Anymail's pre_send signal wished so


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, and the server's words."""

    verdict: Verdict
    words: str = ""


def of_status(message: AnymailMessage, count: int) -> Outcome:
    """Return the outcome of a mail to one recipient that was given to a backend without an exception."""
    if not count:
        return Outcome(Verdict.CANCELLED, _("A receiver of Anymail's pre_send signal cancelled it."))
    statuses = list(message.anymail_status.recipients.values())
    words = "; ".join(str(getattr(status, "reply", "") or status.status) for status in statuses)
    named = {status.status for status in statuses}
    if "failed" in named:
        return Outcome(Verdict.LATER, words)
    if named & {"invalid", "rejected"}:
        return Outcome(Verdict.REFUSED, words)
    return Outcome(Verdict.SENT, words)


def of_error(error: Exception) -> Outcome:
    """Return the outcome of a mail that could not be sent."""
    if isinstance(error, RecipientsRefused):
        return _of_replies(error)
    if isinstance(error, AnymailRecipientsRefused):
        return Outcome(Verdict.REFUSED, str(error))
    if isinstance(error, ServerUnavailable) and error.at_message:
        return Outcome(Verdict.IN_DOUBT, str(error))
    if isinstance(error, UNREACHABLE) or (isinstance(error, AnymailAPIError) and _service_is_down(error)):
        return Outcome(Verdict.PAUSE, str(error) or type(error).__name__)
    if isinstance(error, PERMANENT_ERRORS):
        return Outcome(Verdict.NEVER, str(error))
    return Outcome(Verdict.LATER, f"{type(error).__name__}: {error}")


def _of_replies(error: RecipientsRefused) -> Outcome:
    words = "; ".join(str(reply) for reply in error.replies.values())
    if error.temporary:
        return Outcome(Verdict.LATER, words)
    personal = all(reply.about_recipient for reply in error.replies.values())
    return Outcome(Verdict.REFUSED if personal else Verdict.NEVER, words)


def _service_is_down(error: AnymailAPIError) -> bool:
    """Return whether a service's interface, not the message, is what failed."""
    if error.status_code is not None:
        return bool(error.status_code == TOO_MANY_REQUESTS or error.status_code >= 500)
    return isinstance(error.__cause__, RequestException)
