"""A deleted tag or author leaves no dead link anywhere, from the next request on; a draft follows merged tags."""

import re

import pytest
from django.test import Client

from blog.models import BlogPage, PostPage, Stream, Tag
from blog.services.tags import delete_tag, merge
from tests.support.factories import make_author, make_blog, make_post

pytestmark = pytest.mark.django_db(transaction=True)

LINK = re.compile(r'href="?(/(?!static|admin)[^"#> ]*)')
PAGES = ("/", "/tags/", "/tags/kept/", "/streams/", "/feeds/", "/first/", "/?view=full", "/?contents=1", "/?q=text")


@pytest.fixture
def blog(transactional_db: None) -> BlogPage:
    return make_blog()


def dead_links(client: Client) -> list[tuple[str, str]]:
    found = {
        (page, link.replace("&amp;", "&")) for page in PAGES for link in LINK.findall(client.get(page).getvalue().decode())
    }
    return sorted((page, link) for page, link in found if client.get(link).status_code == 404)


def test_deleted_tag_and_author_leave_no_dead_link(client: Client, blog: BlogPage) -> None:
    author = make_author()
    make_post(blog, "gone kept", authors=[author], slug="first", body="A text.")
    make_post(blog, "gone kept", authors=[author], body="A text.")
    Stream.objects.create(blog=blog, name="Kept", slug="kept", expression="kept")
    assert dead_links(client) == []
    delete_tag(Tag.objects.get(slug="gone"))
    author.delete()
    assert dead_links(client) == []
    assert [page for page in PAGES if "gone" in client.get(page).getvalue().decode()] == []
    assert client.get("/@ada/").status_code == client.get("/tags/gone/").status_code == 404


def test_tag_merged_or_deleted_after_a_post_was_read_does_not_stop_its_saving(blog: BlogPage) -> None:
    author = make_author()
    pk = make_post(blog, "a b c", authors=[author]).pk
    read = PostPage.objects.get(pk=pk)
    version = read.save_revision()
    read.tags.add("d")
    merge(Tag.objects.get(slug="a"), Tag.objects.get(slug="b"))
    delete_tag(Tag.objects.get(slug="c"))
    author.delete()
    read.save()
    assert sorted(PostPage.objects.get(pk=pk).tags.values_list("slug", flat=True)) == ["b", "d"]
    version.publish()
    assert sorted(PostPage.objects.get(pk=pk).tags.values_list("slug", flat=True)) == ["b"]
