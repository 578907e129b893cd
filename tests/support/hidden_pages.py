"""A post of each kind that not everybody may open, and what of the site's pages nobody else may learn."""

import re
from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PlainPage, PostPage
from blog.services.bin import move_to_bin
from blog.services.scheduling import publish_scheduled
from tests.support.factories import make_author, make_post

WORD = "zeppelin"  # begins the title, slug and tag of each
RESTRICTIONS = ("login", "password", "groups")
KINDS = ("draft", "scheduled", "expired", "expiring", "binned", *RESTRICTIONS)  # expiring: no periodic task has run since
TITLES = re.compile(rf"{WORD}[- ](\w+)", re.IGNORECASE)
AUTHORS = re.compile(r"hidden[- ](\w+)", re.IGNORECASE)


def make_hidden_posts(blog: BlogPage) -> dict[str, PostPage]:
    """Return a post of each kind, titled “Zeppelin draft”, with a tag and an author of its own that are called alike."""
    posts = {kind: _make(blog, kind) for kind in KINDS}
    past, future = (timezone.now() + timedelta(days=days) for days in (-1, 1))
    for kind in ("draft", "scheduled"):
        posts[kind].unpublish()
    posts["scheduled"].go_live_at = future
    posts["scheduled"].save_revision(approved_go_live_at=future)
    PostPage.objects.filter(pk=posts["expired"].pk).update(expire_at=past)
    publish_scheduled()
    PostPage.objects.filter(pk=posts["expiring"].pk).update(expire_at=past)
    move_to_bin([posts["binned"].pk])
    for kind in RESTRICTIONS:
        restriction = PageViewRestriction.objects.create(page=posts[kind], restriction_type=kind, password="secret")
        if kind == "groups":
            restriction.groups.add(Group.objects.get(name="Moderators"))
    return {kind: PostPage.objects.get(pk=post.pk) for kind, post in posts.items()}


def make_drafts_of_visible_pages(blog: BlogPage) -> PostPage:
    """Return a visible post whose draft has another title; make a draft with a visible page below it, too."""
    section = blog.add_child(instance=PlainPage(title="Zeppelin section", slug="part"))
    section.add_child(instance=PlainPage(title="Visible below", slug="visible-below"))
    section.unpublish()
    post = make_post(blog, "zebra", title="Visible post", authors=[make_author("ada")])
    post.title = "Zeppelin retitled"
    post.save_revision()
    post.refresh_from_db()
    return post


def _make(blog: BlogPage, kind: str) -> PostPage:
    author = make_author(f"hidden-{kind}", name=f"Hidden {kind}")
    return make_post(blog, f"{WORD}-{kind}", title=f"Zeppelin {kind}", slug=f"{WORD}-{kind}", authors=[author], body="Text.")


def titles_in(text: str) -> set[str]:
    """Return the kinds of posts whose titles, slugs or tags a text names."""
    return {word for word in TITLES.findall(text) if word in (*KINDS, "section", "retitled")}


def authors_in(text: str) -> set[str]:
    return {word for word in AUTHORS.findall(text) if word in KINDS}
