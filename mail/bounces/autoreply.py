"""Automatic replies: RFC 3834, and the headers used before it."""

import re
from email.message import Message

from mail.bounces.reading import text_of
from mail.bounces.report import Bounce, Kind

MARKS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From", "X-Mail-Autoreply")
SUBJECT = re.compile(
    r"^(re: )?\W*(out of (the )?office|auto(matic)?[ -]?(reply|response|antwort)|automatische antwort|abwesen|vacation"
    r"|on holiday|away from|urlaub|r(é|e)ponse automatique|absence|fuera de|respuesta autom|risposta auto)",
    re.IGNORECASE,
)
MACHINES = re.compile(r"(mailer-?daemon|postmaster|mail delivery)", re.IGNORECASE)


def read(message: Message, raw: bytes) -> Bounce | None:
    """Return VACATION for an automatic reply of a mailbox; servers mark reports likewise, but name themselves."""
    if MACHINES.search(text_of(message, "From")):
        return None
    marked = (
        text_of(message, "Auto-Submitted").lower().startswith(("auto-replied", "auto-generated"))
        or text_of(message, "Precedence").lower() == "auto_reply"
        or any(message.get(mark) for mark in MARKS)
        or SUBJECT.search(text_of(message, "Subject"))
        or message.get_content_type() == "multipart/report"  # not a delivery's: a receipt (RFC 8098)
    )
    return Bounce(Kind.VACATION) if marked else None
