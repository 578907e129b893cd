"""Headers of what one subscribes to: of which list it is, how to leave it, and for receivers' reports on complaints."""

import re
from hashlib import sha256

from django.conf import settings
from wagtail.models import Site

from mail.bounces import verp_address
from mail.models import Delivery
from signup.sites import host

LABEL = re.compile(r"[a-z0-9+-]{1,63}")  # of a List-Id: RFC 2919, section 3, and RFC 5322's atoms
SENDER_LENGTH = 15  # characters: the most that Gmail reads of a Feedback-ID's last part
UNSUBSCRIBE = "unsubscribe"  # the subject of an email by which one leaves, before the link's token


def list_headers(site: Site, expression: str, leave_url: str, delivery: Delivery) -> dict[str, str]:
    """Return the headers: RFC 2369 and RFC 2919, RFC 8058 for one click, and Feedback-ID, which Gmail reads.

    `expression` is the selection's; each is a list of its own, so that mail programs can file and count it.
    """
    return {
        "List-Id": f"<{list_id(site, expression)}>",
        **unsubscribe_headers(leave_url, delivery),
        "Feedback-ID": f"{label(expression) or 'all'}:{site.pk}:{delivery.kind}:{_sender()}",
        "Precedence": "list",
    }


def unsubscribe_headers(leave_url: str, delivery: Delivery) -> dict[str, str]:
    """Return the headers by which a mail program offers to end such emails: RFC 2369, and RFC 8058 for one click."""
    return {
        "List-Unsubscribe": ", ".join(f"<{url}>" for url in (leave_url, _mailto(leave_url, delivery)) if url),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def list_id(site: Site, expression: str) -> str:
    """Return the identifier of a selection's list, below the one of all notes."""
    return ".".join(filter(None, (label(expression), "notes", host(site).partition(":")[0])))


def label(expression: str) -> str:
    """Return a selection as an atom: itself where that is one, else a digest of it; empty for all notes.

    >>> label("python+-web"), label("@ada|design"), label("")
    ('python+-web', 's9d45748f6590', '')
    """
    if not expression or LABEL.fullmatch(expression):
        return expression
    return "s" + sha256(expression.encode()).hexdigest()[:12]


def _mailto(leave_url: str, delivery: Delivery) -> str:
    """Return the address to which an empty email unsubscribes; empty where nothing is received."""
    if not (settings.BOUNCE_DOMAIN and settings.BOUNCE_MAILDIR):
        return ""
    token = leave_url.rstrip("/").rpartition("/")[2]
    address = verp_address(delivery.pk, settings.BOUNCE_DOMAIN, settings.SECRET_KEY)
    return f"mailto:{address.replace('+', '%2B')}?subject={UNSUBSCRIBE}%20{token}"


def _sender() -> str:
    """Return what names this sender in all its mail: its domain, as far as that goes."""
    return re.sub(r"[^a-z0-9]", "", settings.DKIM_DOMAIN.lower())[:SENDER_LENGTH] or "kimonote"
