"""What editors do in the Wagtail admin, and what readers see of it in the next request."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data

from blog.models import Author, BlogPage, PostAuthor, PostPage, Stream, Tag
from tests.support.factories import make_author, make_post


def post_form(**fields: Any) -> dict[str, Any]:
    """The post's form as the editor sends it."""
    given = {"title": "New note", "slug": "new-note", "body": "Some *text*.", "tags": "a, b c"}
    empty = dict.fromkeys(["link", "summary", "cover", "published", "go_live_at", "expire_at"], "")
    none = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    return nested_form_data({**given, **empty, "comments": none, "post_authors": none, **fields})


def create(admin_client: Client, blog: BlogPage, **fields: Any) -> Any:
    address = reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))
    return admin_client.post(address, post_form(**fields))


def test_published_post_shows_at_once(admin_client: Client, client: Client, blog: BlogPage) -> None:
    assert client.get("/tags/a/").status_code == 404
    response = create(admin_client, blog, **{"action-publish": "yes"})
    assert response.status_code == 302
    page = client.get("/tags/a+b-c/").content.decode()
    assert "New note" in page
    post = PostPage.objects.get(slug="new-note")
    assert (post.html.strip(), post.minutes) == ("<p>Some <em>text</em>.</p>", 1)
    assert timezone.now() - post.published < timedelta(minutes=1)


def test_draft_does_not_show(admin_client: Client, client: Client, blog: BlogPage) -> None:
    create(admin_client, blog)
    assert PostPage.objects.get(slug="new-note").live is False
    assert client.get("/tags/a/").status_code == client.get("/new-note/").status_code == 404


def test_new_post_is_by_the_author_of_the_account(admin_client: Client, admin_user: Any, blog: BlogPage) -> None:
    author = make_author("ada", user=admin_user)
    page = admin_client.get(reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))).content.decode()
    assert f'name="post_authors-0-author" value="{author.pk}"' in page


def byline(*authors: Author, items: Sequence[PostAuthor] = ()) -> dict[str, Any]:
    """The authors as the editor sends them: those of `items` changed to these, in this order, the others new."""
    forms = {
        str(place): {"id": items[place].pk if place < len(items) else "", "author": author.pk, "ORDER": place + 1, "DELETE": ""}
        for place, author in enumerate(authors)
    }
    counts = {"TOTAL_FORMS": len(forms), "INITIAL_FORMS": len(items), "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    return {"post_authors": {**counts, **forms}}


def test_several_authors_are_chosen_exchanged_and_kept_in_drafts(admin_client: Client, client: Client, blog: BlogPage) -> None:
    ada, bob, eve = (make_author(handle) for handle in ("ada", "bob", "eve"))
    create(admin_client, blog, **{"action-publish": "yes"}, **byline(bob, ada))
    post = PostPage.objects.get()
    assert post.authors == [bob, ada]
    edit = reverse("wagtailadmin_pages:edit", args=[post.pk])
    assert admin_client.get(edit).status_code == 200

    draft = post_form(**byline(eve, ada, bob, items=list(post.post_authors.all())))  # bob's row is eve's now
    assert admin_client.post(edit, draft).status_code == 302
    assert PostPage.objects.get().authors == [bob, ada]
    assert (client.get("/@eve/").status_code, client.get("/@bob/").status_code) == (404, 200)
    assert PostPage.objects.get().get_latest_revision_as_object().authors == [eve, ada, bob]
    PostPage.objects.get().get_latest_revision().publish()
    assert PostPage.objects.get().authors == [eve, ada, bob]

    rows = list(PostPage.objects.get().post_authors.all())
    exchanged = post_form(**{"action-publish": "yes"}, **byline(ada, bob, eve, items=rows))
    assert admin_client.post(edit, exchanged).status_code == 302
    assert PostPage.objects.get().authors == [ada, bob, eve]
    assert {row.pk for row in rows} == set(PostAuthor.objects.values_list("pk", flat=True))
    twice = post_form(**{"action-publish": "yes"}, **byline(ada, ada))
    assert "Please correct the duplicate data" in admin_client.post(edit, twice).content.decode()


def test_copied_post_and_earlier_version_have_their_authors(blog: BlogPage) -> None:
    ada, bob = make_author("ada"), make_author("bob")
    post = make_post(blog, authors=[bob, ada])
    version = post.save_revision()
    assert post.copy(update_attrs={"slug": "copy"}).specific.authors == [bob, ada]
    post.authors = [ada]
    post.save_revision().publish()
    bob.delete()
    version.publish()
    assert PostPage.objects.get(pk=post.pk).authors == [ada]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"slug": "tags"}, "is an address of the site itself"),
        ({"published": "2999-01-01 10:00"}, "This time is yet to come"),
        ({"body": "x" * 400_000}, "at most 300 kB can be rendered"),
    ],
)
def test_what_cannot_be_published_is_refused_in_words(
    admin_client: Client, blog: BlogPage, fields: dict[str, str], sentence: str
) -> None:
    response = create(admin_client, blog, **{"action-publish": "yes"}, **fields)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not PostPage.objects.exists()


@pytest.mark.parametrize("mode", ["", "card"])
def test_preview_shows_what_saving_would_make(admin_client: Client, client: Client, blog: BlogPage, mode: str) -> None:
    address = reverse("wagtailadmin_pages:preview_on_add", args=("blog", "postpage", blog.pk))
    admin_client.post(f"{address}?mode={mode}", post_form(title="Only previewed"))
    preview = admin_client.get(f"{address}?mode={mode}")
    assert "Only previewed" in preview.content.decode()
    assert not PostPage.objects.exists()
    assert client.get(address).status_code == 302


def test_editors_lists_answer(admin_client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b", authors=[make_author()])
    Stream.objects.create(blog=blog, name="S", slug="s")
    for model in (Tag, Stream, Author):
        assert admin_client.get(reverse(model.snippet_viewset.get_url_name("list"))).status_code == 200
    tag = Tag.objects.get(slug="a")
    assert admin_client.get(reverse(Tag.snippet_viewset.get_url_name("edit"), args=[tag.pk])).status_code == 200


def test_tags_are_merged_from_their_list(admin_client: Client, client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="One")
    make_post(blog, "b", title="Two")
    source, target = Tag.objects.get(slug="a"), Tag.objects.get(slug="b")
    address = reverse("wagtail_bulk_action", args=("blog", "tag", "merge")) + f"?id={source.pk}"
    assert "Merge" in admin_client.get(address).content.decode()
    assert admin_client.post(address, {"target": target.pk}).status_code == 302
    assert client.get("/tags/a/")["Location"] == "/tags/b/"
    assert client.get("/tags/b/").content.decode().count("<article") == 2


def test_stream_that_cannot_be_meant_is_refused_in_words(admin_client: Client, blog: BlogPage) -> None:
    address = reverse(Stream.snippet_viewset.get_url_name("add"))
    form = {"blog": blog.pk, "name": "S", "slug": "s", "expression": "a -a", "introduction": "", "order": "newest"}
    assert "both wanted and unwanted" in admin_client.post(address, form).content.decode()
    admin_client.post(address, {**form, "expression": "B a"})
    assert Stream.objects.get().expression == "a+b"
