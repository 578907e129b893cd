"""Searching inside a selection: found where it stands, marked, and honest when there is nothing."""

import pytest
from django.test import Client

from blog.models import BlogPage
from blog.searching import excerpt
from tests.factories import make_post


@pytest.mark.parametrize(
    ("html", "words", "shown"),
    [
        ("<p>Tea and <em>toast</em>.</p>", "toast", "Tea and <mark>toast</mark> ."),
        ("<p>Toasted &lt;b&gt; toast</p>", "toast", "<mark>Toasted</mark> &lt;b&gt; <mark>toast</mark>"),
        ("<p>Tea</p>", "coffee", ""),
        ("<p>Tea</p>", '">', ""),
        ("<p>Grüße aus 日本</p>", "grüße 日本", "<mark>Grüße</mark> aus <mark>日本</mark>"),
        ("<p>" + "word " * 100 + "needle" + " word" * 100 + "</p>", "needle", None),
    ],
)
def test_excerpt(html: str, words: str, shown: str | None) -> None:
    found = excerpt(html, words)
    if shown is None:
        assert found.startswith("… word ")
        assert found.endswith(" word …")
        assert "<mark>needle</mark>" in found
        assert len(found) < 250
    else:
        assert found == shown


def test_found_words_are_marked_in_the_listing(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="One", body="Before. The <script>x</script> quick fox jumps.", summary="A summary.")
    page = client.get("/tags/a/?q=FOX").content.decode()
    assert "quick <mark>fox</mark> jumps." in page
    assert "A summary." not in page
    assert "<script" not in page


def test_word_in_the_title_alone_finds_the_post(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="Zebra", body="Nothing striped here.", summary="A summary.")
    page = client.get("/?q=zebra").content.decode()
    assert "Zebra</a>" in page
    assert "A summary." in page


def test_nothing_found_says_so(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    page = client.get("/?q=%3Cb%3Eunheard").content.decode()
    assert "No note here holds “&lt;b&gt;unheard”." in page
