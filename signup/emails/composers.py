"""Composers of sign-up's emails, as `mail.compose` calls them: from a delivery to its text, or Unwanted."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from blog.models import PostPage
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, snapshot
from mail import compose
from mail.compose import Email, Unwanted
from mail.models import Delivery
from signup.describing import describe_schedule, describe_subscription, listing_of
from signup.digests.matching import select
from signup.digests.missed import take_hidden_out
from signup.digests.posts import posts_of
from signup.emails.announcement import announcement, announcement_test
from signup.emails.copies import Copy, url_of
from signup.emails.digest import render_digest
from signup.emails.headers import list_headers
from signup.emails.links import links
from signup.emails.one_post import email_of
from signup.emails.rendering import render, render_kind
from signup.emails.shared import SharedEmails, filled, marks
from signup.emails.wanted import check_wanted, wanted_by
from signup.kinds import Kind
from signup.models import State, Subscriber, Subscription, Texts, Wording
from signup.sites import base_url, default_site, host, language_of, site_numbered, site_of

shared = SharedEmails()


def register() -> None:
    compose.register(Kind.CONFIRM, Kind.CONFIRM.label, reply_to_form)
    compose.register(Kind.ADD, Kind.ADD.label, reply_to_form)
    compose.register(Kind.ALREADY, Kind.ALREADY.label, reply_to_form)
    compose.register(Kind.DIGEST, Kind.DIGEST.label, digest, bulk=True)
    compose.register(Kind.ANNOUNCEMENT, Kind.ANNOUNCEMENT.label, announcement, bulk=True)
    compose.register(Kind.ANNOUNCEMENT_TEST, Kind.ANNOUNCEMENT_TEST.label, announcement_test)
    compose.register(Kind.TRIAL, Kind.TRIAL.label, trial)
    compose.register(compose.TEST, gettext_lazy("test"), test)


def reply_to_form(delivery: Delivery) -> Email:
    """Compose what follows a sign-up: the request to confirm it, or to add it; where it is confirmed, the link to it."""
    subscriber = wanted_by(delivery)
    asked = asked_by(delivery, subscriber)
    site = site_of(asked.site or subscriber.site)
    kind = Kind.ADD if delivery.kind == Kind.CONFIRM and subscriber.state == State.CONFIRMED else delivery.kind
    with translation.override(language_of(subscriber)):
        index = _index(site)
        present = subscriber.subscriptions.current().exclude(pk=asked.pk).select_related("stream")
        values = {
            "selection": describe_subscription(asked, index, only_known=True),
            "rhythm": describe_schedule(asked),
            "present": "; ".join(describe_subscription(one, index, only_known=True) for one in present),
        }
        return render_kind(kind, Wording.of(site), values, _context(delivery, subscriber, site, asked))


def asked_by(delivery: Delivery, subscriber: Subscriber) -> Subscription:
    """Return the subscription that an email is about; raises Unwanted where there is nothing to confirm any more."""
    found = subscriber.subscriptions.select_related("stream", "site__root_page")
    if "subscription" in delivery.context:
        found = found.filter(pk=delivery.context["subscription"])
    asked = found.first()
    if asked is None:
        raise Unwanted(_("The subscription has ended."))
    if delivery.kind in (Kind.CONFIRM, Kind.ADD) and subscriber.state == State.CONFIRMED and asked.confirmed_at:
        raise Unwanted(_("The subscription is confirmed already."))
    return asked


def digest(delivery: Delivery) -> Email:
    """Compose a digest: of the posts it was written for, those that everyone may still read."""
    subscriptions = brought_by(delivery)
    subscriber = subscriptions[0].subscriber
    number = subscriptions[0].site_id or subscriber.site_id
    site = compose.once(("signup.site", number), lambda: site_numbered(number))
    wording = compose.once(("signup.wording", site.pk), lambda: Wording.of(site))
    index, language = _index(site), language_of(subscriber)
    take_hidden_out(delivery, index)
    posts = tuple(delivery.context["posts"])
    own = {"address": delivery.to, **links(subscriber, site)}
    key = (language, posts, base_url(site), site.site_name, wording.texts(), tuple(map(_content, subscriptions)))
    with translation.override(language):
        email = shared.get(key, index, lambda: _digest(wording, index, subscriptions, posts, marks(own)))
    headers = list_headers(site, list_name(subscriptions), own["leave_url"], delivery)
    return replace(filled(email, own), headers=headers)


def _content(subscription: Subscription) -> tuple[str, ...]:
    """Return what a digest says of a subscription, and shows for it."""
    stream = subscription.stream
    return subscription.texts, subscription.expression, *((stream.name, stream.expression) if stream else ("", ""))


def _digest(
    wording: Wording, index: TagIndex, subscriptions: list[Subscription], posts: Iterable[int], own: dict[str, str]
) -> Email:
    """Render a digest in the active language; `own` are its reader's address and links."""
    site = wording.site
    whole = {post for one in subscriptions if one.texts == Texts.WHOLE for post in select(index, one.selections, posts)}
    found = posts_of(index, [one.selections for one in subscriptions], posts, base_url(site), whole)
    if not found.posts:
        raise Unwanted(_("Nothing that it was to tell of can be read any more."))
    names = [describe_subscription(subscription, index, only_known=True) for subscription in subscriptions]
    copied = Copy(site.pk, found.ids, translation.get_language(), frozenset(whole))
    own = {**own, "listing_url": base_url(site) + listing_of(subscriptions), "copy_url": url_of(copied, site)}
    return render_digest(wording, found, names, own)


