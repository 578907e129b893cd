"""A stencil shows what its template would: no word of one page stands in another's, whatever the words are."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.template import engines
from django.test import Client
from django.utils import translation
from django.utils.safestring import SafeString

from blog import stencils
from blog.caching.response import response_cache
from blog.models import BlogPage
from blog.stencils import fill
from tests.factories import make_blog, make_post


class Link(NamedTuple):
    label: str
    address: str | None


TEXT = """{% load i18n %}<h1 title="{{ title }}">{{ title }}</h1>{{ html }}
{% if loud %}!{% endif %}{% for link in links %}{% if link.address %}<a href="{{ link.address }}">{{ link.label }}</a>
{% else %}{{ link.label }}{% endif %}{% endfor %}
{% translate "Search" %}{% blocktranslate with name=title %}{{ name }}{% endblocktranslate %}"""
PAGES: list[dict[str, Any]] = [
    {"title": "A & <b>", "html": SafeString("<i>&amp;</i>"), "loud": False, "links": ()},
    {"title": "B \x000\x00 %s {{ title }}", "html": SafeString("<i>2</i>"), "loud": False, "links": ()},
    {"title": "C", "html": "<not safe>", "loud": True, "links": (Link("one", "/1/?a&b"), Link("two", None))},
    {"title": "D", "html": "<p>", "loud": True, "links": (Link("<one>", "/1/"), Link("three", None))},
    {"title": "", "html": "", "loud": False, "links": (Link("\x001\x00", ""), Link("", None))},
]


@pytest.fixture
def template(tmp_path: Path, settings: Any) -> str:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    (tmp_path / "stencil.html").write_text(TEXT)
    stencils._cut.cache_clear()
    return "stencil.html"


def test_filled_stencil_is_what_the_template_renders(template: str) -> None:
    for words in PAGES * 2:
        assert fill(template, words) == engines["django"].get_template(template).render(words)


def test_pages_of_one_shape_share_a_stencil(template: str) -> None:
    for words in PAGES * 3:
        fill(template, words)
    assert stencils._cut.cache_info().misses == 3  # the first two and the next two are alike


def test_languages_do_not_share_a_stencil(template: str) -> None:
    english = fill(template, PAGES[0])
    with translation.override("de"):
        german = fill(template, PAGES[0])
    assert ("Search" in english, "Search" in german, "Suche" in german) == (True, False, True)


@pytest.mark.parametrize("filtered", ["{{ title|urlencode }}", "{{ title|safe }}", "{{ title|upper }}"])
def test_filter_on_a_word_is_refused(template: str, tmp_path: Path, filtered: str) -> None:
    (tmp_path / template).write_text(filtered)
    with pytest.raises(TypeError, match="A filter stands on a word of a stencil"):
        fill(template, {"title": "A"})


def test_number_is_refused(template: str) -> None:
    with pytest.raises(TypeError, match="12 is no word, flag or tuple of them"):
        fill(template, {"title": 12})  # type: ignore[dict-item]


def test_blogs_do_not_share_a_stencil(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="Of one")
    make_post(make_blog(hostname="other.example", title="The other blog", default=False), "a", title="Of the other")
    for _ in range(2):
        response_cache.clear()
        one = client.get("/tags/a/").content.decode()
        other = client.get("/tags/a/", headers={"host": "other.example"}).content.decode()
        assert ("Of one" in one, "other" in one.lower()) == (True, False)
        assert ("Of the other" in other, "The other blog" in other, "Of one" in other) == (True, True, False)


def test_renamed_blog_shows_its_new_name(client: Client, blog: BlogPage) -> None:
    client.get("/")
    blog.title = "Quite another name"
    blog.save()
    assert "Quite another name" in client.get("/").content.decode()
