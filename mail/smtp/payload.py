"""Reads a Django message with Anymail's extras into a draft; a feature that SMTP has not raises AnymailUnsupportedFeature.

docs/mail.md lists them; `envelopes` makes the envelope.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from anymail.backends.base import BasePayload
from anymail.utils import Attachment, EmailAddress, force_non_lazy
from django.conf import settings

from mail.smtp.envelopes import Draft, envelope
from mail.smtp.headers import CONTROL, address_text, check_header, own_header
from mail.smtp.mime import HTML, PLAIN, Body
from mail.smtp.replies import BadHeader
from mail.smtp.session import Envelope

SMTP_OPTIONS = ("mail_options", "rcpt_options")  # the keys of esp_extra


class SMTPPayload(BasePayload):
    """Anymail calls a setter for everything the message has."""

    def init_payload(self) -> None:
        self._refuse_line_breaks()
        self.draft = Draft(self.backend.idna_encode, Body())

    def envelope(self) -> Envelope:
        return envelope(self.draft, local_time=settings.EMAIL_USE_LOCALTIME)

    def _refuse_line_breaks(self) -> None:
        """Raise BadHeader for line breaks, before anything is parsed: a parser may make two addresses of one."""
        for name, text in (self.message.extra_headers or {}).items():
            check_header(str(name), str(text))
        for name in ("from_email", "to", "cc", "bcc", "reply_to", "envelope_sender"):
            value = force_non_lazy(getattr(self.message, name, ()) or ())
            for address in [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else ():
                if CONTROL.search(str(address)):
                    raise BadHeader(f"{name} holds a line break or control character ({str(address)!r}): remove it.")

    def prepped_attachments(self, attachments: Iterable[Any]) -> list[Attachment]:
        for attachment in attachments:
            name, _, mimetype = attachment if isinstance(attachment, tuple) else (attachment.get_filename(), None, None)
            for text in (name, mimetype):
                if CONTROL.search(str(text)):
                    raise BadHeader(
                        f"An attachment's name or type has a line break or control character ({text!r}): remove it."
                    )
        prepped: list[Attachment] = super().prepped_attachments(attachments)
        return prepped

    # what Django's messages have

    def set_from_email(self, email: EmailAddress) -> None:
        self.draft.header_from = email

    def set_recipients(self, recipient_type: str, emails: list[EmailAddress]) -> None:
        setattr(self.draft, recipient_type, emails)

    def set_subject(self, subject: str) -> None:
        self.draft.headers["Subject"] = str(subject)

    def set_reply_to(self, emails: list[EmailAddress]) -> None:
        if emails:
            self.draft.headers["Reply-To"] = address_text(emails, self.backend.idna_encode)

    def set_extra_headers(self, headers: Mapping[str, Any]) -> None:
        for name, value in headers.items():
            header, text = own_header(name, value, self.backend.idna_encode)
            target = self.draft.shown if name.lower() == "cc" else self.draft.headers
            target[header] = text

    def set_spoofed_to_header(self, header_to: str) -> None:
        self.draft.shown["To"] = own_header("To", header_to, self.backend.idna_encode)[1]

    def set_text_body(self, body: str) -> None:
        self.draft.body.texts.append((body, PLAIN))

    def set_html_body(self, body: str) -> None:
        self.draft.body.texts.append((body, HTML))

    def add_alternative(self, content: str | bytes, mimetype: str) -> None:
        self.draft.body.texts.append((content, mimetype))

    def add_attachment(self, attachment: Attachment) -> None:
        self.draft.body.attachments.append(attachment)

    # what Anymail adds

    def set_envelope_sender(self, email: EmailAddress) -> None:
        self.draft.sender = email

    def set_metadata(self, metadata: Mapping[str, Any]) -> None:
        self.serialize_json(metadata)  # refuses what JSON cannot say
        self.draft.metadata = metadata

    def set_tags(self, tags: list[str]) -> None:
        self.serialize_json(tags)
        self.draft.tags = tags

    def set_track_clicks(self, track_clicks: bool) -> None:
        if track_clicks:
            self.unsupported_feature("track_clicks: no link is rewritten")

    def set_track_opens(self, track_opens: bool) -> None:
        if track_opens:
            self.unsupported_feature("track_opens: no picture is hidden in mail")

    def set_esp_extra(self, extra: Mapping[str, Iterable[str]]) -> None:
        """Take parameters of SMTP's commands: `{"mail_options": ["RET=HDRS"], "rcpt_options": ["NOTIFY=NEVER"]}` (RFC 3461)."""
        for key, options in extra.items():
            if key not in SMTP_OPTIONS:
                self.unsupported_feature(f"esp_extra {key!r}: it knows {' and '.join(SMTP_OPTIONS)}")
                continue
            for option in options:
                if not option.isascii() or not option.isprintable() or " " in option:
                    raise BadHeader(f"esp_extra {key} has {option!r}, which is not one SMTP parameter: write KEYWORD=value.")
            setattr(self.draft, key, tuple(options))
