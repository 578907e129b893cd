"""What editors do in the Wagtail admin, and what readers see of it in the next request."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.images import get_image_model
from wagtail.test.utils.form_data import nested_form_data

from blog.models import Author, BlogPage, PostAuthor, PostPage, Stream, Tag
from tests.support.factories import make_author, make_post
from tests.support.images import png


def post_form(**fields: Any) -> dict[str, Any]:
    """The post's form as the editor sends it."""
    given = {"title": "New note", "slug": "new-note", "body": "Some *text*.", "tags": "a, b c"}
    empty = dict.fromkeys(["link", "summary", "cover", "published", "go_live_at", "expire_at"], "")
    none = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    return nested_form_data({**given, **empty, "comments": none, "post_authors": none, **fields})


def create(moderator: Client, blog: BlogPage, **fields: Any) -> Any:
    address = reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))
    return moderator.post(address, post_form(**fields))


def test_published_post_shows_at_once(moderator: Client, client: Client, blog: BlogPage) -> None:
    assert client.get("/tags/a/").status_code == 404
    response = create(moderator, blog, **{"action-publish": "yes"})
    assert response.status_code == 302
    page = client.get("/tags/a+b-c/").content.decode()
    assert "New note" in page
    post = PostPage.objects.get(slug="new-note")
    assert (post.html.strip(), post.minutes) == ("<p>Some <em>text</em>.</p>", 1)
    assert timezone.now() - post.published < timedelta(minutes=1)


def test_draft_does_not_show(moderator: Client, client: Client, blog: BlogPage) -> None:
    create(moderator, blog)
    assert PostPage.objects.get(slug="new-note").live is False
    assert client.get("/tags/a/").status_code == client.get("/new-note/").status_code == 404


def test_new_post_is_by_the_author_of_the_account(moderator: Client, blog: BlogPage) -> None:
    author = make_author("ada", user=User.objects.get(username="moderators"))
    page = moderator.get(reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))).content.decode()
    assert f'name="post_authors-0-author" value="{author.pk}"' in page


def byline(*authors: Author, items: Sequence[PostAuthor] = ()) -> dict[str, Any]:
    """The authors as the editor sends them: those of `items` changed to these, in this order, the others new."""
    forms = {
        str(place): {"id": items[place].pk if place < len(items) else "", "author": author.pk, "ORDER": place + 1, "DELETE": ""}
        for place, author in enumerate(authors)
    }
    counts = {"TOTAL_FORMS": len(forms), "INITIAL_FORMS": len(items), "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    return {"post_authors": {**counts, **forms}}


def test_several_authors_are_chosen_exchanged_and_kept_in_drafts(moderator: Client, client: Client, blog: BlogPage) -> None:
    ada, bob, eve = (make_author(handle) for handle in ("ada", "bob", "eve"))
    create(moderator, blog, **{"action-publish": "yes"}, **byline(bob, ada))
    post = PostPage.objects.get()
    assert post.authors == [bob, ada]
    edit = reverse("wagtailadmin_pages:edit", args=[post.pk])
    assert moderator.get(edit).status_code == 200

    draft = post_form(**byline(eve, ada, bob, items=list(post.post_authors.all())))  # bob's row is eve's now
    assert moderator.post(edit, draft).status_code == 302
    assert PostPage.objects.get().authors == [bob, ada]
    assert (client.get("/@eve/").status_code, client.get("/@bob/").status_code) == (404, 200)
    assert PostPage.objects.get().get_latest_revision_as_object().authors == [eve, ada, bob]
    PostPage.objects.get().get_latest_revision().publish()
    assert PostPage.objects.get().authors == [eve, ada, bob]

    rows = list(PostPage.objects.get().post_authors.all())
    exchanged = post_form(**{"action-publish": "yes"}, **byline(ada, bob, eve, items=rows))
    assert moderator.post(edit, exchanged).status_code == 302
    assert PostPage.objects.get().authors == [ada, bob, eve]
    assert {row.pk for row in rows} == set(PostAuthor.objects.values_list("pk", flat=True))
    twice = post_form(**{"action-publish": "yes"}, **byline(ada, ada))
    assert "Please correct the duplicate data" in moderator.post(edit, twice).content.decode()


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
        ({"slug": "Micropub"}, "is an address of the site itself"),
        ({"slug": "2018"}, "is an address of the site itself"),
        ({"tags": 'say "hi"'}, "A tag&#x27;s name cannot have"),
        ({"published": "2999-01-01 10:00"}, "This time is yet to come"),
        ({"body": "x" * 400_000}, "at most 300 kB can be rendered"),
    ],
)
def test_what_cannot_be_published_is_refused_in_words(
    moderator: Client, blog: BlogPage, fields: dict[str, str], sentence: str
) -> None:
    response = create(moderator, blog, **{"action-publish": "yes"}, **fields)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not PostPage.objects.exists()


@pytest.mark.parametrize("mode", ["", "card", "shared", "feed", "email", "email_whole"])
def test_preview_shows_what_saving_would_make(moderator: Client, client: Client, blog: BlogPage, mode: str) -> None:
    address = reverse("wagtailadmin_pages:preview_on_add", args=("blog", "postpage", blog.pk))
    moderator.post(f"{address}?mode={mode}", post_form(title="Only previewed"))
    preview = moderator.get(f"{address}?mode={mode}")
    assert "Only previewed" in preview.content.decode()
    assert not PostPage.objects.exists()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("fields", [{"body": "Short."}, {"body": "Long. " * 200}, {"body": "Short.", "summary": "In brief."}])
