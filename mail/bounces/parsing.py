"""Read a message that came back: a delivery report (RFC 3464), a complaint (5965), an automatic reply (3834), a free text."""

import re
from dataclasses import replace
from email.message import Message

from mail.bounces import arf, autoreply, dsn, freetext
from mail.bounces.reading import original_headers, read_message, text_of
from mail.bounces.report import Bounce

DELIVERED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "To")  # where an MTA notes the recipient
ADDRESS = re.compile(r"[^\s<>,;:()\"]+@[^\s<>,;:()\"]+")
MAX_ADDRESSES = 20
READERS = (dsn.read, arf.read, autoreply.read, freetext.read)  # the surest first


def parse(raw: bytes) -> Bounce | None:
    """Return what the message reports; None when it reports nothing. Never an exception, whatever the bytes are."""
    try:
        message = read_message(raw)
        return None if message is None else _parse(message, raw)
    except Exception:  # the standard parser and the detectors meet bytes here that no one has thought of
        return None


def _parse(message: Message, raw: bytes) -> Bounce | None:
    for read in READERS:
        if bounce := read(message, raw):
            original = original_headers(message)
            return replace(
                bounce,
                message_id=(text_of(original, "Message-ID") if original is not None else "") or None,
                returned_to=(*_addresses(message, *DELIVERED_TO), *bounce.returned_to, *_addresses(original, "Return-Path")),
            )
    return None


def _addresses(message: Message | None, *names: str) -> tuple[str, ...]:
    values = [text_of(message, name) for name in names] if message is not None else []
    return tuple(dict.fromkeys(ADDRESS.findall(" ".join(values))))[:MAX_ADDRESSES]
