"""Complaints by feedback loop: RFC 5965. Reports on authentication (RFC 6591) use the same form and complain of nothing."""

from email.message import Message

from mail.bounces.reading import blocks_of, text_of
from mail.bounces.report import Bounce, Kind

COMPLAINTS = {"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized"}


def read(message: Message, raw: bytes) -> Bounce | None:
    report = next(iter(blocks_of(message, "message/feedback-report")), None)
    if report is None:
        return None
    kind = text_of(report, "Feedback-Type").lower()
    return Bounce(
        Kind.COMPLAINT if kind in COMPLAINTS else Kind.NOTICE,
        recipient=text_of(report, "Original-Rcpt-To").strip(" <>") or None,
        reply=f"feedback report: {kind}, from {text_of(report, 'User-Agent') or 'a server without name'}",
        returned_to=tuple(filter(None, [text_of(report, "Original-Mail-From").strip(" <>")])),
    )
