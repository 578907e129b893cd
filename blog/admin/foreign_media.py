"""A warning after a page was saved: its text shows pictures of other sites, which browsers do not load."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Page

from blog.caching.content_security import blocked_hosts


def warn_of_foreign_media(request: HttpRequest, page: Page) -> None:
    """Name the hosts, and the cure."""
    if hosts := blocked_hosts(getattr(page, "html", "")):
        sentence = _(
            "Readers do not see what the text shows from %s: it would tell that site who reads here. Upload it, or have the "
            "administrator name the host in MEDIA_SOURCES."
        )
        messages.warning(request, sentence % ", ".join(hosts))


hooks.register("after_create_page", warn_of_foreign_media)
hooks.register("after_edit_page", warn_of_foreign_media)
