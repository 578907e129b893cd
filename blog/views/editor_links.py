"""Links to the admin on pages of the site, for whoever is signed in and may edit: such a page is never cached."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from blog.models import Author, Stream
from blog.request import ADMIN_ACCESS, RequestState
from blog.selections.selection import Selection


class EditorLink(NamedTuple):
    """A link to the admin."""

    address: str
    label: str


def of_post(state: RequestState, post: int) -> list[EditorLink]:
    """Return the links on a post's page."""
    page = Page.objects.filter(pk=post).first() if state.editor else None
    links = of_page(state.editor, page) if state.editor and page else []
    return [*links, EditorLink(reverse("new"), _("New note"))] if links else []


def of_page(user: User, page: Page) -> list[EditorLink]:
    """Return the link on a page that whoever is signed in may edit."""
    if not user.has_perm(ADMIN_ACCESS) or not page.permissions_for_user(user).can_edit():
        return []
    return [EditorLink(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit"))]


def of_listing(
    state: RequestState, selection: Selection, author: Author | None = None, stream: Stream | None = None
) -> list[EditorLink]:
    """Return the links on a listing: its author or stream can be edited, and a new note begins with its wanted tags."""
    if not state.editor:
        return []
    subjects = [(author, _("Edit the author")), (stream, _("Edit the stream"))]
    edits = [
        EditorLink(reverse(f"wagtailsnippets_blog_{one._meta.model_name}:edit", args=[one.pk]), label)
        for one, label in subjects
        if one and state.editor.has_perm(f"blog.change_{one._meta.model_name}")
    ]
    return [*edits, *_new_note(state, state.editor, selection)]


def _new_note(state: RequestState, user: User, selection: Selection) -> list[EditorLink]:
    blog = Page.objects.filter(pk=state.blog.id).first()
    if not blog or not blog.permissions_for_user(user).can_add_subpage():
        return []
    names = [tag.name for slug in selection.wanted if (tag := state.snapshot.tag(slug))]
    if not names:
        return [EditorLink(reverse("new"), _("New note"))]
    return [EditorLink(f"{reverse('new')}?{urlencode({'tags': ','.join(names) + ','})}", _("New note with these tags"))]
