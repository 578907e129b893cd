"""A theme: a folder whose templates and files come before the site's own (docs/theming.md)."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.template.backends.jinja2 import Template
from django.test import Client, RequestFactory
from jinja2 import meta, nodes

from blog.caching.response import response_cache
from blog.models import Author, BlogPage
from blog.models.rows import PostRow
from blog.rendering import listing_page
from blog.rendering.listing import Listing
from blog.request import state_of
from blog.selections.query import Reading
from blog.selections.selection import Selection
from blog.views import errors, posts
from tests.support.factories import make_post
from tests.unit.kimonote.test_settings import PRODUCTION
from tests.unit.kimonote.test_settings import settings as settings_of

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).parents[4] / "docs" / "theming.md"
Theme = Callable[[str, str], None]

CARD = """<article{% if anchor %} id="{{ anchor }}"{% endif %}>
{{ post.title|upper }}, {{ post.published|date("j.n.Y") }}, {{ post.updated|day }},
{{ post.authors|map(attribute="name")|join|default("nobody", true) }},
{{ post.tags|map(attribute="name")|join("; ") }}{% if post.link %}, {{ post.link|host }}{% endif %},
{{ post.description|truncatewords(2) }}.
<a href="{{ post.address }}{{ selection }}">{{ post.kicker|title }}</a></article>"""


REFUSED = ("/nothing-here/", "/%3F%21/", "/tags/b/x/", "/tags/nothing/", "/tags/a+-a/", "/?before=x")
PAGES = ("/", "/?view=full", "/?q=first", "/tags/", "/streams/", "/@ada/", "/comments/", "/feeds/", "/signup/", "/signup/sent/")
EXTENDED = '{{% extends "pages/blog/{}.html" %}}{{% block footer %}}{}{{% endblock %}}'


@pytest.fixture
def theme(tmp_path: Path, settings: Any) -> Theme:
    """Write a template of a theme that is in use."""
    pages, admin = settings.TEMPLATES
    settings.TEMPLATES = [{**pages, "DIRS": [tmp_path, *pages["DIRS"]]}, admin]

    def write(name: str, source: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)

    return write


@pytest.fixture
def notes(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> BlogPage:
    """A blog of two notes, in which a post's row has a field that the site's own templates do not show."""
    monkeypatch.setattr(PostRow, "kicker", property(lambda row: f"more of {row.slug}"), raising=False)
    ada = Author.objects.create(name="Ada", handle="ada")
    make_post(blog, "a b", title="One <1>", authors=[ada], body="First of all words.")
    make_post(blog, "a", title="Two", link="https://www.example.org/x", body="Second.")
    return blog


def conditions(names: Iterable[str]) -> str:
    """Ask of each name whether it is there."""
    return "".join(f"{{% if {name} %}}+{name} {{% else %}}-{name} {{% endif %}}" for name in names)


def test_theme_changes_every_page_and_keeps_the_rest(client: Client, notes: BlogPage, theme: Theme) -> None:
    theme("base.html", '{% extends "pages/base.html" %}{% block footer %}<b>{{ blog.title|upper }}</b>{% endblock %}')
    for path in ("/tags/", "/streams/", "/signup/", "/nothing-here/"):
        page = client.get(path).content.decode()
        assert ("<b>NOTES</b>" in page, '<main id="main"' in page) == (True, True), path


def test_theme_changes_the_card_with_filters_and_an_added_field(client: Client, notes: BlogPage, theme: Theme) -> None:
    theme("blog/card.html", CARD)
    page = client.get("/tags/a/?contents=1").content.decode()
    assert "ONE &lt;1&gt;" in page
    assert "Ada,\na; b,\nFirst of …." in page
    assert "nobody,\na, example.org,\nSecond.." in page
    assert '?in=a">More Of ' in page
    assert page.count('<article id="note-') == 2


def test_theme_asks_for_each_word_of_a_listing(client: Client, notes: BlogPage, theme: Theme, rf: RequestFactory) -> None:
    state = state_of(rf.get("/"))
    listing = Listing(state.blog, state.snapshot, Selection(), Reading())
    names = sorted(listing_page.context(listing, "All notes"))
    theme("blog/listing.html", EXTENDED.format("listing", conditions(names)))
    for path in ("/", "/tags/a/", "/tags/a+-b/", "/@ada/", "/?q=first", "/?view=full", "/?year=1999"):
        page = b"".join(client.get(path)).decode()
        assert all(f"+{name} " in page or f"-{name} " in page for name in names), path
    assert "+titles" in client.get("/?contents=1").content.decode()


def test_theme_asks_for_each_word_of_a_post(
    client: Client, notes: BlogPage, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    slug = notes.get_children().first().slug
    with monkeypatch.context() as patch:
        patch.setattr(posts, "page", lambda state, template, **context: names.extend(context) or posts.HttpResponse())
        client.get(f"/{slug}/")
    response_cache.clear()
    fields = [f"post.{name}" for name in (*PostRow._fields, "address", "moment", "description", "tags")]
    theme("blog/post.html", EXTENDED.format("post", conditions([*names, *fields])))
    page = client.get(f"/{slug}/").content.decode()
    assert all(f"+{name} " in page or f"-{name} " in page for name in (*names, *fields))
    assert all(word in page for word in ("+post.authors ", "-post.link ", "-cover ", "+neighbour_links "))


def test_documented_examples_are_a_theme(client: Client, notes: BlogPage, theme: Theme) -> None:
    blocks = re.findall(r"^```jinja\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    for name, source in zip(("base", "blog/post", "blog/card", "blog/navigation"), blocks, strict=True):
        theme(f"{name}.html", source)
    listing, slug = client.get("/tags/a/").content.decode(), notes.get_children().first().slug
    assert "NOTES · " in listing
    assert f'<h2><a class="u-url p-name" href="/{slug}/?in=a">' in listing
    assert '<p><a href="/tags/a+b/">b</a> </p>' in listing
    assert "<p>by Ada</p>" in client.get(f"/{slug}/").content.decode()


def test_theme_asks_on_every_page_for_what_the_documentation_names(
    client: Client, notes: BlogPage, theme: Theme, rf: RequestFactory
) -> None:
    names = ("blog", "base", "canonical", "noindex", "here", "typed", "language", "rtl", "reason")
    theme("base.html", f'{{% extends "pages/base.html" %}}{{% block footer %}}{conditions(names)}{{% endblock %}}')
    responses = [*map(client.get, ("/", "/signup/", *REFUSED)), errors.server_error(rf.get("/")), errors.unavailable("")]
    for response in responses:
        page = response.content.decode()
        assert [name for name in names if f"+{name} " not in page and f"-{name} " not in page] == []
    assert [response.status_code for response in responses[-2:]] == [500, 503]


def names_asked(template: Template) -> set[str]:
    """Return the names that a template asks for and does not define itself."""
    tree = template.template.environment.parse(Path(template.origin.name).read_text())
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    own |= {macro.name for macro in tree.find_all(nodes.Macro)}
    own |= {name if isinstance(name, str) else name[1] for one in tree.find_all(nodes.FromImport) for name in one.names}
    return meta.find_undeclared_variables(tree) - own


@pytest.mark.parametrize("path", [*REFUSED, *PAGES])
def test_each_word_that_a_page_asks_for_is_there(
    client: Client, notes: BlogPage, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    rendered: dict[str, set[str]] = {}
    render = Template.render

    def recorded(self: Template, context: Any = None, request: Any = None) -> str:
        processors = self.backend.template_context_processors if request else []
        there = {*(context or {}), *self.template.globals, *(name for one in processors for name in one(request))}
        rendered[self.template.name] = names_asked(self) - there - {"csrf_token", "csrf_input", "request"}
        return render(self, context, request)

    monkeypatch.setattr(Template, "render", recorded)
    b"".join(client.get(path))
    assert rendered
    assert {name: missing for name, missing in rendered.items() if missing} == {}


def test_setting_puts_the_theme_first(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "404.html").write_text("")
    found = settings_of("TEMPLATES", "STATICFILES_DIRS", THEME_DIR=str(tmp_path), **PRODUCTION)
    pages, admin = json.loads(json.dumps(found["TEMPLATES"]))
    assert pages["DIRS"][0] == str(tmp_path)
    assert str(tmp_path) not in admin["DIRS"]
    assert json.loads(json.dumps(found["STATICFILES_DIRS"]))[0] == str(tmp_path / "static")
