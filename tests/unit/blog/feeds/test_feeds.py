"""Feeds are valid, tell the same in all three forms, and carry their selection."""

import json
import re
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override
from lxml import etree

from blog.feeds import listing as listing_feeds
from blog.feeds.listing import FEED_LENGTH
from blog.models import BlogPage, Stream
from blog.rendering.feed_links import FORMS
from tests.support.factories import make_author, make_post

SCHEMAS = Path(__file__).parents[5] / "shared" / "data" / "schemas"
needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason="the feeds' schemas are not beside the project")


@pytest.fixture
def fed(blog: BlogPage) -> BlogPage:
    authors = [make_author("eve"), make_author("ada", name="Ada & Söhne")]
    body = "See [there](/tags/a/) and a note[^1].\n\n[^1]: Small print.\n\n<script>alert(1)</script> ]]> & < \U0001f389"
    make_post(blog, "a b", title="One <b>& two</b>", body=body, summary="Short & <sweet>", authors=authors)
    make_post(blog, "a c", title="Linked", link="https://example.org/?a=1&b=2")
    make_post(blog, "c", title="\x0bControl\x00led".replace("\x00", ""), body="日本")
    return blog


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/feed.json", "Notes"),
        ("/tags/a/feed.json", "Notes: Notes tagged a"),
        ("/feed.json?q=procurement", "Notes: All notes with “procurement”"),
        ("/tags/a/feed.json?q=small+print", "Notes: Notes tagged a with “small print”"),
        ("/streams/every/feed.json", "Notes: Every note"),
        ("/streams/every/feed.json?year=2018&q=x", "Notes: Every note: Notes, from 2018 with “x”"),
    ],
)
def test_feed_is_titled_as_what_it_holds(client: Client, fed: BlogPage, address: str, title: str) -> None:
    Stream.objects.create(blog=fed, name="Every note", slug="every")
    assert client.get(address).json()["title"] == title


def test_help_on_feeds_gives_a_whole_address(client: Client, fed: BlogPage) -> None:
    found = re.search(r"http://testserver(/\S+/feed\.atom)", client.get("/feeds/").text)
    assert found is not None
    assert client.get(found[1]).status_code == 200


def atom_grammar() -> etree.RelaxNG:
    """The RELAX NG grammar of RFC 4287."""
    import rnc2rng

    grammar = rnc2rng.dumps(rnc2rng.load(str(SCHEMAS / "atom.rnc"))).replace('xmlns:local=""', "")
    return etree.RelaxNG(etree.fromstring(grammar.encode()))


def json_schema() -> Any:
    """The schema of JSON Feed 1.1."""
    return json.loads((SCHEMAS / "jsonfeed-1.1.json").read_text())


