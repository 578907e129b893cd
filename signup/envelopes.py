"""From a draft — one message of Django's with Anymail's extras — to envelopes: who gets which bytes.

A batch (merge data, metadata or headers for each recipient) is one envelope for every `to`. Pure.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate, make_msgid
from typing import Any

from anymail.exceptions import AnymailInvalidAddress
from anymail.utils import EmailAddress
from requests.structures import CaseInsensitiveDict

from signup.headers import CONTROL, address_text, header_line, own_header
from signup.merging import UnknownPlaceholder, merge
from signup.mime import HTML, PLAIN, Body
from signup.smtp_replies import MergeFieldMissing
from signup.smtp_session import Envelope

Headers = CaseInsensitiveDict[str]
ForEach = Mapping[str, Mapping[str, Any]]  # recipient → what is theirs alone


@dataclass
class Draft:
    """All that was said of a message, before it is known who gets which copy."""

    idna_encode: Callable[[str], str]
    body: Body
    header_from: EmailAddress | None = None
    sender: EmailAddress | None = None
    to: list[EmailAddress] = field(default_factory=list)
    cc: list[EmailAddress] = field(default_factory=list)
    bcc: list[EmailAddress] = field(default_factory=list)
    headers: Headers = field(default_factory=CaseInsensitiveDict)
    shown: Headers = field(default_factory=CaseInsensitiveDict)  # To and Cc as readers are to see them
    tags: list[str] = field(default_factory=list)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    merge_data: ForEach | None = None
    merge_global_data: Mapping[str, Any] | None = None
    merge_metadata: ForEach = field(default_factory=dict)
    merge_headers: ForEach = field(default_factory=dict)
    mail_options: tuple[str, ...] = ()
    rcpt_options: tuple[str, ...] = ()

    @property
    def author(self) -> EmailAddress:
        if self.header_from is None:
            raise AnymailInvalidAddress("The message has no from_email: set it, or DEFAULT_FROM_EMAIL.")
        return self.header_from


def envelopes(draft: Draft, *, batch: bool, local_time: bool) -> Iterator[Envelope]:
    """What to send: the message once, or in a batch once to every `to` (each time with all of cc and bcc)."""
    if not batch:
        yield _envelope(draft, draft.to, "", local_time)
        return
    for recipient in draft.to:
        yield _envelope(draft, [recipient], recipient.addr_spec, local_time)


def _envelope(draft: Draft, to: list[EmailAddress], key: str, local_time: bool) -> Envelope:
    everyone = [*to, *draft.cc, *draft.bcc]
    sender = draft.sender or draft.author
    headers = _headers(draft, to, key, local_time)
    headers["Subject"] = _filled(draft, headers["Subject"], PLAIN, key)
    lines = [header_line(name, value) for name, value in headers.items()]
    texts = [(_filled(draft, content, mimetype, key), mimetype) for content, mimetype in draft.body.texts]
    return Envelope(
        sender=_wire(draft, sender),
        recipients={address.addr_spec: _wire(draft, address) for address in everyone},
        content=b"".join(lines) + Body(texts, draft.body.attachments, draft.body.mixed_subtype).as_bytes(),
        message_id=headers["Message-ID"],
        utf8=not all(line.isascii() for line in lines) or any(address.uses_eai for address in (sender, *everyone)),
        mail_options=draft.mail_options,
        rcpt_options=draft.rcpt_options,
    )


def _headers(draft: Draft, to: list[EmailAddress], key: str, local_time: bool) -> Headers:
    headers: Headers = CaseInsensitiveDict({"Date": formatdate(localtime=local_time)})
    headers["From"] = address_text([draft.author], draft.idna_encode)
    for name, addresses in (("To", to), ("Cc", draft.cc)):
        if name in draft.shown or addresses:
            headers[name] = draft.shown.get(name) or address_text(addresses, draft.idna_encode)
    headers["Subject"] = ""
    headers.update(draft.headers)
    for name, value in draft.merge_headers.get(key, {}).items():
        header, text = own_header(name, value, draft.idna_encode)
        headers[header] = text
    if "Message-ID" not in headers:
        headers["Message-ID"] = make_msgid(domain=draft.idna_encode(draft.author.domain))
    headers.update(_labels(draft, key))
    return headers


def _labels(draft: Draft, key: str) -> dict[str, str]:
    """Tags and metadata, in JSON: mail programs ignore them, a bounce brings them back."""
    metadata = {**draft.metadata, **draft.merge_metadata.get(key, {})}
    labels = {"X-Tags": draft.tags, "X-Metadata": metadata}
    return {name: json.dumps(value) for name, value in labels.items() if value}


def _filled(draft: Draft, content: Any, mimetype: str, key: str) -> Any:
    if (draft.merge_data is None and draft.merge_global_data is None) or isinstance(content, bytes):
        return content
    values = {**(draft.merge_global_data or {}), **(draft.merge_data or {}).get(key, {})}
    try:
        return merge(content, values, escape=mimetype == HTML)
    except UnknownPlaceholder as error:
        raise MergeFieldMissing(
            f"The message has the placeholder {error.args[0]!r}, which neither merge_data nor merge_global_data "
            "fill for every recipient: add it there, or take it out of the text."
        ) from error


def _wire(draft: Draft, address: EmailAddress) -> str:
    wire: str = address.format_addr_spec(idna_encode=draft.idna_encode)
    if CONTROL.search(wire):
        raise AnymailInvalidAddress(f"The address {wire!r} holds a control character: remove it.")
    return wire
