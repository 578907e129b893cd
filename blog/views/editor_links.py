"""Links to the admin on pages of the site, for whoever is signed in and may edit: such a page is never cached."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from blog.request import RequestState
from blog.selections.selection import Selection


class EditorLink(NamedTuple):
    """A link to the admin."""

    address: str
    label: str


def of_post(state: RequestState, post: int) -> list[EditorLink]:
    """Return the links on a post's page."""
    page = Page.objects.filter(pk=post).first() if state.editor else None
    if not page or not page.permissions_for_user(state.editor).can_edit():
        return []
    return [EditorLink(reverse("wagtailadmin_pages:edit", args=[post]), _("Edit")), EditorLink(reverse("new"), _("New note"))]


def of_listing(state: RequestState, selection: Selection) -> list[EditorLink]:
    """Return the links on a listing: a new note begins with its wanted tags."""
    blog = Page.objects.filter(pk=state.blog.id).first() if state.editor else None
    if not blog or not blog.permissions_for_user(state.editor).can_add_subpage():
        return []
    names = [tag.name for slug in selection.wanted if (tag := state.snapshot.tag(slug))]
    if not names:
        return [EditorLink(reverse("new"), _("New note"))]
    return [EditorLink(f"{reverse('new')}?{urlencode({'tags': ','.join(names) + ','})}", _("New note with these tags"))]
