"""Searching inside a selection: found where it stands, marked, and honest when there is nothing."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from blog.models import BlogPage, Tag
from blog.search import analyze_tables, excerpt
from tests.support.factories import make_post, rename_tag


@pytest.mark.parametrize(
    ("html", "words", "shown"),
    [
        ("<p>Tea and <em>toast</em>.</p>", "toast", ["Tea and ", "[toast]", "."]),
        ("<p>Toasted &lt;b&gt; toast</p>", "toast", ["[Toasted]", " <b> ", "[toast]"]),
        ("<p>Tea</p>", "coffee", []),
        ("<p>Tea</p>", '">', []),
        ("<p>Grüße aus 日本</p>", "grüße 日本", ["[Grüße]", " aus ", "[日本]"]),
        ("<p>Running, runs</p>", "run", ["[Running]", ", ", "[runs]"]),
        ("<p>overrun run_time C++ a.net .NET", "run c++ .net", ["overrun ", "[run]", "_time ", "[C++]", " a.net ", "[.NET]"]),
        ('<p class="alert-title" data-translated="">Note</p><p>Note this</p>', "note", ["[Note]", " this"]),
        ("<p>first</p>" + "<p>much</p>" * 300 + "<p>late word</p>", "late", ["… " + "much " * 16, "[late]", " word"]),
        ("<p>" + "word " * 100 + "needle" + " word" * 100 + "</p>", "needle", None),
    ],
)
def test_excerpt(html: str, words: str, shown: list[str] | None) -> None:
    found = [f"[{part.text}]" if part.is_sought else part.text for part in excerpt(html, words)]
    if shown is None:
        assert found[0].startswith("… word ")
        assert found[-1].endswith(" word …")
        assert found[1:-1] == ["[needle]"]
        assert len("".join(found)) < 250
    else:
        assert found == shown


def test_found_words_are_marked_in_the_listing(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="One", body="Before. The <script>x</script> quick fox jumps.", summary="A summary.")
    page = client.get("/tags/a/?q=FOX").content.decode()
    assert "quick <mark>fox</mark> jumps." in page
    assert "A summary." not in page
    assert "<script" not in page


def test_word_in_the_title_alone_finds_the_post(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="Zebra", body="Nothing striped here. " * 100, summary="A summary.")
    page = client.get("/?q=zebra").content.decode()
    assert "Zebra</a>" in page
    assert "A summary." in page
    assert "striped" not in page


def test_nothing_found_says_so(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    page = client.get("/?q=%3Cb%3Eunheard").content.decode()
    assert '<h1 class="selection">' in page
    assert "“&lt;b&gt;unheard”" in page
    assert "No note has all of these words: try fewer, or others." in page


def test_advice_where_nothing_is_found_is_of_what_was_asked_for(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    fewer, without = "No note has all of these words: try fewer, or others.", "No note is all of this at once."
    addresses = ("/?q=unheard+of", "/tags/a/?q=unheard", "/?q=unheard&year=2018")
    shown = [(fewer in page, without in page) for page in (client.get(address).text for address in addresses)]
    assert shown == [(True, False), (False, True), (False, True)]


def test_feeds_that_a_search_offers_are_named_after_it(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    offered = re.findall(r'<link rel="alternate" [^>]*title="([^"]*)"', client.get("/tags/a/?q=tea").text)
    assert offered == [f"Notes tagged a with “tea” ({form})" for form in ("RSS", "Atom", "JSON Feed")]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no catalogue that databases share")
def test_analyze_tables_locks_no_catalogue_that_databases_share(db: None) -> None:
    shared = (
        "SELECT relname FROM pg_locks JOIN pg_class ON relation = pg_class.oid WHERE relisshared AND mode <> 'AccessShareLock'"
    )
    analyze_tables()
    with connection.cursor() as cursor:
        cursor.execute(shared)
        assert cursor.fetchall() == []


def test_analyze_tables_counts_every_table_that_has_rows(blog: BlogPage) -> None:
    analyze_tables()
    counted = {
        "sqlite": "SELECT stat FROM sqlite_stat1 WHERE tbl = 'blog_blogpage'",
        "postgresql": "SELECT reltuples FROM pg_class WHERE relname = 'blog_blogpage'",
    }
    with connection.cursor() as cursor:
        cursor.execute(counted[connection.vendor])
        assert cursor.fetchone()[0] in ("1", 1)


def test_each_word_stands_in_the_text_or_in_the_name_of_a_tag(client: Client, blog: BlogPage) -> None:
    make_post(blog, "harbour", title="One", body="Ships at night.")
    make_post(blog, "harbour", title="Two", body="Nothing.")
    make_post(blog, "", title="Three", body="Ships in a harbour.")
    found = client.get("/?q=ships+HARBOUR").content.decode()
    assert [title for title in ("One", "Two", "Three") if f">{title}</a>" in found] == ["One", "Three"]


def test_phrase_stands_side_by_side_in_the_text_or_in_the_name_of_a_tag(client: Client, blog: BlogPage) -> None:
    texts = {
        "One": "Open data is good.",
        "Two": "Data, open and good.",
        "Three": "Good.",
        "Four": "Bad.",
        "Five": "Good and bad.",
    }
    for title, text in texts.items():
        make_post(blog, "data" if title in ("Three", "Four") else "", title=title, body=text)
    rename_tag(Tag.objects.get(slug="data"), "Open data")

    def found(words: str) -> list[str]:
        page = client.get("/", {"q": words}).content.decode()
        return [title for title in texts if f">{title}</a>" in page]

    assert found('"open data"') == ["One", "Three", "Four"]
    assert found('"open data" good') == ["One", "Three"]
    assert found('good "open data" bad') == []
    assert found("open data good") == ["One", "Two", "Three"]
    assert found('"data open"') == ["Two"]
    call_command("update_index", stdout=StringIO())
    assert found('"is good"') == ["One"]  # though the entries have other ids, at the same revision


def test_renamed_tag_is_found_by_its_new_name_at_once(client: Client, blog: BlogPage) -> None:
    make_post(blog, "old", title="One")
    rename_tag(Tag.objects.get(slug="old"), "Café new")
    assert "One</a>" in client.get("/?q=cafe").content.decode()
    assert "One</a>" not in client.get("/?q=old").content.decode()
