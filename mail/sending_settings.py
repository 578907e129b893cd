"""Reads from the settings how this site sends, for the checks of deliverability."""

import ipaddress
import re
from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from mail.config.email_url import parse_email_url
from mail.deliverability.checking import Sending
from mail.deliverability.dkim import SigningKey
from mail.deliverability.findings import Finding, Level
from mail.smtp.dkim_signing import KeyUnusable, ascii_domain, load_key, parse_key, public_record

LABEL = re.compile(r"[a-z0-9_-]{1,63}")  # with the underscore, which the DNS allows
OWN_BACKEND = "mail.smtp.EmailBackend"


def sending_from_settings(
    domain: str = "",
    bounce_domain: str = "",
    addresses: Sequence[str] = (),
    selector: str = "",
    key_file: str = "",
    key_content: bytes = b"",
) -> Sending:
    """Return the site's way of sending; what is given takes the place of the setting, `key_content` that of a key file.

    Another `domain` than that of DEFAULT_FROM_EMAIL is followed by BOUNCE_DOMAIN and DKIM_DOMAIN where they are the same.
    ValueError for what is no domain or address.
    """
    own = domain_of(parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2])
    domain = domain_of(domain) if domain else own
    bounces, signing = (
        domain if (found := domain_of(name) if name else "") == own else found
        for name in (settings.BOUNCE_DOMAIN, settings.DKIM_DOMAIN or own)
    )
    key_file = key_file or settings.DKIM_KEY_FILE
    key, troubles = _signing_key(selector or settings.DKIM_SELECTOR, signing, key_file, key_content)
    return Sending(
        domain=domain,
        bounce_domain=domain_of(bounce_domain) if bounce_domain else bounces,
        server=parse_email_url(settings.EMAIL_URL) if settings.EMAIL_BACKEND == OWN_BACKEND else None,
        addresses=tuple(map(_address, addresses or settings.MAIL_FROM_IPS)),
        key=key,
        troubles=troubles,
    )


def domain_of(text: str) -> str:
    """Return a domain as DNS has it; an address such as 127.0.0.1 is none.

    >>> domain_of("Bücher.Example.")
    'xn--bcher-kva.example'
    """
    try:
        domain = ascii_domain(text.strip().rstrip(".")).lower()
    except UnicodeError as error:
        raise ValueError(f"{text!r} is no domain ({error}): write it like notes.example.") from error
    labels = domain.split(".")
    if len(domain) > 253 or not all(map(LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise ValueError(f"{text!r} is no domain: write it like notes.example.")
    return domain


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as error:
        raise ValueError(
            f"{text!r} in MAIL_FROM_IPS (or --from-ip) is no address: write it like 192.0.2.1 or 2001:db8::1."
        ) from error


def _signing_key(selector: str, domain: str, key_file: str, content: bytes) -> tuple[SigningKey | None, tuple[Finding, ...]]:
    if not selector:
        return None, ((_no_selector(key_file),) if key_file else ())
    if not key_file:
        return SigningKey(selector, domain), ()
    try:
        key = parse_key(content, key_file) if content else load_key(key_file)
        return SigningKey(selector, domain, public_record(key)), ()
    except KeyUnusable as error:
        cure = _("Make it readable to the user the site runs as, or make a new one with `manage.py make_dkim_key`.")
        return SigningKey(selector, domain), (Finding("DKIM", Level.ERROR, "dkim-private", str(error), cure),)


def _no_selector(key_file: str) -> Finding:
    sentence = _("There is a DKIM key, %(file)s, but no selector that says where its public half is published.")
    return Finding(
        "DKIM", Level.ERROR, "dkim-no-selector", sentence % {"file": key_file}, "DKIM_SELECTOR=the name given to make_dkim_key"
    )
