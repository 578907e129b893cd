"""The body of an email as MIME, by Python's email package: texts, alternatives, inline images, attachments. Pure.

Seven-bit and with short lines, so that no relay has to encode it anew and DKIM signatures hold.
"""

import email
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP

from anymail.utils import Attachment

from mail.smtp.replies import BadHeader

POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
PLAIN, HTML = "text/plain", "text/html"
TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class Body:
    """The texts of an email as (content, MIME type), in the sender's order, and its attachments."""

    texts: list[tuple[str | bytes, str]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    def as_bytes(self) -> bytes:
        """Return the headers from MIME-Version on, an empty line and the body, all with CRLF."""
        return b"MIME-Version: 1.0\r\n" + _build(self).as_bytes()


def _build(body: Body) -> MIMEPart:
    """Return the tree of parts: attachments around alternatives, inline images beside the HTML."""
    inline = [attachment for attachment in body.attachments if attachment.inline and attachment.cid]
    texts = readable_texts(body.texts)
    if not any(mimetype == HTML for _content, mimetype in texts):
        inline = []
    parts = [_text_part(content, mimetype, inline if mimetype == HTML else ()) for content, mimetype in texts]
    text = _multipart("alternative", parts) if len(parts) > 1 else parts[0]
    attached = [_attachment_part(attachment) for attachment in body.attachments if attachment not in inline]
    return _multipart("mixed", [text, *attached]) if attached else text


def readable_texts(texts: Sequence[tuple[str | bytes, str]]) -> list[tuple[str | bytes, str]]:
    """Return the texts without empty ones if there are others, plain text first: mail programs show the last alternative."""
    filled = [text for text in texts if text[0]] or list(texts[:1]) or [("", PLAIN)]
    return sorted(filled, key=lambda text: text[1] != PLAIN)


def _text_part(content: str | bytes, mimetype: str, inline: Sequence[Attachment]) -> MIMEPart:
    maintype, subtype = _checked(mimetype).split("/")
    part = MIMEPart(policy=POLICY)
    if maintype == "text":
        text = _normal(content if isinstance(content, str) else content.decode())
        part.set_content(text, subtype=subtype, cte="quoted-printable" if "\0" in text else None)
    else:
        part.set_content(content if isinstance(content, bytes) else content.encode(), maintype=maintype, subtype=subtype)
        del part["Content-Disposition"]
    return _multipart("related", [part, *map(_attachment_part, inline)]) if inline else part


def _normal(text: str) -> str:
    """Return a text with LF at the end of each line, the last too, and no half of a surrogate pair."""
    return ("\n".join(LINE_END.split(text)).removesuffix("\n") + "\n").encode(errors="replace").decode()


def _multipart(subtype: str, parts: Sequence[MIMEPart]) -> MIMEPart:
    whole = MIMEPart(policy=POLICY)
    boundary = secrets.token_hex(16)  # in no part; for one of its own, Python searches all of them
    whole["Content-Type"] = f'{_checked(f"multipart/{subtype}")}; boundary="{boundary}"'
    for part in parts:
        whole.attach(part)
    return whole


def _checked(mimetype: str) -> str:
    if not TYPE.fullmatch(mimetype):
        raise BadHeader(f"{mimetype!r} is no MIME type: write it like text/html.")
    return mimetype


def _attachment_part(attachment: Attachment) -> MIMEPart:
    try:
        return _attached(attachment)
    except ValueError as error:
        raise BadHeader(f"The attachment {attachment!r} cannot be described ({error}): check its name and type.") from error


def _attached(attachment: Attachment) -> MIMEPart:
    part = MIMEPart(policy=POLICY)
    if attachment.maintype in ("message", "multipart"):  # must not be encoded as a whole (RFC 2046, 5.2.1)
        inner: EmailMessage = email.message_from_bytes(attachment.content_bytes, policy=POLICY)
        if attachment.maintype == "multipart":
            return inner
        part.set_content(inner)
    else:
        part.set_content(attachment.content_bytes, maintype=attachment.maintype, subtype=attachment.subtype)
    part.replace_header("Content-Type", attachment.content_type)
    names = {"filename": attachment.name} if attachment.name else {}
    del part["Content-Disposition"]
    part.add_header("Content-Disposition", "inline" if attachment.inline else "attachment", **names)
    if attachment.content_id:
        part["Content-ID"] = attachment.content_id
    return part
