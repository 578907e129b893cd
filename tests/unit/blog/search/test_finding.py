"""What a search finds and in which order, the same on every database; what is offered beside it; and what nobody may learn."""

from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from blog.models import BlogPage, PostPage
from blog.search import corrections, near_notes, search
from blog.tagindex import TagIndex
from blog.tagindex.store import snapshot
from blog.terms import indexed, terms_of
from tests.support.factories import make_author, make_post, make_posts

HOSTILE = [
    *('"', "'", "\0", "\\", "*", "^", "(", ")", ":", "-", "+", "#", "%", "&", "|", "!", "<->", "++", '""', "“", "''"),
    *('" OR "', "a OR b", "NEAR(a b, 2)", "title: a", "a AND", "NOT a", "a*", '"a', "a:*", "a & !b", "'a' <-> 'b'", "{title}"),
    *(
        "⑴ ½ Ⅷ",
        "\u0301\u0301",
        "e\u0301" * 90,
        "日本語テキスト",
        "🙂",
        "\ud7ff\ufffe",
        "Σ ß ﬁ",
        "a'; DROP TABLE x; --",
        "::int",
    ),
    *("word " * 1000, "a" * 5000, "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 8, "c++ c# .net " * 50),
]


def titles_of(page: str, *titles: str) -> list[str]:
    """Return those titles that a page has, in its order."""
    places = {title: page.find(f">{title}</a>") for title in titles}
    return sorted((title for title in titles if places[title] >= 0), key=places.__getitem__)


def found(index: TagIndex, text: str) -> list[str]:
    posts = PostPage.objects.titles(list(index.ids(search(index, text))))
    return sorted(title for _slug, title in posts.values())


@pytest.fixture
def german(settings: Settings) -> Iterator[None]:
    settings.LANGUAGE_CODE = "de"
    terms_of.cache_clear()
    yield
    terms_of.cache_clear()


def test_best_matches_come_first_unless_a_date_is_asked_for(client: Client, blog: BlogPage) -> None:
    make_post(blog, "", title="Zebra crossings", body="About roads.")
    make_post(blog, "zebra", title="Tagged", body="About animals.")
    make_post(blog, "", title="In the text", body="A zebra, once.")
    make_post(blog, "", title="Often in the text", body="Zebra, zebra and zebra.")
    make_post(blog, "", title="Neither", body="A horse.")
    titles = ("Zebra crossings", "Tagged", "In the text", "Often in the text", "Neither")
    by_relevance = client.get("/?q=zebra").content.decode()
    assert titles_of(by_relevance, *titles) == ["Zebra crossings", "Tagged", "Often in the text", "In the text"]
    assert "4 notes, best matches first" in by_relevance
    newest = client.get("/?q=zebra&order=newest").content.decode()
    assert titles_of(newest, *titles) == ["Often in the text", "In the text", "Tagged", "Zebra crossings"]
    oldest = client.get("/?q=zebra&order=oldest").content.decode()
    assert titles_of(oldest, *titles) == ["Zebra crossings", "Tagged", "In the text", "Often in the text"]


def test_tag_of_that_very_name_counts_more_than_its_words_apart(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, title="Tagged")
    post.tags.add("open source")
    post.save()
    make_post(blog, title="The source of an open door", body="Open source, open source.")
    make_post(blog, title="On open source")
    page = client.get("/?q=open+source").content.decode()
    assert titles_of(page, "Tagged", "The source of an open door", "On open source") == [
        "On open source",
        "Tagged",
        "The source of an open door",
    ]
    assert 'Tags: <a href="/tags/open-source/">#open source</a> 1' in page


def test_pages_of_best_matches_are_numbered(client: Client, blog: BlogPage) -> None:
    blog.posts_per_page = 2
    blog.save()
    for number in range(5):
        make_post(blog, title=f"Zebra {number}")
    pages = [client.get(f"/?q=zebra&page={page}").content.decode() for page in (1, 2, 3, 4)]
    titles = [f"Zebra {number}" for number in range(5)]
    assert [titles_of(page, *titles) for page in pages] == [["Zebra 4", "Zebra 3"], ["Zebra 2", "Zebra 1"], ["Zebra 0"], []]
    assert [link in pages[0] for link in ('rel="prev"', 'href="/?q=zebra&amp;page=2"')] == [False, True]
    assert [link in pages[1] for link in ('rel="prev" href="/?q=zebra"', 'href="/?q=zebra&amp;page=3"')] == [True, True]
    assert 'rel="next"' not in pages[2]
    assert '<link rel="canonical" href="http://testserver/">' in pages[1]
    assert client.get("/?q=zebra&page=x").status_code == 400
    assert client.get("/?page=x&order=relevance").status_code == 200


FOUND = {
    "procure": ["Procurements"],
    "PROCUREMENT": ["Procurements"],
    "c++": ["In C++"],
    "C++": ["In C++"],
    "c#": ["In C#"],
    ".net": ["On .NET"],
    "naive": ["Naïve"],
    '"user research"': ["Phrase"],
    "user research": ["Apart", "Phrase"],
    "researching users": ["Apart", "Phrase"],
    "e-mail": ["Hyphen"],
    "東京": ["Tokyo"],
    "京東": [],
    "google+ circles": ["Signs of tags"],
}


def test_word_forms_signs_and_phrases(indexed_posts: TagIndex) -> None:
    assert {text: found(indexed_posts, text) for text in FOUND} == FOUND


@pytest.fixture
def indexed_posts(blog: BlogPage) -> TagIndex:
    texts = {
        "Procurements": "Buying.",
        "In C++": "Templates.",
        "In C#": "Attributes.",
        "C": "Pointers, not plus plus.",
        "On .NET": "A runtime; the net is another thing.",
        "Naïve": "Optimism.",
        "Phrase": "What user research shows.",
        "Apart": "A user reads; research goes on.",
        "Hyphen": "Send an e-mail.",
        "Tokyo": "私は東京に住む。",
    }
    for title, body in texts.items():
        make_post(blog, title=title, body=body)
    post = make_post(blog, title="Signs of tags", body="Circles.")
    post.tags.add("Google+")
    post.save()
    return snapshot(blog.path)


@pytest.mark.usefixtures("german")
def test_word_forms_are_those_of_the_sites_language(blog: BlogPage) -> None:
    make_post(blog, title="Häuser am Fluss")
    assert indexed("Häuser") == indexed("hauses") == "haus"
    assert found(snapshot(blog.path), "haus") == ["Häuser am Fluss"]


def test_near_spellings_are_offered_where_little_is_found(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, title="Accessible maps", body="Maps for all.")
    post.tags.add("accessibility", "open source")
    post.save()
    make_post(blog, "government", title="On trees")
    page = client.get("/?q=accesibility").content.decode()
    assert "0 notes" in page
    assert 'Did you mean: <a href="/?q=accessibility">accessibility</a> 1' in page
    index = snapshot(blog.path)
    assert [tuple(offer) for offer in corrections(index, "opensource", len)] == [("open source", 1)]
    assert [tuple(offer) for offer in corrections(index, "acessible mapz", len)] == [("accessible maps", 1)]
    assert corrections(index, "accessibility", len) == []
    assert "Did you mean" not in client.get("/tags/government/?q=accesibility").content.decode()  # nothing within it


def test_tags_of_the_name_are_offered_with_their_counts_in_the_selection(client: Client, blog: BlogPage) -> None:
    make_post(blog, "agile other", published="2015-01-01T12:00Z")
    make_post(blog, "agile")
    make_post(blog, "agile-bpa")
    assert 'Tags: <a href="/tags/agile/">#agile</a> 2 · <a href="/tags/agile-bpa/">#agile-bpa</a> 1' in client.get(
        "/?q=agile"
    ).content.decode().replace("\n", "")
    assert (
        'Tags: <a href="/tags/agile+other/?year=2015">#agile</a> 1</p>'
        in client.get("/tags/other/?year=2015&q=agile").content.decode()
    )


def test_mistyped_address_gets_near_titles_and_tags(client: Client, blog: BlogPage) -> None:
    make_post(blog, "agile", title="A story of an agile workshop", slug="a-story-of-an-agile-workshop")
    make_post(blog, title="Something else", slug="something-else")
    response = client.get("/agile-workshp/")
    page = response.content.decode()
    assert response.status_code == 404
    assert titles_of(page, "A story of an agile workshop", "Something else") == ["A story of an agile workshop"]
    assert 'Tags: <a href="/tags/agile/">#agile</a> 1' in page
    assert 'value="agile workshp"' in page
    assert 'href="/a-story-of-an-agile-workshop/"' in client.get("/2015/02/agile-workshop.html").content.decode()
    assert "Did you mean" not in client.get("/wp-admin/setup.php").content.decode()


def test_suggestions_keep_the_rest_of_the_selection(client: Client, blog: BlogPage) -> None:
    make_post(blog, "agile other", published="2015-01-01T12:00Z")
    make_post(blog, "agile")
    page = client.get("/tags/agil+other/?year=2015").content.decode()
    assert 'href="/tags/agile+other/?year=2015">agile</a> (1)' in page
    assert "Did you mean" not in client.get("/tags/agil/?year=2014").content.decode()
    page = client.get("/tags/agil/?q=post&order=oldest").content.decode()
    assert 'href="/tags/agile/?q=post&amp;order=oldest">agile</a> (2)' in page
    assert "Did you mean" not in client.get("/tags/agil/?q=zebra").content.decode()


def test_author_is_offered_by_name_within_what_is_searched_for(client: Client, blog: BlogPage) -> None:
    ada = make_author("countess", name="Ada Lovelace")
    make_post(blog, "agile", body="On zebras.", authors=[ada])
    make_post(blog, "agile", authors=[ada])
    assert 'href="/@countess/?q=zebra">Ada Lovelace</a> (1)' in client.get("/@countes/?q=zebra").content.decode()
    assert 'href="/@countess/">Ada Lovelace</a> (2)' in client.get("/@ada-lovelace/").content.decode()
    without = client.get("/@nobody/tags/agile/?q=zebra").content.decode()
    assert ("There is no such author" in without, "There is no such tag" in without) == (True, False)
    assert "There are no such tags" in client.get("/@nobody/tags/nothing/").content.decode()
    assert '<a href="/tags/agile/?q=zebra">The selection without it</a>' in without


def test_nothing_hidden_is_offered(client: Client, blog: BlogPage) -> None:
    hidden = make_post(blog, "zeppelin", title="The xylophone", slug="the-xylophone", body="xylophone")
    index = snapshot(blog.path)
    assert [note.slug for note in near_notes(index, "the-xylofone")] == ["the-xylophone"]
    assert [correction.text for correction in corrections(index, "zepelin xylofone", len)] == ["zeppelin xylophone"]
    hidden.unpublish()
    for address in ("/the-xylofone/", "/zeppelins/", "/?q=xylofone", "/?q=zepelin", "/tags/?find=zepp", "/tags/zepelin/"):
        page = client.get(address).content.decode()
        assert "xylophone" not in page
        assert "zeppelin<" not in page


def test_tag_index_finds_by_a_part_of_the_name(client: Client, blog: BlogPage) -> None:
    make_posts(blog, [*(f"tag{number} open" for number in range(59)), "Émigré Open-Source"])
    page = client.get("/tags/").content.decode()
    assert '<a href="#letter-1">E</a> <a href="#letter-2">O</a> <a href="#letter-3">T</a>' in page
    assert '<li id="letter-1"><a href="/tags/émigré/">Émigré</a>' in page.replace(quote("é"), "é")
    assert page.count(' id="letter-') == 3
    assert titles_of(client.get("/tags/?find=emi").content.decode(), "Émigré", "open", "Open-Source") == ["Émigré"]
    assert titles_of(client.get("/tags/?find=OPEN&by=count").content.decode(), "open", "Open-Source") == ["open", "Open-Source"]
    similar = client.get("/tags/?find=emigree").content.decode()
    assert "Similar ones:" in similar
    assert titles_of(similar, "Émigré", "open") == ["Émigré"]
    assert "No tag has such a name." in client.get("/tags/?find=qqqqqq").content.decode()
    assert 'content="noindex"' in similar


def test_hostile_searches_are_answered(client: Client, indexed_posts: TagIndex) -> None:
    for text in HOSTILE:
        given = quote_plus(text, errors="surrogatepass")
        slug = quote(text[:300].replace("/", ""), safe="")
        for address in (
            f"/?q={given}",
            f"/?q={given}&order=newest",
            f"/tags/?find={given}",
            f"/random/?q={given}",
            f"/{slug}/",
        ):
            assert client.get(address).status_code in (200, 301, 302, 400, 404), address
