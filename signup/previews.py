"""The form and each letter as an editor's words would make them, before they are saved: Wagtail's preview panel shows them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.language import in_site_language
from blog.selection import Selection
from blog.snapshots import PUBLIC, snapshot
from blog.tagindex import TagIndex
from signup import delivery, letters
from signup.issues import issue
from signup.models import Rhythm, State, Subscriber, Wording
from signup.models.outbox import Kind
from signup.sites import base_url, host
from signup.views.visiting import fields, words_of
from signup.visits import in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FORM, SENT = "form", "sent"
MODES: "list[tuple[str, StrOrPromise]]" = [
    (FORM, _("Form")),
    (SENT, _("Form, once it is sent")),
    (Kind.CONFIRM.value, _("Letter: please confirm")),
    (Kind.ALREADY.value, _("Letter: confirmed already")),
    (Kind.DIGEST.value, _("Letter: new notes")),
]
ADDRESS = "reader@example.org"  # of nobody (RFC 2606)
NETWORK = "192.0.2.0/24"  # of nobody (RFC 5737)
SAMPLE_POSTS = 3
# Letters bear their styles in themselves; nothing in a preview runs, and nobody but the admin frames it.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; "
    "frame-src 'self'; frame-ancestors 'self'"
)


def preview(request: HttpRequest, wording: Wording, mode: str) -> HttpResponse:
    """Show one of MODES with these words, in the frame where Wagtail's editor shows it."""
    with in_site_language():
        if mode in (FORM, SENT):
            form = {"page": None, "notice": "", "in_words": "", **fields(Selection())}
            response = render(request, f"signup/{mode}.html", {"words": words_of(wording), "noindex": True, **form})
        else:
            context = {"letter": sample(wording, mode), "sender": delivery.sender(wording.site), "to": ADDRESS}
            response = render(request, "signup/admin/letter.html", context)
    response["Content-Security-Policy"] = POLICY
    return response


def sample(wording: Wording, kind: str) -> letters.Letter:
    """A letter to nobody, of everything in the blog."""
    site = wording.site
    index = snapshot(site.root_page.path, PUBLIC)
    nobody = Subscriber(pk=0, address=ADDRESS, state=State.CONFIRMED, rhythm=Rhythm.WEEKLY, site=site)
    context: dict[str, Any] = {
        "address": ADDRESS,
        "asked": timezone.now() - timedelta(minutes=1),
        "network": NETWORK,
        "host": host(site),
        **delivery.links(nobody, site),
    }
    if kind == Kind.DIGEST:
        context |= _latest(index, base_url(site))
    return letters.write(kind, wording, {"selection": in_words(nobody.selection, index)}, context)


def _latest(index: TagIndex, base: str) -> dict[str, Any]:
    """The posts a sample digest tells of: the newest there are."""
    ids = index.page(index.select(Selection()), SAMPLE_POSTS).ids
    found = issue(index, Selection(), ids, base)
    return {"posts": found.posts, "more": found.more, "listing_url": f"{base}/"}
