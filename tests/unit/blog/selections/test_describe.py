"""A listing's heading says all that its title says, whatever chose its posts."""

import pytest
from django.test import Client
from lxml import html

from blog.models import Author, BlogPage, PostPage, Stream
from blog.tagindex import store
from signup.describing import describe_selections
from signup.models import AnyOf
from tests.support.factories import make_author, make_post


@pytest.fixture
def sample_sites(blog: BlogPage) -> BlogPage:
    ada = make_author("ada", name="Ada")
    make_post(blog, "a b", authors=[ada])
    make_post(blog, "a b c", authors=[ada], link="https://elsewhere.example/")
    Stream.objects.create(blog=blog, name="Reading", slug="reading", expression="a -c")
    return blog


@pytest.mark.parametrize(
    ("address", "heading", "title"),
    [
        ("/", "Notes", "Notes"),
        ("/?source=external", "Notes links", "Link notes · Notes"),
        ("/?source=internal&year=2018", "Notes written here from 2018", "Notes written here, from 2018 · Notes"),
        ("/tags/a/", "Notes tagged a", "Notes tagged a · Notes"),
        ("/tags/a/?source=external", "Notes links tagged a", "Link notes tagged a · Notes"),
        ("/tags/a/?source=internal", "Notes written here tagged a", "Notes written here tagged a · Notes"),
        ("/tags/-c/?source=internal", "Notes written here without c", "Notes written here, without c · Notes"),
        (
            "/@ada/tags/a+b+-c/?source=internal&year=2018&month=1",
            "Notes written here by Ada tagged a b without c from January 2018",
            "Notes written here by Ada tagged a and b, without c, from January 2018 · Notes",
        ),
        ("/@ada/?source=external", "Notes links by Ada", "Link notes by Ada · Notes"),
        ("/streams/reading/?source=external", "Reading: Link notes", "Reading: Link notes · Notes"),
    ],
)
def test_heading_says_what_the_title_says(
    client: Client, sample_sites: BlogPage, address: str, heading: str, title: str
) -> None:
    page = html.document_fromstring(client.get(address).content.decode())
    for count in page.cssselect("h1 small"):
        count.drop_tree()
    assert " ".join(page.cssselect("h1")[0].text_content().split()) == heading
    assert page.findtext("head/title") == title


def test_author_is_called_by_name_where_the_reader_came_from(client: Client, sample_sites: BlogPage) -> None:
    Author.objects.update(name="Ada Lovelace")
    slug = PostPage.objects.first().slug
    page = html.document_fromstring(client.get(f"/{slug}/?in=a%2B@ada").content.decode())
    assert page.cssselect(".place a")[0].text == "a, Ada Lovelace"


def test_author_without_visible_posts_is_not_named(sample_sites: BlogPage) -> None:
    PostPage.objects.update(live=False)
    make_post(sample_sites, "a", authors=[make_author("bob", name="Bob Noyce")])
    index = store.snapshot(sample_sites.path)
    assert [describe_selections(AnyOf.parse(f"@{handle}"), index) for handle in ("bob", "ada", "nobody")] == [
        "Notes by Bob Noyce",
        "Notes by @ada",
        "Notes by @nobody",
    ]
