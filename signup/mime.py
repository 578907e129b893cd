"""The body of a mail as MIME: text, alternatives, pictures in the text, attachments; seven-bit safe, lines short.

Pure. Texts are written here, ten times as fast as by Python's email package; attachments by that package.
"""

import binascii
import email
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import Message, MIMEPart
from email.policy import SMTP

from anymail.utils import Attachment

from signup.smtp_replies import BadHeader

POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)  # no relay needs to re-encode it, so signatures hold
PLAIN, HTML = "text/plain", "text/html"
LONGEST_LINE = 998  # bytes (RFC 5322, 2.1.1)
TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
LINE_END = re.compile(r"\r\n|\r|\n")
BINARY_SHARE = 1 / 3  # of bytes beyond ASCII, from which base64 is shorter than quoted-printable


@dataclass
class Body:
    """What a mail says: its texts as (content, MIME type), in the sender's order, and what is attached."""

    texts: list[tuple[str | bytes, str]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mixed_subtype: str = "mixed"

    def as_bytes(self) -> bytes:
        """Its headers from MIME-Version on, an empty line, and the body, all with CRLF."""
        return b"MIME-Version: 1.0\r\n" + body_part(self)


def body_part(body: Body) -> bytes:
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


def _multipart(subtype: str, parts: Iterable[bytes]) -> bytes:
    boundary = f"=_{secrets.token_hex(16)}"  # "=_" is in no encoded text
    head = f'Content-Type: {_checked(f"multipart/{subtype}")};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    delimiter = f"--{boundary}".encode()
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"


def _text_part(content: str | bytes, mimetype: str, inline: Sequence[Attachment]) -> bytes:
    if _checked(mimetype).startswith("text/"):
        encoding, lines = _encoded(content if isinstance(content, str) else content.decode())
        kind = f'{mimetype}; charset="utf-8"'
    else:
        encoding, lines = "base64", _base64(content if isinstance(content, bytes) else content.encode())
        kind = mimetype
    part = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + lines.replace(b"\n", b"\r\n")
    return _multipart("related", [part, *map(_attachment_part, inline)]) if inline else part


def _encoded(text: str) -> tuple[str, bytes]:
    """The name of the lightest encoding that every relay leaves alone, and the text in it, with LF at each line's end."""
    raw = ("\n".join(LINE_END.split(text)).removesuffix("\n") + "\n").encode(errors="replace")
    if raw.isascii() and b"\0" not in raw and max(map(len, raw.split(b"\n"))) <= LONGEST_LINE:
        return "7bit", raw
    if sum(byte > 127 for byte in raw) < len(raw) * BINARY_SHARE:
        return "quoted-printable", binascii.b2a_qp(raw, istext=True)
    return "base64", _base64(raw.replace(b"\n", b"\r\n"))


def _base64(raw: bytes) -> bytes:
    encoded = binascii.b2a_base64(raw, newline=False)
    return b"".join(encoded[start : start + 76] + b"\n" for start in range(0, len(encoded), 76))


def _checked(mimetype: str) -> str:
    if not TYPE.fullmatch(mimetype):
        raise BadHeader(f"{mimetype!r} is no MIME type: write it like text/html.")
    return mimetype


def _attachment_part(attachment: Attachment) -> bytes:
    try:
        return _attached(attachment).as_bytes()
    except ValueError as error:
        raise BadHeader(f"The attachment {attachment!r} cannot be described ({error}): check its name and type.") from error


def _attached(attachment: Attachment) -> Message:
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
