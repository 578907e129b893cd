"""Listings as readers walk them: what is in them, how they are narrowed, turned, paged and read whole."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from lxml import html as lxml_html

from blog.models import Author, BlogPage, PostPage, Stream, Tag
from blog.rendering import contents, listing_page
from tests.support.factories import make_author, make_blog, make_post, make_posts


class Page:
    """A page as a reader sees it."""

    def __init__(self, client: Client, address: str, host: str = "testserver") -> None:
        response = client.get(address, headers={"Host": host})
        assert response.status_code == 200, (address, response.status_code)
        self.text = response.getvalue().decode()
        self.tree = lxml_html.fromstring(self.text)

    def all(self, selector: str) -> list[str]:
        return [" ".join(found.text_content().split()) for found in self.tree.cssselect(selector)]

    def address(self, selector: str) -> str | None:
        found = self.tree.cssselect(selector)
        return found[0].get("href") if found else None

    def addresses(self, selector: str) -> list[str | None]:
        return [found.get("href") for found in self.tree.cssselect(selector)]

    @property
    def titles(self) -> list[str]:
        return self.all("article h2 a")


TITLES = ["Four", "Three", "Two", "One"]  # newest first


@pytest.fixture
def notes(blog: BlogPage) -> BlogPage:
    make_posts(
        blog,
        ["a b", "a c", "a b c", "d"],
        [
            {"title": "One"},
            {"title": "Two", "link": "https://example.org/"},
            {"title": "Three", "published": datetime(2019, 5, 1, tzinfo=UTC)},
            {"title": "Four", "authors": [make_author("ada")], "published": datetime(2019, 6, 1, tzinfo=UTC)},
        ],
    )
    return blog


@pytest.mark.parametrize(
    ("address", "titles"),
    [
        ("/", ["Four", "Three", "Two", "One"]),
        ("/?order=oldest", ["One", "Two", "Three", "Four"]),
        ("/tags/a+b/", ["Three", "One"]),
        ("/tags/a+-b/", ["Two"]),
        ("/tags/-a/", ["Four"]),
        ("/tags/a/?source=external", ["Two"]),
        ("/tags/a/?source=internal", ["Three", "One"]),
        ("/?year=2019", ["Four", "Three"]),
        ("/?year=2019&month=5", ["Three"]),
        ("/@ada/", ["Four"]),
        ("/@ada/tags/d/", ["Four"]),
        ("/?q=two", ["Two"]),
        ("/tags/b/?q=three", ["Three"]),
        ("/tags/b/?q=two", []),
        ("/tags/b+d/", []),
        ("/?view=full", ["Four", "Three", "Two", "One"]),
        ("/tags/a/?view=full&order=oldest", ["One", "Two", "Three"]),
        ("/?utm_source=elsewhere", ["Four", "Three", "Two", "One"]),
    ],
)
def test_listing_holds(client: Client, notes: BlogPage, address: str, titles: list[str]) -> None:
    page = Page(client, address)
    assert page.titles == titles
    assert page.all(".found")[0].startswith(f"{len(titles)} note")


def test_facets_are_exact_and_no_dead_ends(client: Client, notes: BlogPage) -> None:
    page = Page(client, "/tags/a/")
    facets = page.tree.cssselect(".facets li")
    assert [" ".join(facet.text_content().split()) for facet in facets] == ["b 2−", "c 2−"]
    for link in page.tree.cssselect(".facets a"):
        assert Page(client, link.get("href")).titles != []
    assert page.tree.cssselect(".facets a")[1].get("aria-label") == "without b"


def test_facet_that_would_change_nothing_is_not_offered(client: Client, notes: BlogPage) -> None:
    assert Page(client, "/tags/b+c/").all(".facets li") == []


def test_selection_can_be_dropped_tag_by_tag(client: Client, notes: BlogPage) -> None:
    page = Page(client, "/tags/a+b+-c/?order=oldest")
    dropped = {link.cssselect("span")[0].text: link.get("href") for link in page.tree.cssselect("h1 a")}
    assert dropped == {
        "a": "/tags/b+-c/?order=oldest",
        "b": "/tags/a+-c/?order=oldest",
        "c": "/tags/a+b/?order=oldest",
    }


@pytest.mark.parametrize(
    ("address", "chips"),
    [
        ("/", {}),
        ("/tags/a+b/", {"a": ("/tags/b/", 2), "b": ("/tags/a/", 3)}),
        ("/tags/a+-b/", {"a": ("/tags/-b/", 2), "b": ("/tags/a/", 3)}),
        ("/@ada/tags/d/", {"Ada": ("/tags/d/", 1), "d": ("/@ada/", 1)}),
        ("/tags/a/?source=external", {"links": ("/tags/a/", 3), "a": ("/?source=external", 1)}),
        ("/?year=2019&month=5", {"May": ("/?year=2019", 2), "2019": ("/", 4)}),
        ("/tags/b/?q=two", {"b": ("/?q=two", 1), "“two”": ("/tags/b/", 2)}),
        ("/streams/mine/", {"Mine": ("/", 4)}),
        ("/streams/mine/?year=2018", {"Mine": ("/?year=2018", 2), "2018": ("/streams/mine/", 1)}),
        ("/streams/mine/?source=internal", {"written here": ("/streams/mine/", 1), "Mine": ("/?source=internal", 3)}),
    ],
)
def test_each_part_is_a_chip_that_says_what_its_removal_leaves(
    client: Client, notes: BlogPage, address: str, chips: dict[str, tuple[str, int]]
) -> None:
    Stream.objects.create(blog=notes, name="Mine", slug="mine", expression="a -c")
    found = Page(client, address).tree.cssselect(".chip")
    shown = {chip[0].text: (chip.get("href"), int(chip[1].text.removeprefix("×"))) for chip in found}
    assert shown == chips
    for path, count in chips.values():
        assert Page(client, path).all(".found")[0].startswith(f"{count} note")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("#a -#b", "/tags/a+-b/"),
        ("three #b", "/tags/b/?q=three"),
        ("@ada", "/@ada/"),
        ("#open source", "/tags/open-source/"),
        ("#C++ source:internal year:2018 two", "/tags/c-plus-plus/?source=internal&year=2018&q=two"),
    ],
)
def test_search_box_leads_to_the_listing_that_fills_it_in_again(
    client: Client, notes: BlogPage, typed: str, address: str
) -> None:
    post = make_post(notes, title="Signs")
    post.tags.add("C++", "Open Source")
    post.save()
    response = client.get("/", {"q": typed})
    assert (response.status_code, response["Location"]) == (302, address)


@pytest.mark.parametrize("file", ["", "feed.atom"])
@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("how%20we%20work", "how-we-work"),
        ("How%20We%20Work,%20agile", "agile+how-we-work"),
        ("how+we+work", "how-we-work"),
        ("agile+How+we+work", "agile+how-we-work"),
        ("C++", "c-plus-plus"),
        ("c++", "c-plus-plus"),
        ("c%2B%2B", "c-plus-plus"),
        ("agile,%20-c++", "agile+-c-plus-plus"),
        ("google+", "google-plus"),
        ("ci/cd", "ci-cd"),
        ("CI%2FCD", "ci-cd"),
        ("agile+open+source", None),  # two tags of their own
    ],
)
def test_address_typed_with_names_leads_to_the_canonical_one(
    client: Client, blog: BlogPage, typed: str, expression: str | None, file: str
) -> None:
    post = make_post(blog, "agile c open source")
    post.tags.add("How we work", "C++", "google+", "CI/CD", "Open Source")
    post.save()
    response = client.get(f"/tags/{typed}/{file}")
    expected = (200, None) if expression is None else (301, f"/tags/{expression}/{file}")
    assert (response.status_code, response.get("Location")) == expected


def test_years_count_and_lead(client: Client, notes: BlogPage) -> None:
    page = Page(client, "/")
    assert page.all(".periods li") == ["2019 2", "2018 2"]
    assert page.address(".periods a") == "/?year=2019"
    chosen = Page(client, "/?year=2019")
    assert chosen.all(".periods li") == ["2019 2", "2018 2", "June 2019 1", "May 2019 1"]


def test_switches_change_one_parameter_each(client: Client, notes: BlogPage) -> None:
    page = Page(client, "/tags/a/?order=oldest&source=internal")
    assert page.all(".switches dd") == ["compact / full", "newest / oldest", "all 3 / written here 2 / links 1"]
    assert [link.get("href") for link in page.tree.cssselect(".switches a")] == [
        "/tags/a/?source=internal&order=oldest&view=full",
        "/tags/a/?source=internal",
        "/tags/a/?order=oldest",
        "/tags/a/?source=external&order=oldest",
    ]


def test_sign_up_carries_the_selection(client: Client, notes: BlogPage) -> None:
    assert Page(client, "/tags/a+-b/").address("footer a[href^='/signup']") == "/signup/?tags=a+-b"
    assert Page(client, "/tags/a/?year=2018&month=1").address("footer a[href^='/signup']") == "/signup/?tags=a"


def walk(client: Client, address: str | None, rel: str = "next") -> list[list[str]]:
    pages = []
    while address:
        page = Page(client, address)
        pages.append(page.titles)
        address = page.address(f".pager a[rel={rel}]")
    return pages


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_hold_every_post_once_both_ways(client: Client, blog: BlogPage, order: str) -> None:
    blog.posts_per_page = 3
    blog.save()
    for number in range(8):
        make_post(blog, "a", title=f"T{number}", published=datetime(2020, 1, 1, tzinfo=UTC))
    forth = walk(client, f"/tags/a/?order={order}")
    expected = [f"T{number}" for number in (range(8) if order == "oldest" else reversed(range(8)))]
    assert [title for page in forth for title in page] == expected
    assert [len(page) for page in forth] == [3, 3, 2]


def test_pages_stay_right_while_posts_are_added(client: Client, blog: BlogPage) -> None:
    blog.posts_per_page = 2
    blog.save()
    for number in range(4):
        make_post(blog, "a", title=f"T{number}")
    second = Page(client, "/").address(".pager a[rel=next]")
    make_post(blog, "a", title="New")
    assert Page(client, str(second)).titles == ["T1", "T0"]


def test_contents_are_the_titles_of_the_whole_selection_under_years(
    client: Client, notes: BlogPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.posts_per_page = 1
    notes.save()
    for address, years in (("/?contents=1", ["2019", "2018"]), ("/?contents=1&order=oldest", ["2018", "2019"])):
        page = Page(client, address)
        assert page.all(".titles h3") == years
        assert page.all(".titles li") == (TITLES if years[0] == "2019" else TITLES[::-1])
        assert page.address(".titles li a") == f"/{_slugs(page.all('.titles li')[0])[0]}/"
    assert Page(client, "/tags/a/?contents=1&year=2018").all(".titles h3, .titles li") == ["Two", "One"]
    assert Page(client, "/tags/a/?contents=1").address(".titles a") == f"/{_slugs('Three')[0]}/?in=a"
    for module in (contents, listing_page):
        monkeypatch.setattr(module, "MOST_TITLES", 2)
    page = Page(client, "/tags/-d/?contents=1")
    assert page.all(".titles > p") == ["These are the first 2 of 3 titles. Each year and month has its own:"]
    assert page.addresses(".titles .periods a") == ["/tags/-d/?year=2019&contents=1", "/tags/-d/?year=2018&contents=1"]


def test_contents_of_a_whole_history_lead_to_each_post_on_the_page(client: Client, notes: BlogPage) -> None:
    page = Page(client, "/?contents=1&view=full")
    assert page.all(".titles li") == page.titles
    anchors = [link.get("href").removeprefix("#") for link in page.tree.cssselect(".titles a")]
    assert [article.get("id") for article in page.tree.cssselect("article")] == anchors


def test_front_page_is_called_as_the_blog_and_names_who_writes_it(client: Client, notes: BlogPage) -> None:
    Author.objects.filter(handle="ada").update(about_html="<p>Writes <em>programs</em>. And letters.</p>")
    make_author("bob")
    page = Page(client, "/")
    assert (page.all("title"), page.all("h1")) == (["Notes"], ["Notes"])
    assert page.all(".people li") == ["Ada · Writes programs. And letters."]
    assert page.address(".people a") == "/@ada/"
    assert Page(client, "/?order=oldest").all("title") == ["Notes"]
    assert Page(client, "/tags/a/").all("title, .people") == ["Notes tagged a · Notes"]


def test_words_before_the_first_chip_are_one_text(client: Client, notes: BlogPage) -> None:
    """Orca reads two elements side by side in a flex container as one word: “Notestagged”."""
    assert Page(client, "/tags/a/").all("h1 > span") == ["Notes tagged"]
    assert Page(client, "/?q=a").all("h1 > span") == ["Notes with"]


def test_full_view_has_unique_ids(client: Client, blog: BlogPage) -> None:
    for _ in range(2):
        make_post(blog, body="## Same\n\nA note[^1].\n\n[^1]: Small print.")
    page = Page(client, "/?view=full")
    ids = [element.get("id") for element in page.tree.cssselect("[id]")]
    assert len(ids) == len(set(ids))
    anchors = [link.get("href")[1:] for link in page.tree.cssselect('.prose a[href^="#"]')]
    assert anchors != []
    assert set(anchors) <= set(ids)


def test_full_view_beyond_the_limit_links_to_the_next_page(client: Client, notes: BlogPage, settings: Any) -> None:
    settings.FULL_VIEW_BYTES = 1
    pages = walk(client, "/?view=full&order=oldest")
    assert pages == [["One"], ["Two"], ["Three"], ["Four"]]
    settings.FULL_VIEW_BYTES, settings.FULL_VIEW_POSTS = 1_000_000, 3
    assert walk(client, "/?view=full") == [["Four", "Three", "Two"], ["One"]]


def test_cards_lead_to_posts_with_the_selection(client: Client, notes: BlogPage) -> None:
    page = Page(client, "/tags/a+-b/")
    address = str(page.address("article .u-url"))
    assert address.endswith("/?in=a+-b")
    assert Page(client, address).all(".around li")[0] == "a − b 1 of 1"


def test_post_shows_what_lies_around_it(client: Client, notes: BlogPage) -> None:
    slug = PostPage.objects.get(title="Two").slug
    page = Page(client, f"/{slug}/")
    assert page.all(".around li") == [
        "All notes 2 of 4← Before: One→ After: Three",
        "#a 2 of 3← Before: One→ After: Three",
        "#c 1 of 2→ After: Three",
    ]
    assert page.all("aside ul:not(.around) li") == ["a + c 2"]


def test_post_says_its_rank_above_and_at_its_foot(client: Client, notes: BlogPage) -> None:
    page = Page(client, str(Page(client, "/tags/a/").address("article .u-url")))
    assert [line.partition(" ←")[0] for line in page.all(".place, .foot p")] == ["in a, 3 of 3"] * 2


@pytest.mark.parametrize("within", ["zzz", "a+-a", "@nobody", "\x00", "a+b+c+d+e+f+g+h+i"])
def test_post_from_a_selection_that_is_none_is_just_the_post(client: Client, notes: BlogPage, within: str) -> None:
    slug = PostPage.objects.get(title="Two").slug
    assert len(Page(client, f"/{slug}/?in={within}").all(".around li")) == 3


def test_markdown_of_a_post_is_its_source(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a b", title="One: more", body="Some *text*.")
    text = client.get(f"/{post.slug}.md").content.decode()
    assert text.startswith("---\ntitle: 'One: more'\n")
    assert text.endswith("---\n\nSome *text*.\n")


def test_tags_by_name_and_by_count(client: Client, notes: BlogPage) -> None:
    assert Page(client, "/tags/").all(".cloud li") == ["a 3", "b 2", "c 2", "d 1"]
    make_post(notes, "c")
    make_post(notes, "c")
    assert Page(client, "/tags/?by=count").all(".cloud li") == ["c 4", "a 3", "b 2", "d 1"]


def test_more_tags_than_a_page_holds_come_by_use(client: Client, notes: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blog.rendering.tag_cloud.ON_A_PAGE", 2)
    first, second = Page(client, "/tags/"), Page(client, "/tags/?page=2")
    assert (first.all(".cloud li"), second.all(".cloud li")) == (["a 3", "b 2"], ["c 2", "d 1"])
    assert first.all(".found")[0].startswith("4 tags, here places 1 to 2 by use")
    assert (first.addresses(".pager a"), second.addresses(".pager a")) == (["/tags/?page=2"], ["/tags/"])
    assert second.addresses("link[rel=canonical]") == ["http://testserver/tags/?page=2"]
    assert Page(client, "/tags/?by=count&page=2").addresses(".pager a") == ["/tags/?by=count"]
    assert Page(client, "/tags/?with=a").addresses(".pager a") == []
    assert Page(client, "/tags/?page=").all(".cloud li") == first.all(".cloud li")


@pytest.mark.parametrize(("page", "status"), [("3", 404), ("999999", 404), ("0", 400), ("-1", 400), ("x", 400), ("1" * 7, 400)])
def test_page_of_tags_that_is_not_there_is_said_to_be_none(client: Client, notes: BlogPage, page: str, status: int) -> None:
    answer = client.get(f"/tags/?page={page}")
    assert answer.status_code == status
    text = answer.content.decode()
    assert (f"The tags end before page {page}." if status == 404 else "is no page: write a number from 1.") in text


def test_cloud_leads_to_a_tag_of_that_name_and_to_what_goes_with_one_of_several_notes(client: Client, blog: BlogPage) -> None:
    make_post(blog, "tags c++ 日本")
    make_post(blog, "tags c++ 日本 once")
    page = Page(client, "/tags/")
    assert page.addresses(".cloud li a") == [
        *("/tags/c-plus-plus/", "/tags/?with=c-plus-plus"),
        "/tags/once/",
        *("/tags/tags/", "/tags/?with=tags"),
        *("/tags/%E6%97%A5%E6%9C%AC/", "/tags/?with=%E6%97%A5%E6%9C%AC"),
    ]


def test_count_of_a_tag_narrows_the_cloud(client: Client, notes: BlogPage) -> None:
    assert Page(client, "/tags/").address(".cloud a + a") == "/tags/?with=a"
    page = Page(client, "/tags/?with=a")
    assert page.all(".cloud li") == ["b 2", "c 2"]
    assert page.address(".cloud a") == "/tags/a+b/"


def test_tag_has_a_description_and_an_order(client: Client, notes: BlogPage) -> None:
    tag = Tag.objects.get(slug="a")
    tag.description, tag.order = "All *about* a.", "oldest"
    tag.save()
    page = Page(client, "/tags/a/")
    assert page.all(".about") == ["All about a."]
    assert page.titles == ["One", "Two", "Three"]
    assert Page(client, "/tags/a/?order=newest").titles == ["Three", "Two", "One"]


def test_streams_say_what_they_are_for_and_how_to_follow_them(client: Client, notes: BlogPage) -> None:
    Stream.objects.create(blog=notes, name="Mine", slug="mine", expression="a", introduction="For *you*.", order="oldest")
    Stream.objects.create(blog=notes, name="None", slug="none", expression="a secret")
    page = Page(client, "/streams/")
    assert page.all("article .prose") == ["For you."]
    assert page.addresses(".latest a") == [f"/{slug}/?stream=mine" for slug in _slugs("Three", "Two", "One")]
    assert page.addresses("article:nth-of-type(1) .meta a") == [
        *(f"/streams/mine/feed.{form}" for form in ("rss", "atom", "json")),
        "/signup/?stream=mine",
    ]
    assert page.all("article > .meta")[0].startswith("3 notes, oldest first")
    assert "secret" not in page.text  # no visible note has it, so that no form may name it


def _slugs(*titles: str) -> list[str]:
    slugs = dict(PostPage.objects.values_list("title", "slug"))
    return [slugs[title] for title in titles]


def test_stream_is_a_listing_with_a_name(client: Client, notes: BlogPage) -> None:
    Stream.objects.create(blog=notes, name="Mine", slug="mine", expression="a -c", introduction="Hello.", order="oldest")
    assert Page(client, "/streams/").titles == ["Mine"]
    page = Page(client, "/streams/mine/")
    assert (page.all("h1"), page.all(".about"), page.titles) == (["Mine"], ["Hello."], ["One"])
    assert Page(client, "/streams/mine/?view=full").titles == ["One"]
    assert [item["title"] for item in client.get("/streams/mine/feed.json").json()["items"]] == ["One"]
    assert Page(client, "/streams/mine/?source=internal").titles == ["One"]


def test_front_page_of_an_empty_blog_says_so(client: Client, blog: BlogPage) -> None:
    assert "Nothing has been published yet." in Page(client, "/").text
    assert Page(client, "/tags/").all(".cloud li") == []


def test_blogs_of_two_sites_never_mix(client: Client, notes: BlogPage) -> None:
    other = make_blog("other.example", "Other", default=False)
    make_post(other, "a z", title="Foreign", slug="foreign")
    assert Page(client, "/tags/a/").titles == ["Three", "Two", "One"]
    assert Page(client, "/tags/a/", "other.example").titles == ["Foreign"]
    assert (
        client.get("/tags/z/").status_code
        == client.get("/foreign/").status_code
        == client.get("/foreign.md").status_code
        == 404
    )
    assert Page(client, "/tags/", "other.example").all(".cloud li") == ["a 1", "z 1"]
    assert "Foreign" not in client.get("/feed.atom").content.decode()
    assert "foreign" not in client.get("/sitemap-posts.xml").content.decode()


@pytest.mark.parametrize("slug", ["tags", "streams", "signup", "admin"])
def test_slug_that_is_an_address_of_ours_is_refused(blog: BlogPage, slug: str) -> None:
    with pytest.raises(Exception, match="is an address of the site itself"):
        make_post(blog, slug=slug)


def test_robots_may_index_one_tag_and_no_more(client: Client, notes: BlogPage) -> None:
    assert 'name="robots"' not in Page(client, "/tags/a/").text
    assert '<meta name="robots" content="noindex">' in Page(client, "/tags/a+b/").text
    assert {link.get("rel") for link in Page(client, "/tags/a/").tree.cssselect(".facets a")} == {"nofollow"}
    assert {link.get("rel") for link in Page(client, "/").tree.cssselect(".facets a")} == {None}
    assert "Disallow: /tags/*+" in client.get("/robots.txt").content.decode()


def test_site_map_names_posts_and_tags(client: Client, notes: BlogPage) -> None:
    places = re.findall("<loc>(.*?)</loc>", client.get("/sitemap-tags.xml").content.decode())
    assert places == [f"http://testserver/tags/{slug}/" for slug in ("a", "b", "c", "d")]
    assert client.get("/sitemap-posts.xml").content.decode().count("<loc>") == 4
    assert "http://testserver/sitemap-posts.xml" in client.get("/sitemap.xml").content.decode()


@pytest.mark.parametrize(
    "address", ["/", "/tags/a/", "/tags/a+b/", "/tags/", "/streams/", "/feed.rss", "/nothing-here/", "/robots.txt"]
)
def test_public_answer_sets_no_cookie(client: Client, notes: BlogPage, address: str) -> None:
    response = client.get(address)
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "<script" not in response.content.decode()
    assert "style=" not in response.content.decode()


def test_random_note_is_one_of_the_selection(client: Client, notes: BlogPage) -> None:
    slugs = {f"/{post.slug}/?in=a+b" for post in PostPage.objects.filter(title__in=["One", "Three"])}
    found = {client.get("/random/?in=a+b")["Location"] for _ in range(20)}
    assert found <= slugs
    assert client.get("/random/?in=b+d").status_code == 404
    assert client.get("/random/?in=a+-a").status_code == 400


def test_opml_names_every_feed(client: Client, notes: BlogPage) -> None:
    Stream.objects.create(blog=notes, name="Mine & yours", slug="mine")
    outlines = lxml_html.fromstring(client.get("/feeds.opml").content).cssselect("outline")
    assert [outline.get("text") for outline in outlines] == ["Notes", "Mine & yours", "a", "b", "c", "d"]
    for outline in outlines:
        assert client.get(outline.get("xmlurl").removeprefix("http://testserver")).status_code == 200
    assert client.get("/feeds/").status_code == 200
