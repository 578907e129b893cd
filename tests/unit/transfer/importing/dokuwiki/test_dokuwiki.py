"""DokuWiki: pages, their history and rights, and their syntax as Markdown."""

import shutil
from pathlib import Path

import pytest
from django.test import Client
from wagtail.images import get_image_model

from blog.models import BlogPage
from tests.support.checkout import ROOT
from tests.support.importing import counts, names_of, post, run_import, tags_of, write_image
from transfer.importing.dokuwiki.convert import PageConverter

WIKI = ROOT / "tests/support/exports/dokuwiki"


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """The wiki, with its picture."""
    shutil.copytree(WIKI, tmp_path / "wiki")
    write_image(tmp_path / "wiki/data/media/blog/tug.png")
    return tmp_path / "wiki"


def converted(text: str) -> str:
    return PageConverter(lambda page: f"/{page}/" if page == "there" else "", lambda name: f"/{name}").convert(text)


def test_page_as_a_post(blog: BlogPage, client: Client, wiki: Path) -> None:
    report = run_import(blog, wiki)
    page, image = post("tugs"), get_image_model().objects.get()
    assert (counts(report), report.refusals[0][0]) == ((4, 0, 0, 1), "dokuwiki/blog/undated")
    assert (page.title, names_of(page), page.published.isoformat(), tags_of(page)) == (
        "Tugs & pilots",
        ["ada"],
        "2014-03-12T10:11:00+00:00",
        ["big-ships", "blog", "ships", "tug-boats"],
    )
    assert page.body == (
        "A **tug** pulls *hard*, with `ropes` and <u>care</u> [^1]. See [the ropes](/ropes/), nowhere, "
        "[a paper](https://other.example/a_b), [Tugboat](https://en.wikipedia.org/wiki/Tugboat) and "
        "<https://bare.example/x_y>.\n"
        "Two lines   \nand a break, 2 \\* 3 < 4, \\*\\*literal\\*\\*, <del>gone</del> and H<sub>2</sub>O.\n\n"
        "## A section\n\n"
        "- one\n  - nested **bold**\n- two\n1. first\n1. second\n\n"
        "| Name | Length |\n| --- | --- |\n| [Rope](/ropes/) | 12 |\n| Chain |  |\n\n"
        '```python\ndef pull(rope):\n    return "**" * 2\n```\n\n'
        "```\nindented code\n```\n\n"
        "> quoted\n\n---\n\n"
        f"![At the quay](image:{image.pk})\n\nMind the rope.\n\n"
        "[^1]: A footnote, with **bold**."
    )
    for old in ("/blog/2014/tugs/", "/doku.php?id=blog:2014:tugs", "/doku.php/blog:2014:tugs", "/blog:2014:tugs"):
        assert client.get(old)["Location"] == "/tugs/"
    assert dict(report.unconverted) == {"link to no page": 1, "NOTOC": 1, "WRAP": 1}
    assert dict(report.skipped) == {"page of the wiki itself": 1}
    assert post("a_day").published.date().isoformat() == "2018-05-31"
    assert counts(run_import(blog, wiki)) == (0, 0, 4, 1)


def test_page_that_not_everybody_may_read_becomes_a_draft(blog: BlogPage, client: Client, wiki: Path) -> None:
    run_import(blog, wiki / "data")
    assert not post("secret").live
    assert b"Private words" not in client.get("/").content


def test_changed_page_is_updated(blog: BlogPage, wiki: Path) -> None:
    run_import(blog, wiki)
    (wiki / "data/pages/blog/2014/ropes.txt").write_text("====== Ropes ======\n\nA long rope.\n")
    assert counts(run_import(blog, wiki)) == (0, 1, 3, 1)
    assert post("ropes").body == "A long rope."


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("**open //both", "\\*\\*open //both"),
        ("** a** b", "<strong> a</strong> b"),
        ("**a //b** c//", "**a //b** c//"),
        ("[[there|[x] {{pic.png}}]]", "&#91;[there|&#91;x] ![](/pic.png)]]"),
        ("[[there]] [[there#part|{{pic.png}}]]", "[there](/there/) [![](/pic.png)](/there/)"),
        ("<nowiki>[[x]]</nowiki>", "&#91;&#91;x]]"),
        ("[[javascript:alert(1)|x]]", "x"),
        ("{{https://a.b/c.png|x}}", "![x](https://a.b/c.png)"),
        ("{{doc.pdf|The paper}}", "The paper"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("((a ((b)) c))", "[^1] c))\n\n[^1]: a ((b"),
    ],
)
def test_marks(text: str, markdown: str) -> None:
    assert converted(text) == markdown


@pytest.mark.parametrize(
    "text", ["**", "//", "((", "[[", "{{", "<code>", "%%", "<nowiki>", "~~A", "  * a\n", "| a ", "^", "'' ``"]
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    assert isinstance(converted(text * 20_000), str)


def test_no_wiki_is_refused(blog: BlogPage, tmp_path: Path) -> None:
    assert counts(run_import(blog, tmp_path)) == (0, 0, 0, 0)
