"""Hostile texts in addresses, searches and the sign-up form: what a page repeats of them runs and delivers no script."""

from collections.abc import Callable
from itertools import cycle
from urllib.parse import quote, quote_plus

import pytest
from playwright.sync_api import Page

from blog.models import BlogPage
from tests.support.factories import make_author, make_post
from tests.support.hostile import by_turns, corpus
from tests.support.hostile.filled_site import is_text
from tests.support.hostile.script_detection import pages_at, prepare, ran_alone, wrong_in

AROUND = (  # by turns
    *(("/", "/"), ("/@", "/"), ("/streams/", "/"), ("/note/?in=", ""), ("/tags/?with=", ""), ("/random/?in=", "")),
    *(
        ("/?year=", ""),
        ("/?before=", ""),
        ("/?view=", ""),
        ("/tags/a/feed.", ""),
        ("/", ".md"),
        ("/tags/a+-", "/?order=oldest"),
    ),
    *(("/signup/confirm/", "/"), ("/signup/manage/", "/"), ("/comments/publish/", "/"), ("/note/comment/?to=", "")),
    *(("/note/?stream=", ""), ("/signup/?stream=", "")),
)
PLACES: dict[str, Callable[[list[str]], list[str]]] = {
    "unknown tags": lambda texts: [f"/tags/{quote(text, safe='')}/" for text in by_turns(texts, 0, 4)],
    "no pages": lambda texts: [f"/{quote(text, safe='')}/" for text in by_turns(texts, 1, 4)],
    "searches": lambda texts: [f"/?q={quote_plus(text)}" for text in by_turns(texts, 2, 4)],
    "searches in a selection": lambda texts: [
        f"/@ada/tags/a/?contents=1&q={quote_plus(text)}" for text in by_turns(texts, 3, 8)
    ],
    "sign-up": lambda texts: [f"/signup/?tags={quote_plus(text)}" for text in by_turns(texts, 7, 8)],
    "elsewhere": lambda texts: [
        f"{before}{quote(text, safe='')}{after}"
        for text, (before, after) in zip(by_turns(texts, 1, 3), cycle(AROUND), strict=False)
    ],
}


@pytest.mark.parametrize("place", PLACES)
def test_what_a_page_repeats_is_text(tab: Page, blog: BlogPage, place: str) -> None:
    make_post(blog, "a b", slug="note", authors=[make_author()], body="A note that holds hit, script and onerror.")
    prepare(tab)
    texts = [text for text in corpus() if is_text(text)]
    pages = pages_at(PLACES[place](texts))
    assert len(pages) > len(PLACES[place](texts)) / 2
    assert wrong_in(tab, pages) == {}


def test_what_runs_or_could_is_found(tab: Page) -> None:
    prepare(tab)
    fine = '<!doctype html><title>a</title><script type="application/ld+json">{"a": "hit()"}</script><p>hit()'
    pages = {
        "fine": fine,
        "script": f"{fine}<script>hit()</script>",
        "handler": f"{fine}<img src=x onerror=hit()>",
        "address": f"{fine}<a href='java\tscript:hit()'>a</a>",
        "without script": f"{fine}<noscript><b onclick=hit()></b></noscript>",
        "form": f"{fine}<form action=//evil.example/></form>",
        "elsewhere": f"{fine}<script>location.hash = 'a'</script>",
    }
    assert wrong_in(tab, pages) == {
        "script": ["ran: hit()", "<script>hit()"],
        "handler": ["ran: event", "img[onerror=hit()]"],
        "address": ["a[href=java\tscript:hit()]"],
        "without script": ["b[onclick=hit()]"],
        "form": ["form[action=//evil.example/]"],
        "elsewhere": ["went to http://testserver/#a", "<script>location.hash = 'a'"],
    }
    assert wrong_in(tab, {"next": f"{fine}2", **pages}).keys() == pages.keys() - {"fine"}
    found = wrong_in(tab, pages, have_scripts=True)
    assert list(found) == ["script", "handler", "address", "without script", "elsewhere"]
    assert ran_alone(tab, {"http://testserver/a": ("text/html", b"<script>hit()</script>")}) == {
        "http://testserver/a": ["hit()"]
    }
