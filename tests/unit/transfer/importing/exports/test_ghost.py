"""Ghost's JSON: fields, states, pictures; hostile JSON."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from wagtail.images import get_image_model

from blog.models import BlogPage, PlainPage, PostPage
from tests.support.checkout import ROOT
from tests.support.importing import counts, names_of, post, run_import, tags_of, write_image

EXPORT = ROOT / "tests/support/exports/ghost.json"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    write_image(tmp_path / "content/images/2024/05/tug.png")
    return Path(shutil.copy(EXPORT, tmp_path))


def old_export(path: Path, **post: Any) -> Path:
    """Write an export as Ghost 0.x wrote it."""
    fields = {"id": 1, "uuid": "u", "title": "Old", "slug": "old", "status": "published", "published_at": 1399000000000, **post}
    data = {"posts": [fields], "tags": [], "posts_tags": [], "users": [{"id": 1, "name": "Ada"}]}
    path.write_text(json.dumps({"meta": {"version": "003"}, "data": data}))
    return path


def test_fields_of_a_post(blog: BlogPage, export: Path) -> None:
    report = run_import(blog, export)
    page, image = post("tugs"), get_image_model().objects.get()
    assert (counts(report), report.plain_pages) == ((8, 0, 0, 0), 2)
    assert (page.title, page.summary, names_of(page), page.cover, page.published.isoformat()) == (
        "Tugs & <pilots>",
        "What a tug does.",
        ["Ada Lovelace", "Bob"],
        image,
        "2024-05-01T12:00:00+00:00",
    )
    assert tags_of(page) == ["ships", "work"]
    assert page.body == (f"See [ropes](/ropes/).\n\n![A tug](image:{image.pk})\n\n```js\nlet a = 1;\n```")
    assert post("ropes").body == "A **rope**."


def test_pages_become_plain_pages_in_the_navigation_that_had_them(blog: BlogPage, client: Client, export: Path) -> None:
    run_import(blog, export)
    pages = PlainPage.objects.order_by("slug").values_list("slug", "live", "show_in_menus", "body")
    assert list(pages) == [
        ("about", True, True, "Who moors [tugs](/tugs/)."),
        ("club", False, False, "Club words"),
    ]
    assert (client.get("/about/").status_code, client.get("/club/").status_code) == (200, 404)


@pytest.mark.parametrize("navigation", [None, "", "[", "{}", '["a", 1, {"url": 5}, {"url": "https://["}]', "[" * 100_000])
def test_navigation_that_is_none_is_passed_over(navigation: str | None, blog: BlogPage, tmp_path: Path) -> None:
    path = old_export(tmp_path / "old.json", html="<p>A</p>", page=1)
    value = json.loads(path.read_text())
    value["data"]["settings"] = [{"key": "navigation", "value": navigation}]
    path.write_text(json.dumps(value))
    run_import(blog, path)
    assert [(page.slug, page.show_in_menus) for page in PlainPage.objects.all()] == [("old", False)]


def test_what_was_hidden_stays_hidden(blog: BlogPage, client: Client, export: Path) -> None:
    run_import(blog, export)
    assert set(PostPage.objects.filter(live=False).values_list("slug", flat=True)) == {"draft", "members", "letter", "to-come"}
    text = client.get("/").content.decode()
    assert not any(f"{word} words" in text for word in ("Draft", "Paid", "Sent", "Later"))


def test_second_import_changes_nothing(blog: BlogPage, export: Path) -> None:
    run_import(blog, export)
    assert counts(run_import(blog, export)) == (0, 0, 8, 0)


def test_old_exports_hold_markdown_and_milliseconds(blog: BlogPage, tmp_path: Path) -> None:
    run_import(blog, old_export(tmp_path / "old.json", markdown="A *post*.", author_id=1))
    page = post("old")
    assert (page.body, page.published.isoformat(), names_of(page)) == ("A *post*.", "2014-05-02T03:06:40+00:00", ["Ada"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"db": [' * 100_000, "too deeply"),
        ('{"db": [{"data": {"posts": [', "The JSON cannot be read"),
        ('{"db": [{"data": {"posts": 1}}]}', "no list of posts"),
        ('{"db": []}', "no list of posts"),
    ],
)
def test_broken_exports_are_refused_whole(text: str, reason: str, blog: BlogPage, tmp_path: Path) -> None:
    (tmp_path / "ghost.json").write_text(text)
    report = run_import(blog, tmp_path / "ghost.json")
    assert (counts(report), reason in report.refusals[0][2]) == ((0, 0, 0, 1), True)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"html": "<div>" * 1_000}, "nests more than"),
        ({"html": "x" * 600_001}, "characters of HTML"),
        ({"html": "a\0b"}, "no"),
        ({"html": "\ud800"}, "no"),
        ({"published_at": "never"}, "“never” is no date"),
        ({"title": None, "slug": None, "html": "<p>x</p>", "published_at": None, "created_at": None}, "no date"),
    ],
)
def test_hostile_posts_are_refused_alone(fields: dict[str, Any], reason: str, blog: BlogPage, tmp_path: Path) -> None:
    report = run_import(blog, old_export(tmp_path / "old.json", **fields))
    assert (counts(report), reason in report.refusals[0][2]) == ((0, 0, 0, 1), True)


@pytest.mark.parametrize("html", ["&" * 150_000, "<b>" * 90, "<ol>" + "<li>x" * 20_000, "<!--" * 100_000, " " * 500_000])
def test_html_that_is_only_odd_is_read(html: str, blog: BlogPage, tmp_path: Path) -> None:
    report = run_import(blog, old_export(tmp_path / "old.json", html=html))
    assert all("limit" in refusal[2] or "at most" in refusal[2] for refusal in report.refusals)


def test_lexical_is_read_where_there_is_no_html(blog: BlogPage, tmp_path: Path) -> None:
    def words(said: str, marks: int = 0) -> dict[str, Any]:
        return {"type": "extended-text", "text": said, "format": marks}

    nodes = [
        {"type": "extended-heading", "tag": "h2", "children": [words("Tugs <1>")]},
        {"type": "paragraph", "children": [words("See "), {"type": "link", "url": "/b/", "children": [words("a", 1)]}]},
        {"type": "list", "tag": "ul", "children": [{"type": "listitem", "children": [words("one")]}]},
        {"type": "codeblock", "language": "js", "code": "a < b"},
        {"type": "image", "src": "https://b.example/c.png", "alt": "C", "caption": "At sea"},
        {"type": "bookmark", "url": "https://c.example/"},
        {"type": "html", "html": "<script>hit()</script><p>Own</p>"},
        {"type": "unheard-of", "children": [words("kept")]},
    ]  # fmt: skip
    lexical = json.dumps({"root": {"children": nodes, "type": "root"}})
    run_import(blog, old_export(tmp_path / "ghost.json", lexical=lexical, html=None, plaintext="Plain"))
    assert post("old").body == (
        "## Tugs <1>\n\nSee [**a**](/b/)\n\n- one\n\n```js\na < b\n```\n\n"
        '![C](https://b.example/c.png "At sea")\n\n[https://c.example/](https://c.example/)\n\nOwn\n\nkept'
    )


@pytest.mark.parametrize("lexical", ["[", "[1]", '{"root": 1}', '{"root": {"children": [1, {"type": 5}]}}', "[" * 100_000])
def test_lexical_that_is_none_leaves_the_plain_text(lexical: str, blog: BlogPage, tmp_path: Path) -> None:
    run_import(blog, old_export(tmp_path / "ghost.json", lexical=lexical, html="", plaintext="Plain"))
    assert post("old").body == "Plain"
