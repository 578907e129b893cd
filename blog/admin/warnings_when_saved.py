"""Warnings after an editor saved a page: of what its readers will not see as it was meant, each with the cure."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.models import Page

from blog.admin.page_choosers import choosable_pages
from blog.caching.content_security import blocked_hosts
from blog.images.visibility import public_pages
from blog.markdown import Rendered, cached_render, render
from blog.services.findings import missing, references
from wagtail_actions.users import admin_user

MOST_NAMED = 10  # tags in one sentence


def warn(request: HttpRequest, page: Page) -> None:
    """Show each warning of a page with a text once: not after Wagtail has saved by itself."""
    if getattr(page, "body", False) and request.accepts("text/html"):
        warnings = (unlisted_tags(page), foreign_media(page), missing_references(page), hidden_pages(page, admin_user(request)))
        for sentence in filter(None, warnings):
            messages.warning(request, sentence)


def rendered(page: Page) -> Rendered:
    """Return the page's text as its form has just had it rendered: a draft's is not in the page's own fields."""
    return cached_render(getattr(page, "body", ""), render, getattr(page, "rendered_as", ""))


def unlisted_tags(page: Page) -> str:
    """Name the tags of HTML that a text cannot have, and the cure; "" if there are none."""
    names = ", ".join(f"<{name}>" for name in rendered(page).unlisted[:MOST_NAMED])
    sentence = _(
        "A text cannot have these tags, so readers see them as they are written: %s. Put them in backquotes, or take them out."
    )
    return sentence % names if names else ""


def foreign_media(page: Page) -> str:
    """Name the hosts of pictures that browsers do not load, and the cure; "" if there are none."""
    hosts = blocked_hosts(rendered(page).html)
    sentence = _(
        "Readers do not see what the text shows from %s: it would tell that site who reads here. Upload it, or have the "
        "administrator name the host in MEDIA_SOURCES."
    )
    return sentence % ", ".join(hosts) if hosts else ""


def missing_references(page: Page) -> str:
    """Name the images, pages and documents that a text refers to and that there are none of; "" if all are there."""
    sentence = _("The text refers to what is not there: %s. Choose it anew by the buttons above the text.")
    return sentence % ", ".join(gone) if (gone := missing(rendered(page).html)) else ""


def hidden_pages(page: Page, user: User) -> str:
    """Name the pages that a text links to and that readers cannot open, as far as the editor may see them."""
    linked = references(rendered(page).html)["page"] - {page.pk}
    hidden = choosable_pages(user).filter(pk__in=linked).exclude(pk__in=public_pages().values("pk"))
    titles = ", ".join(_("“%s”") % other.title for other in hidden.order_by("path"))
    sentence = _("The text links to %s, which readers cannot open now: they see the words without a link until it is public.")
    return sentence % titles if titles else ""
