"""Delivery: makes the message of a mail in the outbox, with the headers that let it arrive and be answered by one click."""

from collections.abc import Callable
from dataclasses import replace
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Any

from anymail.exceptions import AnymailInvalidAddress
from anymail.message import AnymailMessage
from anymail.utils import parse_address_list
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.models import Site

from blog.selection import Selection
from blog.snapshots import PUBLIC, snapshot
from blog.tagindex import TagIndex
from blog.wording import describe
from signup import tokens
from signup.bounces import verp_address
from signup.issues import issue
from signup.letters import Letter, one_line, write
from signup.models import State, Subscriber, Wording
from signup.models.outbox import OTHER_KINDS, Kind, Mail
from signup.sites import base_url, host, language_of, site_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Writer = Callable[[Mail], tuple[Site, Letter]]  # raises Unwanted when the letter should not be sent any more
WRITERS: dict[str, Writer] = {}  # of other rooms' letters, by their kinds


class Unwanted(Exception):
    """Nobody wants this mail any more; the message says why."""


def compose(mail: Mail) -> AnymailMessage:
    """Make a mail's message, as things stand now; raises Unwanted when it should not be sent any more."""
    check_wanted(mail)
    check_address(mail.to)
    site, letter = WRITERS.get(mail.kind, _write)(mail)
    message = AnymailMessage(letter.subject, letter.text, sender(site), [mail.to], headers=headers(mail, site))
    message.attach_alternative(letter.html, "text/html")
    if domain := bounce_domain():
        message.envelope_sender = verp_address(mail.pk, domain, settings.SECRET_KEY)
    return message


def register(kind: str, label: "StrOrPromise", writer: Writer) -> None:
    """Let letters of another room go out: their kind, its name in the admin, and who writes them."""
    OTHER_KINDS[kind], WRITERS[kind] = label, writer


def check_wanted(mail: Mail) -> None:
    """Raise Unwanted when the subscriber's state says no to this kind of mail."""
    subscriber = mail.subscriber
    if subscriber is None:
        return
    state = subscriber.state
    if subscriber.erased or state == State.SUPPRESSED:
        raise Unwanted(_("The address must not be written to any more."))
    if mail.kind == Kind.CONFIRM and state == State.CONFIRMED:
        raise Unwanted(_("The subscription is confirmed already."))
    if mail.kind in (Kind.DIGEST, Kind.ALREADY) and state != State.CONFIRMED:
        raise Unwanted(_("The subscription has ended."))


def check_address(address: str) -> None:
    """Raise AnymailInvalidAddress unless this is one bare address: a list would be written to, each of it."""
    parsed = parse_address_list([address])
    if [one.addr_spec for one in parsed] != [address]:
        raise AnymailInvalidAddress(f"{address[:100]!r} is not one address: correct it, or cancel this mail.")


def _write(mail: Mail) -> tuple[Site, Letter]:
    site = site_of(mail.subscriber)
    with translation.override(language_of(mail.subscriber)):
        return site, _letter(mail, site)


def _letter(mail: Mail, site: Site) -> Letter:
    subscriber, wording = mail.subscriber, Wording.for_site(site)
    asked = parse_datetime(mail.context.get("asked_at", "")) or mail.created
    context: dict[str, Any] = {
        "address": mail.to,
        "asked": asked,
        "network": mail.context.get("network", ""),
        "host": host(site),
    }
    values: dict[str, str] = {}
    if subscriber is not None:
        index = snapshot(site.root_page.path, PUBLIC)
        context |= links(subscriber, site)
        values["selection"] = describe_known(subscriber.selection, index)
        if mail.kind == Kind.DIGEST:
            news = _news(mail, subscriber, site, index)
            context |= news | _title(news, wording)
    return write(mail.kind, wording, values, context)


def _news(mail: Mail, subscriber: Subscriber, site: Site, index: TagIndex) -> dict[str, Any]:
    """What a digest shows: of the posts it was written for, those that everyone may still read."""
    found = issue(index, subscriber.selection, mail.context["posts"], base_url(site))
    if not found.posts:
        raise Unwanted(_("Nothing that it was to tell of can be read any more."))
    return {"posts": found.posts, "more": found.more, "listing_url": base_url(site) + subscriber.selection.address}


def _title(news: dict[str, Any], wording: Wording) -> dict[str, str]:
    """What stands above a digest of one post, unless the editor has chosen other words."""
    alone = len(news["posts"]) == 1 and not wording.digest_subject
    return {"title": news["posts"][0].title} if alone else {}


def links(subscriber: Subscriber, site: Site) -> dict[str, str]:
    """The links that a letter may carry, each good for one purpose."""
    return {
        f"{purpose}_url": base_url(site) + reverse(f"signup:{purpose}", args=[tokens.make(purpose, subscriber)])
        for purpose in tokens.PURPOSES
    }


def headers(mail: Mail, site: Site) -> dict[str, str]:
    """The headers beside the usual ones: RFC 3834 for every mail, RFC 2369, 2919 and 8058 for what one subscribes to."""
    named = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(timezone.now()),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",  # what Exchange heeds instead of RFC 3834
    }
    if mail.kind == Kind.DIGEST and mail.subscriber is not None:
        named |= {
            "List-Id": f"<notes.{host(site).partition(':')[0]}>",
            "List-Unsubscribe": f"<{links(mail.subscriber, site)['leave_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "list",
        }
    return named


def sender(site: Site) -> str:
    """DEFAULT_FROM_EMAIL, under the site's name when it has none of its own."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return str(Address(one_line(name or Wording.for_site(site).site_name), addr_spec=address))


def bounce_domain() -> str:
    """Where bounces come back to; empty where a service takes care of them."""
    return str(settings.BOUNCE_DOMAIN)


def describe_known(selection: Selection, index: TagIndex) -> str:
    """A selection in words that are all the site's own: a tag that nobody gave a post is left out."""
    unknown = index.unknown(selection)
    known = selection.dropping(*unknown)
    if selection.author and f"@{selection.author}" in unknown:
        known = replace(known, author=None)
    names = {tag: found.name for tag in known.tags if (found := index.tag(tag))}
    return describe(known, lambda slug: names.get(slug, slug))
