"""Previews of the form and of each email with an editor's words, before they are saved, for Wagtail's preview panel."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from blog.caching.content_security import MEDIA_SOURCES, policy
from blog.language import in_site_language
from blog.models import PostPage
from blog.selections.selection import Selection
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, snapshot
from mail import compose
from mail.compose import Email
from signup.describing import describe_schedule, describe_subscription
from signup.digests.posts import DigestPosts, posts_of
from signup.emails.digest import render_digest
from signup.emails.links import links
from signup.emails.one_post import email_of
from signup.emails.rendering import render_kind
from signup.kinds import Kind
from signup.models import AnyOf, Rhythm, State, Subscriber, Subscription, Wording
from signup.models.wording import FORM, SENT
from signup.sites import base_url, host
from signup.views.form import fields

ADDRESS = "reader@example.org"  # of nobody (RFC 2606)
NETWORK = "192.0.2.0/24"  # of nobody (RFC 5737)
SAMPLE_POSTS = 3
# Emails hold their own styles; nothing in a preview runs, and nobody but the admin frames it.
POLICY = policy(
    default_src="'none'",
    style_src="'self' 'unsafe-inline'",
    img_src=f"{MEDIA_SOURCES} data:",
    frame_src="'self'",
    frame_ancestors="'self'",
)


def preview(request: HttpRequest, wording: Wording, mode: str) -> HttpResponse:
    """Show one of PREVIEW_MODES with these words, in the frame where Wagtail's editor shows it."""
    with in_site_language():
        if mode in (FORM, SENT):
            form = {"page": None, "stream": None, "notice": "", "in_words": "", **fields(AnyOf())}
            response = render(request, f"signup/{mode}.html", {"words": wording.form_words(), "noindex": True, **form})
        else:
            context = {"email": sample(wording, mode), "sender": compose.sender(wording.site_name), "to": ADDRESS}
            response = render(request, "signup/admin/email.html", context)
    response["Content-Security-Policy"] = POLICY
    return response


def sample(wording: Wording, kind: str) -> Email:
    """Return an email to nobody in particular, about everything in the blog."""
    site = wording.site
    index = snapshot(site.root_page.path, PUBLIC)
    nobody = Subscriber(pk=0, address=ADDRESS, state=State.CONFIRMED, site=site)
    everything = Subscription(pk=0, subscriber=nobody, rhythm=Rhythm.WEEKLY, site=site)
    own = {"address": ADDRESS, **links(nobody, site, everything)}
    selection = describe_subscription(everything, index)
    if kind == Kind.DIGEST:
        return render_digest(wording, _latest(index, base_url(site)), [selection], {**own, "copy_url": f"{base_url(site)}/"})
    context = {**own, "asked": timezone.now() - timedelta(minutes=1), "network": NETWORK, "host": host(site)}
    values = {"selection": selection, "rhythm": describe_schedule(everything), "present": selection}
    return render_kind(kind, wording, values, context)


def email_html(post: PostPage, address: str, *, whole: bool) -> str:
    """Return the email of an unsaved post with rendered text, as the preview of its form shows it."""
    return email_of(post, address or ADDRESS, whole=whole).html


def _latest(index: TagIndex, base: str) -> DigestPosts:
    """Return the newest posts there are."""
    return posts_of(index, [AnyOf()], index.page(index.select(Selection()), SAMPLE_POSTS).ids, base)