def list_name(subscriptions: list[Subscription]) -> str:
    """Return the name of the list that an email of these subscriptions is of: their selection; that of all for several."""
    if len(subscriptions) > 1:
        return ""
    (one,) = subscriptions
    return f"stream-{one.stream.slug}" if one.stream else one.expression


def brought_by(delivery: Delivery) -> list[Subscription]:
    """Return the subscriptions that a digest was written for; raises Unwanted where they have all ended, or are not wanted."""
    found = Subscription.objects.confirmed().filter(subscriber=delivery.context["subscriber"])
    found = found.select_related("stream", "subscriber")
    if "subscriptions" in delivery.context:
        found = found.filter(pk__in=delivery.context["subscriptions"])
    if not found:
        wanted_by(delivery)
        raise Unwanted(_("The subscription has ended."))
    check_wanted(found[0].subscriber, delivery.kind)
    return list(found)


def trial(delivery: Delivery) -> Email:
    """Compose the email that holds one post as it was saved last, published or not, for its editor."""
    found = PostPage.objects.filter(pk=delivery.context["post"]).first()
    if found is None:
        raise Unwanted(_("The post is gone."))
    post = found.get_latest_revision_as_object()
    post.render()
    return email_of(post, delivery.to, whole=delivery.context.get("whole", False))


def test(delivery: Delivery) -> Email:
    """Compose a test, as the default site sends its emails."""
    wording = Wording.of(default_site())
    with translation.override(language_of(None)):
        subject = _("A test from %s") % wording.site_name
        context = {"introduction": _("This mail was sent to see whether it arrives.")}
        return render("signup/mail/test", subject, wording, context)


def _context(delivery: Delivery, subscriber: Subscriber, site: Site, asked: Subscription | None = None) -> dict[str, Any]:
    """Return what the templates of every kind may show."""
    return {
        "address": delivery.to,
        "asked": delivery.asked,
        "network": delivery.context.get("network", ""),
        "host": host(site),
        **links(subscriber, site, asked),
    }


def _index(site: Site) -> TagIndex:
    """Return the tag index of the posts that everyone may read: nothing else is ever mailed."""
    return snapshot(site.root_page.path, PUBLIC)
