import pytest
from django.test import Client

from blog.models import BlogPage, PostPage, Stream, Tag
from blog.services.tags import TagError, merge
from tests.support.factories import make_author, make_post


def tags_of(post: PostPage) -> list[str]:
    return sorted(PostPage.objects.get(pk=post.pk).tags.values_list("slug", flat=True))


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["C", "C++", "C#", ".NET"], ["c", "c-plus-plus", "c-sharp", "dot-net"]),
        (["naïve", "naive", "日本", "★"], ["naïve", "naive", "日本", "black-star"]),
        (["node.js", "node js"], ["node-js", "node-js-2"]),
    ],
)
def test_slugs_are_distinct(db: None, names: list[str], slugs: list[str]) -> None:
    assert [Tag.objects.create(name=name).slug for name in names] == slugs


@pytest.mark.parametrize("name", ["日本", "C++", "C#", ".NET", "naïve", "मराठी"])
def test_tag_of_any_script_has_a_listing_and_feeds(client: Client, blog: BlogPage, name: str) -> None:
    post = make_post(blog)
    post.tags.add(name)
    post.save()
    address = f"/tags/{Tag.objects.get(name=name).slug}/"
    for ending in ("", "feed.rss", "feed.atom", "feed.json"):
        assert client.get(address + ending).status_code == 200


def test_renamed_tag_leads_on_from_its_old_address(client: Client, blog: BlogPage) -> None:
    make_post(blog, "old other")
    tag = Tag.objects.get(slug="old")
    tag.name, tag.slug = "new name", "new"
    tag.save()
    assert client.get("/tags/old/")["Location"] == "/tags/new/"
    assert client.get("/tags/other+-old/feed.atom")["Location"] == "/tags/other+-new/feed.atom"
    assert "new name" in client.get("/tags/new/").content.decode()


def test_renaming_follows_into_streams_and_cards(client: Client, blog: BlogPage) -> None:
    make_post(blog, "old")
    stream = Stream.objects.create(blog=blog, name="S", slug="s", expression="old")
    tag = Tag.objects.get(slug="old")
    tag.name, tag.slug = "new name", "new"
    tag.save()
    stream.refresh_from_db()
    assert stream.expression == "new"
    assert 'href="/tags/new/">new name</a>' in client.get("/").content.decode()
    assert "1 note" in client.get("/streams/s/").content.decode()


def test_merged_tags_are_one(client: Client, blog: BlogPage) -> None:
    first, second, both = make_post(blog, "a"), make_post(blog, "b"), make_post(blog, "a b")
    merge(Tag.objects.get(slug="a"), Tag.objects.get(slug="b"))
    assert [tags_of(post) for post in (first, second, both)] == [["b"], ["b"], ["b"]]
    assert client.get("/tags/a/")["Location"] == "/tags/b/"


def test_merging_follows_into_drafts(blog: BlogPage) -> None:
    post = make_post(blog, "a c")
    post.title = "Drafted"
    post.save_revision()
    merge(Tag.objects.get(slug="a"), Tag.objects.create(name="b"))
    PostPage.objects.get(pk=post.pk).latest_revision.publish()
    assert tags_of(post) == ["b", "c"]


def test_tag_merged_into_itself_is_refused(blog: BlogPage) -> None:
    make_post(blog, "a")
    with pytest.raises(TagError):
        merge(Tag.objects.get(slug="a"), Tag.objects.get(slug="a"))


def test_renamed_author_shows_in_listings(client: Client, blog: BlogPage) -> None:
    author = make_author("ada")
    make_post(blog, "a", authors=[author])
    author.name = "Ada Lovelace"
    author.save()
    assert "Ada Lovelace</a>" in client.get("/").content.decode()


def test_old_name_leads_on_in_the_cloud_too(client: Client, blog: BlogPage) -> None:
    make_post(blog, "mail feeds")
    tag = Tag.objects.get(slug="mail")
    tag.name, tag.slug = "Post", "post"
    tag.save()
    response = client.get("/tags/?with=mail")
    assert (response.status_code, response["Location"]) == (301, "/tags/?with=post")
