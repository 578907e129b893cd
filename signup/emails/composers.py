"""Composers of sign-up's emails, as `mail.compose` calls them: from a delivery to its text, or Unwanted."""

from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from blog.paths import selection_url
from blog.rendering.describe import describe
from blog.selections.selection import Selection
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, snapshot
from mail import compose
from mail.compose import Email, Unwanted
from mail.models import Delivery
from signup.digests.posts import posts_of
from signup.emails.links import links
from signup.emails.rendering import render, render_kind
from signup.kinds import Kind
from signup.models import State, Subscriber, Wording
from signup.sites import base_url, default_site, host, language_of, site_of_subscriber


def register() -> None:
    compose.register(Kind.CONFIRM, Kind.CONFIRM.label, answer)
    compose.register(Kind.ALREADY, Kind.ALREADY.label, answer)
    compose.register(Kind.DIGEST, Kind.DIGEST.label, digest)
    compose.register(compose.TEST, gettext_lazy("test"), test)


def answer(delivery: Delivery) -> Email:
    """Compose what follows a sign-up: the request to confirm it or, where it is confirmed, the link to it."""
    subscriber = wanted_by(delivery)
    site = site_of_subscriber(subscriber)
    with translation.override(language_of(subscriber)):
        values = {"selection": _describe_known(subscriber.selection, _index(site))}
        return render_kind(delivery.kind, Wording.for_site(site), values, _context(delivery, subscriber, site))


def digest(delivery: Delivery) -> Email:
    """Compose a digest: of the posts it was written for, those that everyone may still read."""
    subscriber = wanted_by(delivery)
    site = site_of_subscriber(subscriber)
    with translation.override(language_of(subscriber)):
        wording, index = Wording.for_site(site), _index(site)
        found = posts_of(index, subscriber.selection, delivery.context["posts"], base_url(site))
        if not found.posts:
            raise Unwanted(_("Nothing that it was to tell of can be read any more."))
        context = {
            **_context(delivery, subscriber, site),
            "posts": found.posts,
            "more": found.more,
            "listing_url": base_url(site) + selection_url(subscriber.selection),
        }
        if len(found.posts) == 1 and not wording.digest_subject:
            context["title"] = found.posts[0].title
        values = {"selection": _describe_known(subscriber.selection, index)}
        return replace(render_kind(Kind.DIGEST, wording, values, context), headers=list_headers(site, context["leave_url"]))


def test(delivery: Delivery) -> Email:
    """Compose a test, as the default site sends its emails."""
    wording = Wording.for_site(default_site())
    with translation.override(language_of(None)):
        subject = _("A test from %s") % wording.site_name
        context = {"introduction": _("This mail was sent to see whether it arrives.")}
        return render("signup/mail/test", subject, wording, context)


def wanted_by(delivery: Delivery) -> Subscriber:
    """Return the subscriber that a delivery is for; raises Unwanted when the subscription's state excludes its kind."""
    found = Subscriber.objects.select_related("site__root_page").filter(pk=delivery.context["subscriber"]).first()
    if found is None or found.erased or found.state == State.SUPPRESSED:
        raise Unwanted(_("The address must not be written to any more."))
    if delivery.kind == Kind.CONFIRM and found.state == State.CONFIRMED:
        raise Unwanted(_("The subscription is confirmed already."))
    if delivery.kind in (Kind.DIGEST, Kind.ALREADY) and found.state != State.CONFIRMED:
        raise Unwanted(_("The subscription has ended."))
    return found


def list_headers(site: Site, leave_url: str) -> dict[str, str]:
    """Return the headers of what one subscribes to: RFC 2369, RFC 2919, and RFC 8058 for one click."""
    return {
        "List-Id": f"<notes.{host(site).partition(':')[0]}>",
        "List-Unsubscribe": f"<{leave_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "list",
    }


def _context(delivery: Delivery, subscriber: Subscriber, site: Site) -> dict[str, Any]:
    """Return what the templates of every kind may show."""
    return {
        "address": delivery.to,
        "asked": parse_datetime(delivery.context.get("asked_at", "")) or delivery.created,
        "network": delivery.context.get("network", ""),
        "host": host(site),
        **links(subscriber, site),
    }


def _index(site: Site) -> TagIndex:
    """Return the tag index of the posts that everyone may read: nothing else is ever mailed."""
    return snapshot(site.root_page.path, PUBLIC)


def _describe_known(selection: Selection, index: TagIndex) -> str:
    """Describe a selection without the tags that no post has: so no word of a visitor's reaches another's mailbox."""
    unknown = index.unknown(selection)
    known = selection.dropping(*unknown)
    if selection.author and f"@{selection.author}" in unknown:
        known = replace(known, author=None)
    names = {tag: found.name for tag in known.tags if (found := index.tag(tag))}
    return describe(known, lambda slug: names.get(slug, slug), index.author_name(known.author))
