"""Delivery status notifications: RFC 3464, as MTAs write them."""

from dataclasses import replace
from email.message import Message

from mail.bounces.classifying import classify
from mail.bounces.reading import blocks_of, text_of, words_about
from mail.bounces.report import Bounce, Kind

FAILED = ("failed", "fail", "error", "undeliverable")  # the standard's word, and what is seen besides
ARRIVED = ("delivered", "relayed", "expanded")
LONGEST_REPLY = 500  # characters
LONGEST_CONTEXT = 1000  # characters


def read(message: Message, raw: bytes) -> Bounce | None:
    """Return the report on the recipient that fared worst; SOFT at most when the mail reached others behind the address."""
    groups = blocks_of(message, "message/delivery-status")
    recipients = [group for group in groups if group.get("Final-Recipient") or group.get("Action")]
    failed = [_failure(group, message) for group in recipients if _action(group) in FAILED]
    if failed:
        arrived = any(_action(group) in ARRIVED for group in recipients)
        hard = [] if arrived else [bounce for bounce in failed if bounce.kind is Kind.HARD]
        soft = [bounce for bounce in failed if bounce.kind is Kind.SOFT]
        return (hard or soft or [replace(failed[0], kind=Kind.SOFT)])[0]
    return Bounce(Kind.NOTICE, _recipient(recipients[0]), text_of(recipients[0], "Status") or None) if recipients else None


def _failure(group: Message, message: Message) -> Bounce:
    """Return a recipient's failure. Exim gives no Diagnostic-Code where no server answered: then its text is classified."""
    recipient = _recipient(group)
    diagnostic = text_of(group, "Diagnostic-Code").removeprefix("smtp;").strip()
    context = " ".join(words_about(message, recipient).split())[:LONGEST_CONTEXT]
    words = diagnostic or context[:LONGEST_REPLY]
    kind, status = classify(text_of(group, "Status"), words, context)
    return Bounce(kind, recipient, status, words)


def _action(group: Message) -> str:
    """Return the action in lower case, without the comment some add; a missing one follows from the status."""
    action = text_of(group, "Action").lower().split(" ")[0].rstrip(";")
    return action or {"5": "failed", "4": "delayed"}.get(text_of(group, "Status")[:1], "delivered")


def _recipient(group: Message) -> str | None:
    value = text_of(group, "Original-Recipient") or text_of(group, "Final-Recipient")
    return value.rpartition(";")[2].strip(" <>") or None
