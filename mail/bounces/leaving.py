"""Emails by which a reader unsubscribes: what mail programs send to the `mailto:` of List-Unsubscribe (RFC 2369). Pure."""

import re

from mail.bounces.reading import read_message, text_of

SUBJECT = re.compile(r"\s*unsubscribe ([\w.:-]{10,500})\s*", re.ASCII)


def unsubscribing_token(raw: bytes) -> str:
    """Return the token in the subject of an email that unsubscribes; empty for any other email.

    >>> unsubscribing_token(b"Subject: unsubscribe 12.nonce.signature\\n\\n")
    '12.nonce.signature'
    """
    try:
        message = read_message(raw)
        found = SUBJECT.fullmatch(text_of(message, "Subject")) if message is not None else None
    except Exception:  # the standard parser meets bytes here that no one has thought of
        return ""
    return found[1] if found else ""
