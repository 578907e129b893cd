"""What the templates of a digest show, for each that renders them: the email, its copy on the web, tests and previews."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from wagtail.models import Site

from mail.compose import Email
from signup.digests.posts import DigestPosts
from signup.emails.rendering import render_kind
from signup.emails.titles import title_of
from signup.kinds import Kind
from signup.models import Wording
from signup.sites import base_url


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
        context["title"] = title_of(found)
    return render_kind(Kind.DIGEST, wording, {"selection": get_text_list(names, _("and"))}, context)
