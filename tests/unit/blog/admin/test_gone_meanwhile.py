"""What somebody else deletes between the check of an action's form and the action: a message, no failure, nothing half done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from wagtail import hooks
from wagtail.models import Page

from blog.models import Author, BinnedPost, BlogPage, PostOperation, PostPage, Tag, TagAlias, TagOperation
from blog.services.bin import move_to_bin
from blog.services.tags import merge
from tests.support.factories import make_author, make_post

Act = Callable[[], Any]


def post_while(client: Client, hook: str, meanwhile: Act, address: str, form: dict[str, Any]) -> str:
    """Send a form, and when Wagtail calls a hook do something else; return the page that follows."""

    def act(*_given: Any) -> None:
        meanwhile()

    with hooks.register_temporarily(hook, act):
        page: str = client.post(address, form, follow=True).content.decode()
    return page


def act_while(client: Client, model: type[Model], action: str, pk: int, meanwhile: Act, **form: Any) -> str:
    """Do something with one object, after whose choice something else is done; return the page that follows."""
    address = f"/admin/bulk/{model._meta.label_lower.replace('.', '/')}/{action}/?next=/admin/posts/&id={pk}"
    return post_while(client, "before_bulk_action", meanwhile, address, form)


def test_author_who_was_deleted_is_no_post_s(moderator: Client, blog: BlogPage) -> None:
    ada, eve = make_author("ada"), make_author("eve")
    post = make_post(blog, authors=[ada])
    page = act_while(moderator, PostPage, "set_author", post.pk, eve.delete, author=eve.pk)
    assert "This author has been deleted meanwhile." in page
    assert [author.handle for author in PostPage.objects.get().authors] == ["ada"]
    assert not PostOperation.objects.exists()


@pytest.mark.parametrize("action", ["add_tags", "remove_tags"])
def test_tag_that_was_merged_is_the_other(moderator: Client, blog: BlogPage, action: str) -> None:
    post = make_post(blog, "a" if action == "add_tags" else "a c")
    b, c = Tag.objects.create(name="b"), Tag.objects.get_or_create(name="c", slug="c")[0]
    page = act_while(moderator, PostPage, action, post.pk, lambda: merge(b, c), tags="b")
    assert "1 post has been changed." in page
    assert [tag.name for tag in PostPage.objects.get().tags.all()] == (["a", "c"] if action == "add_tags" else ["a"])


@pytest.mark.parametrize("action", ["add_tags", "remove_tags", "set_author", "publish", "unpublish", "bin"])
def test_post_that_was_deleted_is_not_changed(moderator: Client, blog: BlogPage, action: str) -> None:
    make_post(blog, "a")
    post = make_post(blog, "a", live=action != "publish")
    page = act_while(moderator, PostPage, action, post.pk, post.delete, tags="a", author=make_author("eve").pk)
    assert "0 posts" in page
    assert not PostOperation.objects.exists()


@pytest.mark.parametrize("action", ["restore", "delete"])
def test_post_that_left_the_bin_stays_as_it_is(moderator: Client, blog: BlogPage, action: str) -> None:
    post = make_post(blog, "a")
    move_to_bin([post.pk], None)
    entry = BinnedPost.objects.get()
    page = act_while(moderator, BinnedPost, action, entry.pk, post.delete)
    assert "0 posts" in page


@pytest.mark.parametrize("gone", ["source", "target"])
def test_tag_that_was_deleted_is_not_merged(moderator: Client, blog: BlogPage, gone: str) -> None:
    source, target = (Tag.objects.create(name=name) for name in ("source", "target"))
    one = source if gone == "source" else target
    delete = Tag.objects.filter(pk=one.pk).delete
    page = act_while(moderator, Tag, "merge", source.pk, delete, target="target", confirmed=f"[{target.pk}, {source.pk}]")
    assert f"The tag “{gone}” has been deleted or merged meanwhile." in page
    assert not TagAlias.objects.exists()
    assert not TagOperation.objects.exists()


@pytest.mark.parametrize("model", [Tag, Author])
def test_tag_and_author_that_were_deleted_are_not_deleted(moderator: Client, blog: BlogPage, model: Any) -> None:
    one = Tag.objects.create(name="a") if model is Tag else make_author("a")
    page = act_while(moderator, model, "delete", one.pk, model.objects.filter(pk=one.pk).delete)
    assert "deleted" in page
    assert not TagOperation.objects.exists()


def test_page_that_was_deleted_is_not_moved_to_the_bin(moderator: Client, blog: BlogPage) -> None:
    post = make_post(blog)
    assert "Notes" in act_while(moderator, Page, "delete", post.pk, post.delete)
    assert not BinnedPost.objects.exists()


@pytest.mark.parametrize("hook", ["before_edit_snippet", "before_delete_snippet"])
def test_tag_that_was_deleted_does_not_come_back_by_its_form(moderator: Client, blog: BlogPage, hook: str) -> None:
    """Saving would insert the row again."""
    tag = Tag.objects.create(name="a")
    form = {"name": "b", "slug": "b", "description": "", "order": "newest", "pins-TOTAL_FORMS": "0", "pins-INITIAL_FORMS": "0"}
    address = f"/admin/snippets/blog/tag/{hook.split('_')[1]}/{tag.pk}/"
    page = post_while(moderator, hook, Tag.objects.filter(pk=tag.pk).delete, address, form)
    assert "has been deleted or merged meanwhile." in page
    assert not Tag.objects.exists()
