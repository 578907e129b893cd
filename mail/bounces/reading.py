"""Reads untrusted bytes as a message that is bounded in size, lines and parts."""

import email
import re
import sys
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

MAX_BYTES = 256 * 1024  # what is read of a message; a report comes before the mail it is about
MAX_LINE = 1000  # bytes, RFC 5322's limit: longer lines are cut, no pattern here is slow below it
MAX_LINES = 10_000
LONGEST_HEADER = 1000  # characters that are looked at
MAX_PARTS = 100  # nested or side by side; a report has three
PART = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
GLOBAL = re.compile(rb"message/global-(delivery-status|headers)", re.IGNORECASE)  # RFC 6533
XTEXT = re.compile(r"\+(2B|3D)|\\x\{([0-9A-F]{2,6})\}", re.IGNORECASE)  # RFC 3461's of + and =, and RFC 6533's
PLAIN_NAMES = {b"delivery-status": b"message/delivery-status", b"headers": b"text/rfc822-headers"}


def read_message(raw: bytes, limit: int = MAX_BYTES) -> Message | None:
    """Return the message, cut where it is too long; None when it has no header, or more parts than any report.

    The parts of reports on internationalised mail are called by their older names: they are read alike.
    """
    lines = raw[:limit].replace(b"\r\n", b"\n").lstrip(b"\n").split(b"\n", MAX_LINES)
    cut = b"\n".join(line[:MAX_LINE] for line in lines[:MAX_LINES])
    if sum(1 for _ in PART.finditer(cut)) > MAX_PARTS:
        return None
    message = email.message_from_bytes(GLOBAL.sub(lambda match: PLAIN_NAMES[match[1].lower()], cut))
    return message if message.keys() else None


def text_of(message: Message, name: str) -> str:
    """Return a header's text on one line; empty when it is missing."""
    return " ".join(str(message.get(name, "")).split())[:LONGEST_HEADER]


def texts_of(raw: bytes) -> Iterator[str]:
    """Yield all that a message says: as it stands, its headers and bodies decoded, and addresses without their xtext."""
    for text in _decoded_texts(raw):
        yield text
        if (plain := XTEXT.sub(_sign, text)) != text:
            yield plain


def _decoded_texts(raw: bytes) -> Iterator[str]:
    yield raw[:MAX_BYTES].decode(errors="replace")
    message = read_message(raw)
    for part in message.walk() if message is not None else ():
        for value in part.values():
            if "=?" in str(value):
                yield _decoded_header(str(value))
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield _decoded(payload, part.get_content_charset("utf-8"))


def _decoded_header(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):  # no charset of that name, or other bytes
        return value


def _decoded(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset, errors="replace")
    except (LookupError, ValueError):
        return payload.decode(errors="replace")


def _sign(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code <= sys.maxunicode else found[0]


def part_of(message: Message, *kinds: str) -> Message | None:
    """Return the first part of one of these content types, at any depth."""
    return next((part for part in message.walk() if part.get_content_type() in kinds), None)


def blocks_of(message: Message, kind: str) -> list[Message]:
    """Return the blocks of fields in the first part of a content type that holds such blocks: `message/…`."""
    part = part_of(message, kind)
    payload = part.get_payload() if part is not None else None  # one without headers is false
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def first_text(message: Message) -> str:
    """Return the words for people: the first text/plain part."""
    part = part_of(message, "text/plain")
    payload = part.get_payload(decode=True) if part is not None else None
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def words_about(message: Message, recipient: str | None) -> str:
    """Return the words for people from where they name the recipient on; all of them when they do not."""
    text = first_text(message)
    return text[max(text.lower().find(recipient.lower()), 0) :] if recipient else text


def original_headers(message: Message) -> Message | None:
    """Return the headers of the mail that came back, as far as they are enclosed."""
    if blocks := blocks_of(message, "message/rfc822") or blocks_of(message, "message/global"):
        return blocks[0]
    part = part_of(message, "text/rfc822-headers")
    payload = part.get_payload() if part is not None else None
    return email.message_from_string(payload) if isinstance(payload, str) and payload.strip() else None
