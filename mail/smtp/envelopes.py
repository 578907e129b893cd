"""Makes the envelope of a draft, a message of Django's with Anymail's extras: who is sent which bytes. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate, make_msgid
from typing import Any

from anymail.exceptions import AnymailInvalidAddress
from anymail.utils import EmailAddress
from requests.structures import CaseInsensitiveDict

from mail.smtp.headers import CONTROL, address_text, header_line
from mail.smtp.mime import Body
from mail.smtp.session import Envelope

Headers = CaseInsensitiveDict[str]


@dataclass
class Draft:
    """Everything that was set on a message."""

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
    mail_options: tuple[str, ...] = ()
    rcpt_options: tuple[str, ...] = ()

    @property
    def author(self) -> EmailAddress:
        if self.header_from is None:
            raise AnymailInvalidAddress("The message has no from_email: set it, or DEFAULT_FROM_EMAIL.")
        return self.header_from


def envelope(draft: Draft, *, local_time: bool) -> Envelope:
    """Return what goes over the wire; `local_time` writes the Date in the local time zone."""
    everyone = [*draft.to, *draft.cc, *draft.bcc]
    sender = draft.sender or draft.author
    headers = _headers(draft, local_time)
    lines = [header_line(name, value) for name, value in headers.items()]
    return Envelope(
        sender=_wire(draft, sender),
        recipients={address.addr_spec: _wire(draft, address) for address in everyone},
        content=b"".join(lines) + draft.body.as_bytes(),
        message_id=headers["Message-ID"],
        utf8=not all(line.isascii() for line in lines) or any(address.uses_eai for address in (sender, *everyone)),
        mail_options=draft.mail_options,
        rcpt_options=draft.rcpt_options,
    )


def _headers(draft: Draft, local_time: bool) -> Headers:
    headers: Headers = CaseInsensitiveDict({"Date": formatdate(localtime=local_time)})
    headers["From"] = address_text([draft.author], draft.idna_encode)
    for name, addresses in (("To", draft.to), ("Cc", draft.cc)):
        if name in draft.shown or addresses:
            headers[name] = draft.shown.get(name) or address_text(addresses, draft.idna_encode)
    headers["Subject"] = ""
    headers.update(draft.headers)
    if "Message-ID" not in headers:
        headers["Message-ID"] = make_msgid(domain=draft.idna_encode(draft.author.domain))
    labels = {"X-Tags": draft.tags, "X-Metadata": draft.metadata}  # mail programs ignore them, a bounce returns them
    headers.update({name: json.dumps(value) for name, value in labels.items() if value})
    return headers


def _wire(draft: Draft, address: EmailAddress) -> str:
    wire: str = address.format_addr_spec(idna_encode=draft.idna_encode)
    if CONTROL.search(wire):
        raise AnymailInvalidAddress(f"The address {wire!r} holds a control character: remove it.")
    return wire
