"""What the templates of a digest show, for each that renders them: the email, its copy on the web, tests and previews."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Site

from blog.rendering.formats import number
from mail.compose import Email
from signup.digests.posts import DigestPosts
from signup.emails.rendering import render_kind
from signup.kinds import Kind
from signup.models import Wording
from signup.sites import base_url

TITLE_LENGTH = 120  # characters of a post's title


def digest_context(
    found: DigestPosts, site: Site, names: Sequence[str] = (), own: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return posts, names of the subscriptions that brought them, and a reader's `own` address and links, perhaps nobody's."""
    nobody = {**dict.fromkeys(("address", "manage_url", "leave_url", "copy_url"), ""), "listing_url": f"{base_url(site)}/"}
    return {**nobody, **(own or {}), "posts": found.posts, "more": found.more, "names": names}


def render_digest(wording: Wording, found: DigestPosts, names: list[str], own: Mapping[str, str]) -> Email:
    """Return the email of posts in the active language; its subject is an editor's, or says what is inside."""
    context = digest_context(found, wording.site, names, own)
    if found.posts and not wording.digest_subject:
        context["title"] = _title_of(found)
    return render_kind(Kind.DIGEST, wording, {"selection": get_text_list(names, _("and"))}, context)


def _title_of(found: DigestPosts) -> str:
    """Return the first title, and how many posts there are besides: “Betfair market making, and 3 more notes”."""
    title, others = Truncator(found.posts[0].title).chars(TITLE_LENGTH), len(found.posts) + found.more - 1
    if not others:
        return title
    more = ngettext("%(title)s, and one more note", "%(title)s, and %(number)s more notes", others)
    return more % {"title": title, "number": number(others)}
