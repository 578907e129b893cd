"""Tags that a text cannot have: readers see them as they are written; whoever publishes them is told."""

from django.test import Client
from django.urls import reverse

from blog.models import BlogPage
from tests.unit.blog.admin.test_editing import create


def test_editor_is_told_which_tags_are_shown_as_text(moderator: Client, blog: BlogPage) -> None:
    create(moderator, blog, body="A Vec<T> and a <textarea>.", **{"action-publish": "yes"})
    page = moderator.get(reverse("wagtailadmin_explore", args=[blog.pk])).content.decode()
    assert "readers see them as they are written: &lt;T&gt;, &lt;textarea&gt;." in page


def test_editor_is_told_nothing_of_other_texts(moderator: Client, blog: BlogPage) -> None:
    create(moderator, blog, body="*A* <b>b</b> `<T>`.", **{"action-publish": "yes"})
    page = moderator.get(reverse("wagtailadmin_explore", args=[blog.pk])).content.decode()
    assert "as they are written" not in page
