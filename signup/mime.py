"""The body of a mail as MIME: text, alternatives, pictures in the text, attachments; seven-bit safe, lines short.

Pure. The headers of the mail are made by `headers`; here are only those of its parts.
"""

import email
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import Message, MIMEPart
from email.policy import SMTP

from anymail.utils import Attachment

POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)  # no relay needs to re-encode it, so signatures hold
PLAIN = "text/plain"
HTML = "text/html"


@dataclass
class Body:
    """What a mail says: its texts as (content, MIME type), in the sender's order, and what is attached."""

    texts: list[tuple[str | bytes, str]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mixed_subtype: str = "mixed"

    def as_bytes(self) -> bytes:
        """Its headers from MIME-Version on, an empty line, and the body, all with CRLF."""
        return b"MIME-Version: 1.0\r\n" + body_part(self).as_bytes()


def body_part(body: Body) -> Message:
    texts = readable_texts(body.texts)
    inline = [attachment for attachment in body.attachments if attachment.inline and attachment.cid]
    if not any(mimetype == HTML for _, mimetype in texts):
        inline = []
    loose = [attachment for attachment in body.attachments if attachment not in inline]
    parts = [_text_part(content, mimetype, inline if mimetype == HTML else ()) for content, mimetype in texts]
    text = _multipart("alternative", parts) if len(parts) > 1 else parts[0]
    return _multipart(body.mixed_subtype, [text, *map(_attachment_part, loose)]) if loose else text


def readable_texts(texts: Sequence[tuple[str | bytes, str]]) -> list[tuple[str | bytes, str]]:
    """Without empty ones if there are others, and plain text first: the last alternative is the one shown."""
    filled = [text for text in texts if text[0]] or list(texts[:1]) or [("", PLAIN)]
    return sorted(filled, key=lambda text: text[1] != PLAIN)


def _multipart(subtype: str, parts: Iterable[Message]) -> Message:
    container: Message = MIMEPart(policy=POLICY)
    container["Content-Type"] = f"multipart/{subtype}"
    for part in parts:
        container.attach(part)
    return container


def _text_part(content: str | bytes, mimetype: str, inline: Sequence[Attachment]) -> Message:
    part = MIMEPart(policy=POLICY)
    maintype, subtype = mimetype.split("/", 1)
    if maintype == "text":
        part.set_content(content if isinstance(content, str) else content.decode(), subtype=subtype)
    else:
        part.set_content(content if isinstance(content, bytes) else content.encode(), maintype=maintype, subtype=subtype)
    return _multipart("related", [part, *map(_attachment_part, inline)]) if inline else part


def _attachment_part(attachment: Attachment) -> Message:
    if attachment.maintype in ("message", "multipart"):
        return _wrapped_message(attachment)
    part = MIMEPart(policy=POLICY)
    part.set_content(attachment.content_bytes, maintype=attachment.maintype, subtype=attachment.subtype)
    part.replace_header("Content-Type", attachment.content_type)
    _describe(part, attachment)
    return part


def _wrapped_message(attachment: Attachment) -> Message:
    """A mail in a mail, which must not be encoded as a whole (RFC 2046, 5.2.1)."""
    inner: Message = email.message_from_bytes(attachment.content_bytes, policy=POLICY)
    if attachment.maintype == "multipart":
        return inner
    part = MIMEPart(policy=POLICY)
    part.set_content(inner)
    part.replace_header("Content-Type", attachment.content_type)
    _describe(part, attachment)
    return part


def _describe(part: MIMEPart, attachment: Attachment) -> None:
    names = {"filename": attachment.name} if attachment.name else {}
    del part["Content-Disposition"]
    part.add_header("Content-Disposition", "inline" if attachment.inline else "attachment", **names)
    if attachment.content_id:
        part["Content-ID"] = attachment.content_id