def entries(client: Client, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = feedparser.parse(client.get(address).content).entries
    return found


@needs_schemas
@pytest.mark.parametrize(
    "address", ["/feed.atom", "/tags/a/feed.atom", "/tags/a+-b/feed.atom", "/tags/b+c/feed.atom", "/@ada/feed.atom"]
)
def test_atom_is_valid_by_its_grammar(client: Client, fed: BlogPage, address: str) -> None:
    atom_grammar().assertValid(etree.fromstring(client.get(address).content))


@needs_schemas
@pytest.mark.parametrize("address", ["/feed.json", "/tags/a+-b/feed.json", "/tags/b+c/feed.json"])
def test_json_feed_is_valid_by_its_schema(client: Client, fed: BlogPage, address: str) -> None:
    import jsonschema

    jsonschema.validate(client.get(address).json(), json_schema())


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_xml_feed_is_read_without_a_complaint(client: Client, fed: BlogPage, form: str) -> None:
    parsed = feedparser.parse(client.get(f"/tags/a/feed.{form}").content)
    assert not parsed.bozo
    assert [entry.title for entry in parsed.entries] == ["Linked", "One <b>& two</b>"]
    assert [tag.term for tag in parsed.entries[1].tags] == ["a", "b"]
    assert "Small print" in parsed.entries[1].content[-1].value
    assert "<script" not in parsed.entries[1].content[-1].value


def test_rss_atom_and_json_hold_the_same_entries(client: Client, fed: BlogPage) -> None:
    rss = [(entry.id, entry.link) for entry in entries(client, "/feed.rss")]
    atom = [(entry.id, entry.link) for entry in entries(client, "/feed.atom")]
    items = [(item["id"], item["url"]) for item in client.get("/feed.json").json()["items"]]
    assert rss == atom == items
    assert len(items) == 3


def test_every_author_of_an_entry_is_named_in_order(client: Client, fed: BlogPage) -> None:
    for address in ("/feed.{}", "/@ada/feed.{}", "/@eve/tags/a/feed.{}"):
        atom, rss = (etree.fromstring(client.get(address.format(form)).content) for form in ("atom", "rss"))
        item = client.get(address.format("json")).json()["items"][-1]
        assert atom.xpath("//a:entry[last()]/a:author/a:name/text()", namespaces={"a": "http://www.w3.org/2005/Atom"}) == [
            *rss.xpath("//item[last()]/dc:creator/text()", namespaces={"dc": "http://purl.org/dc/elements/1.1/"}),
        ]
        assert item["authors"] == [{"name": "Eve"}, {"name": "Ada & Söhne"}]
    assert client.get("/feed.json").json()["items"][0]["authors"] == [{"name": "Notes"}]


def test_link_note_names_what_it_is_about(client: Client, fed: BlogPage) -> None:
    items = {item["title"]: item.get("external_url") for item in client.get("/tags/a/feed.json").json()["items"]}
    assert items == {"Linked": "https://example.org/?a=1&b=2", "One <b>& two</b>": None}


def test_ids_stay_when_a_post_moves_to_another_address(client: Client, fed: BlogPage) -> None:
    before = [item["id"] for item in client.get("/feed.json").json()["items"]]
    post = fed.get_children().first().specific
    post.slug, post.title = "elsewhere-now", "New title"
    post.save()
    assert [item["id"] for item in client.get("/feed.json").json()["items"]] == before


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_feed_is_paged_to_its_end(client: Client, blog: BlogPage, form: str) -> None:
    for number in range(2 * FEED_LENGTH + 1):
        make_post(blog, "a", title=f"T{number}")
    titles, address = [], f"/tags/a/feed.{form}"
    while address:
        response = client.get(address)
        if form == "json":
            titles += [item["title"] for item in response.json()["items"]]
            address = response.json().get("next_url", "")
        else:
            parsed = feedparser.parse(response.content)
            titles += [entry.title for entry in parsed.entries]
            address = next((link.href for link in parsed.feed.links if link.rel == "next"), "")
    assert titles == [f"T{number}" for number in reversed(range(2 * FEED_LENGTH + 1))]


def test_page_leads_to_the_feeds_of_its_selection(client: Client, fed: BlogPage) -> None:
    page = client.get("/tags/a+-b/?source=external").content.decode()
    for form in ("rss", "atom", "json"):
        assert f'href="/tags/a+-b/feed.{form}?source=external"' in page
        assert client.get(f"/tags/a+-b/feed.{form}?source=external").status_code == 200


def test_feed_knows_its_own_address(client: Client, fed: BlogPage) -> None:
    feed = client.get("/tags/a+-b/feed.json?source=external").json()
    assert feed["feed_url"] == "http://testserver/tags/a+-b/feed.json?source=external"
    assert feed["home_page_url"] == "http://testserver/tags/a+-b/?source=external"


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_feed_of_a_feed_reader_that_has_it_is_304(client: Client, fed: BlogPage, form: str) -> None:
    etag = client.get(f"/tags/a/feed.{form}")["ETag"]
    assert client.get(f"/tags/a/feed.{form}", headers={"If-None-Match": etag}).status_code == 304


def test_summary_is_plain_text_to_every_reader(client: Client, blog: BlogPage) -> None:
    """RSS takes a description for HTML, so what is no HTML must be escaped once more there."""
    make_post(blog, summary="1 < 2 & <b>")
    items = {form: feedparser.parse(client.get(f"/feed.{form}").content).entries[0] for form in ("rss", "atom")}
    assert items["rss"].summary == "1 &lt; 2 &amp; &lt;b&gt;"
    assert (items["atom"].summary_detail.type, items["atom"].summary) == ("text/plain", "1 < 2 & <b>")
    assert client.get("/feed.json").json()["items"][0]["summary"] == "1 < 2 & <b>"


@pytest.mark.parametrize("form", FORMS)
def test_feed_explains_itself_to_whoever_opens_it_in_a_browser(client: Client, blog: BlogPage, form: str) -> None:
    """Browsers show the source: the explanation stands at its head, and the page's address soon after."""
    make_post(blog, "a")
    head = client.get(f"/tags/a/feed.{form}").content.decode()[:800]
    sentence, page = head.find("This is a feed: give its address to a feed reader"), head.find("http://testserver/tags/a/")
    assert 0 < sentence < page


def test_explanation_can_stand_in_a_comment() -> None:
    """XML 1.0, section 2.5: without two hyphens; nor with signs that would be escaped, in any language."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            assert re.search(r"--|[<>&'\"]|-$", listing_feeds.explanation()) is None