def test_card_in_the_preview_is_that_of_listings(
    moderator: Client, client: Client, blog: BlogPage, fields: dict[str, str]
) -> None:
    create(moderator, blog, **{"action-publish": "yes"}, **fields)
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[PostPage.objects.get().pk])
    moderator.post(f"{address}?mode=card", post_form(**fields))
    pages = [moderator.get(f"{address}?mode=card"), client.get("/")]
    cards = [re.findall(r"<article.*?</article>", page.content.decode(), re.DOTALL) for page in pages]
    assert cards[0] == cards[1]
    assert len(cards[0]) == 1


def test_preview_of_the_page_shows_its_picture(moderator: Client, blog: BlogPage, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    cover = get_image_model().objects.create(title="Flower", file=png("flower.png"), description="A flower")
    address = reverse("wagtailadmin_pages:preview_on_add", args=("blog", "postpage", blog.pk))
    moderator.post(f"{address}?mode=", post_form(title="Only previewed", cover=cover.pk))
    assert 'alt="A flower"' in moderator.get(f"{address}?mode=").content.decode()


def test_editors_lists_answer(moderator: Client, blog: BlogPage) -> None:
    make_post(blog, "a b", authors=[make_author()])
    Stream.objects.create(blog=blog, name="S", slug="s")
    for model in (Tag, Stream):
        assert moderator.get(reverse(model.snippet_viewset.get_url_name("list"))).status_code == 200
    tag = Tag.objects.get(slug="a")
    assert moderator.get(reverse(Tag.snippet_viewset.get_url_name("edit"), args=[tag.pk])).status_code == 200


def test_tags_are_merged_from_their_list(moderator: Client, client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="One")
    make_post(blog, "b", title="Two")
    source, target = Tag.objects.get(slug="a"), Tag.objects.get(slug="b")
    address = reverse("wagtail_bulk_action", args=("blog", "tag", "merge")) + f"?id={source.pk}"
    assert "Merge" in moderator.get(address).content.decode()
    assert "What changes" in moderator.post(address, {"target": target.name}).content.decode()
    assert Tag.objects.filter(pk=source.pk).exists()
    confirmed = {"target": target.name, "confirmed": f"[{target.pk}, {source.pk}]"}
    assert moderator.post(address, confirmed).status_code == 302
    assert client.get("/tags/a/")["Location"] == "/tags/b/"
    assert client.get("/tags/b/").content.decode().count("<article") == 2


def test_stream_that_cannot_be_meant_is_refused_in_words(moderator: Client, blog: BlogPage) -> None:
    address = reverse(Stream.snippet_viewset.get_url_name("add"))
    form = {"blog": blog.pk, "name": "S", "slug": "s", "expression": "a -a", "introduction": "", "order": "newest"}
    assert "both wanted and unwanted" in moderator.post(address, form).content.decode()
    moderator.post(address, {**form, "expression": "B a"})
    assert Stream.objects.get().expression == "a+b"


def test_repeated_title_gets_a_number(moderator: Client, blog: BlogPage) -> None:
    for _ in range(3):
        create(moderator, blog, title="Links", slug="links")
    create(moderator, blog, title="New", slug="new")
    assert sorted(PostPage.objects.values_list("slug", flat=True)) == ["links", "links-2", "links-3", "new-2"]
    response = create(moderator, blog, title="Other", slug="links")  # chosen by hand
    assert "already in use" in response.content.decode()


def test_title_of_which_no_slug_follows_gets_one(moderator: Client, blog: BlogPage) -> None:
    add = reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))
    saved = moderator.post(add, post_form(title="🎉", slug=""), headers={"accept": "application/json"}).json()
    assert saved["success"]
    assert "slug" not in saved["field_updates"]  # so that it follows from the title while that is written
    edit = reverse("wagtailadmin_pages:edit", args=[PostPage.objects.get().pk])
    for title, slug in (("🎉 (1)", ""), ("🎉", "")):
        create(moderator, blog, title=title, slug=slug)
    moderator.post(edit, post_form(title="🎉", slug="", **{"action-publish": "yes"}))
    assert sorted(PostPage.objects.values_list("slug", flat=True)) == ["1", "post", "post-2"]
    assert "This field is required" in moderator.post(edit, post_form(title="🎉", slug="")).content.decode()


def test_autosave_tells_the_form_of_the_number(moderator: Client, blog: BlogPage) -> None:
    create(moderator, blog, title="Links", slug="links")
    address = reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))
    saved = moderator.post(address, post_form(title="Links", slug="links"), headers={"accept": "application/json"}).json()
    assert (saved["success"], saved["field_updates"]["slug"]) == (True, "links-2")


def test_publish_is_the_first_button_of_who_may_publish(moderator: Client, editor: Client, blog: BlogPage) -> None:
    address = reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))
    pages = [client.get(address).content.decode() for client in (moderator, editor)]
    buttons = [re.findall(r'name="(action-[a-z]+)"', page)[:1] for page in pages]
    assert buttons[0] == ["action-publish"]
    assert 'name="action-publish"' not in pages[1]
    assert ['name="action-submit"' in page for page in pages] == [False, True]


@pytest.mark.parametrize("blogs", [1, 2])
def test_form_of_a_stream_begins_with_the_only_blog(moderator: Client, blog: BlogPage, blogs: int) -> None:
    if blogs == 2:
        blog.get_parent().add_child(instance=BlogPage(title="Another", slug="another"))
    form = moderator.get(reverse("wagtailsnippets_blog_stream:add")).context_data["form"]
    assert form["blog"].value() == (blog.pk if blogs == 1 else None)
