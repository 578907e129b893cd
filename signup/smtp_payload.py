"""Turns a Django message with Anymail's extras into envelopes: what is said to the server, to whom, and by whom.

Every feature of Anymail is done here or refused aloud; docs/mail.md has the list.
"""

from collections.abc import Iterator, Mapping
from email.utils import formatdate, make_msgid
from functools import partial
from typing import Any

from anymail.backends.base import BasePayload
from anymail.exceptions import AnymailInvalidAddress
from anymail.utils import Attachment, EmailAddress, force_non_lazy
from django.conf import settings
from requests.structures import CaseInsensitiveDict

from signup.headers import CONTROL, address_text, check_header, header_line, own_header
from signup.merging import UnknownPlaceholder, merge
from signup.mime import HTML, PLAIN, Body
from signup.smtp_replies import BadHeader, MergeFieldMissing
from signup.smtp_session import Envelope

SMTP_OPTIONS = ("mail_options", "rcpt_options")  # the keys of esp_extra


class SMTPPayload(BasePayload):
    """One message of Django's; one envelope, or with merge data and the like one for every `to`."""

    def init_payload(self) -> None:
        self._refuse_line_breaks()
        self.sender: EmailAddress | None = None
        self.header_from: EmailAddress | None = None
        self.recipients: dict[str, list[EmailAddress]] = {"to": [], "cc": [], "bcc": []}
        self.headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
        self.spoofed: CaseInsensitiveDict[str] = CaseInsensitiveDict()
        self.body = Body(mixed_subtype=self.message.mixed_subtype)
        self.metadata: dict[str, Any] = {}
        self.tags: list[str] = []
        self.merge_data: dict[str, dict[str, Any]] | None = None
        self.merge_global_data: dict[str, Any] | None = None
        self.merge_metadata: dict[str, dict[str, Any]] = {}
        self.merge_headers: dict[str, dict[str, str]] = {}
        self.options: dict[str, tuple[str, ...]] = {}

    def _refuse_line_breaks(self) -> None:
        """Before anything is parsed: of an address with a line break in it, a parser may make two."""
        for name, text in (self.message.extra_headers or {}).items():
            check_header(str(name), str(text))
        for name in ("from_email", "to", "cc", "bcc", "reply_to", "envelope_sender"):
            value = force_non_lazy(getattr(self.message, name, ()) or ())
            for address in [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else ():
                if CONTROL.search(str(address)):
                    raise BadHeader(f"{name} holds a line break or control character ({str(address)!r}): remove it.")

    # what Django's messages have

    def set_from_email(self, email: EmailAddress) -> None:
        self.header_from = email

    def set_recipients(self, recipient_type: str, emails: list[EmailAddress]) -> None:
        self.recipients[recipient_type] = emails

    def set_subject(self, subject: str) -> None:
        self.headers["Subject"] = str(subject)

    def set_reply_to(self, emails: list[EmailAddress]) -> None:
        if emails:
            self.headers["Reply-To"] = address_text(emails, self.backend.idna_encode)

    def set_extra_headers(self, headers: Mapping[str, Any]) -> None:
        for name, value in headers.items():
            header, text = own_header(name, value, self.backend.idna_encode)
            if name.lower() == "cc":
                self.spoofed["Cc"] = text
            else:
                self.headers[header] = text

    def set_spoofed_to_header(self, header_to: str) -> None:
        self.spoofed["To"] = own_header("To", header_to, self.backend.idna_encode)[1]

    def set_text_body(self, body: str) -> None:
        self.body.texts.append((body, PLAIN))

    def set_html_body(self, body: str) -> None:
        self.body.texts.append((body, HTML))

    def add_alternative(self, content: str | bytes, mimetype: str) -> None:
        self.body.texts.append((content, mimetype))

    def add_attachment(self, attachment: Attachment) -> None:
        self.body.attachments.append(attachment)

    # what Anymail adds

    def set_envelope_sender(self, email: EmailAddress) -> None:
        self.sender = email

    def set_metadata(self, metadata: dict[str, Any]) -> None:
        self.metadata = metadata

    def set_tags(self, tags: list[str]) -> None:
        self.tags = tags

    def set_track_clicks(self, track_clicks: bool) -> None:
        if track_clicks:
            self.unsupported_feature("track_clicks: no link is rewritten")

    def set_track_opens(self, track_opens: bool) -> None:
        if track_opens:
            self.unsupported_feature("track_opens: no picture is hidden in mail")

    def set_merge_data(self, merge_data: dict[str, dict[str, Any]]) -> None:
        self.merge_data = merge_data

    def set_merge_global_data(self, merge_global_data: dict[str, Any]) -> None:
        self.merge_global_data = merge_global_data

    def set_merge_metadata(self, merge_metadata: dict[str, dict[str, Any]]) -> None:
        self.merge_metadata = merge_metadata

    def set_merge_headers(self, merge_headers: dict[str, dict[str, str]]) -> None:
        self.merge_headers = merge_headers

    def set_esp_extra(self, extra: Mapping[str, Any]) -> None:
        for key, options in extra.items():
            if key not in SMTP_OPTIONS:
                self.unsupported_feature(f"esp_extra {key!r}: it knows {' and '.join(SMTP_OPTIONS)}")
                continue
            for option in options:
                if not option.isascii() or not option.isprintable() or " " in option:
                    raise BadHeader(f"esp_extra {key} has {option!r}, which is not one SMTP parameter: use KEYWORD=value.")
            self.options[key] = tuple(options)

    # envelopes

    def envelopes(self) -> Iterator[Envelope]:
        """What to send: the message once, or for a batch once to every `to` (each with all of cc and bcc)."""
        if not self.is_batch():
            yield self._envelope(self.recipients["to"], {})
            return
        if "Message-ID" in self.headers and len(self.recipients["to"]) > 1:
            self.unsupported_feature("one Message-ID for the several messages of a batch: use merge_headers")
            del self.headers["Message-ID"]
        for recipient in self.recipients["to"]:
            yield self._envelope([recipient], self.merge_headers.get(recipient.addr_spec, {}))

    def _envelope(self, to: list[EmailAddress], own: Mapping[str, str]) -> Envelope:
        everyone = [*to, *self.recipients["cc"], *self.recipients["bcc"]]
        sender = self.sender or self._from()
        headers = self._headers(to, own)
        fill = partial(self._fill, to=to)
        lines = [header_line(name, fill(value) if name.lower() == "subject" else value) for name, value in headers.items()]
        body = Body([(fill(content, mimetype), mimetype) for content, mimetype in self.body.texts], self.body.attachments)
        body.mixed_subtype = self.body.mixed_subtype
        return Envelope(
            sender=self._wire(sender),
            recipients={address.addr_spec: self._wire(address) for address in everyone},
            content=b"".join(lines) + body.as_bytes(),
            message_id=headers["Message-ID"],
            utf8=any(not line.isascii() for line in lines) or any(address.uses_eai for address in (sender, *everyone)),
            **self.options,
        )

    def _from(self) -> EmailAddress:
        if self.header_from is None:
            raise AnymailInvalidAddress("The message has no from_email: set it, or DEFAULT_FROM_EMAIL.")
        return self.header_from

    def _headers(self, to: list[EmailAddress], own: Mapping[str, str]) -> CaseInsensitiveDict[str]:
        idna = self.backend.idna_encode
        headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
        headers["Date"] = formatdate(localtime=settings.EMAIL_USE_LOCALTIME)
        headers["From"] = address_text([self._from()], idna)
        for name, addresses in (("To", to), ("Cc", self.recipients["cc"])):
            if name in self.spoofed or addresses:
                headers[name] = self.spoofed.get(name) or address_text(addresses, idna)
        headers["Subject"] = ""
        headers.update(self.headers)
        headers.update(dict(own_header(name, value, idna) for name, value in own.items()))
        if "Message-ID" not in headers:
            headers["Message-ID"] = make_msgid(domain=idna(self._from().domain))
        self._add_labels(headers, to)
        return headers

    def _add_labels(self, headers: CaseInsensitiveDict[str], to: list[EmailAddress]) -> None:
        """Tags and metadata, in JSON: readers' programs ignore them, a bounce brings them back."""
        metadata = dict(self.metadata)
        if self.is_batch():
            metadata.update(self.merge_metadata.get(to[0].addr_spec, {}))
        if self.tags:
            headers["X-Tags"] = self.serialize_json(self.tags)
        if metadata:
            headers["X-Metadata"] = self.serialize_json(metadata)

    def _fill(self, content: str | bytes, mimetype: str = PLAIN, *, to: list[EmailAddress]) -> Any:
        if (self.merge_data is None and self.merge_global_data is None) or isinstance(content, bytes):
            return content
        own = (self.merge_data or {}).get(to[0].addr_spec, {}) if self.is_batch() else {}
        try:
            return merge(content, {**(self.merge_global_data or {}), **own}, escape=mimetype == HTML)
        except UnknownPlaceholder as error:
            raise MergeFieldMissing(
                f"The message has the placeholder {error.args[0]!r}, which neither merge_data nor merge_global_data "
                "fill for every recipient: add it, or take it out of the text.",
                email_message=self.message,
                backend=self.backend,
            ) from error

    def _wire(self, address: EmailAddress) -> str:
        wire: str = address.format_addr_spec(idna_encode=self.backend.idna_encode)
        if CONTROL.search(wire):
            raise AnymailInvalidAddress(f"The address {wire!r} holds a control character: remove it.")
        return wire
