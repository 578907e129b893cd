"""Nikola: fields in comments or in a file beside the text, and addresses by `conf.py`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.models import BlogPage
from tests.support.importing import counts, post, read, run_import, tags_of, write_tree

HEAD = """\
.. title: A: B
.. slug: ab
.. date: 2012/08/24 11:25:14 UTC-03:00
.. tags: go, open source
.. link:
.. author: Ada Lovelace
"""
CONF = """\
POSTS = (
    ("posts/*.rst", "blog", "post.tmpl"),
    ("posts/*.txt", "blog", "post.tmpl"),
)
PAGES = (("pages/*.md", "", "page.tmpl"),)
SITE_URL = "https://old.example/"
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("posts/x.rst", HEAD + "\n*Text*.\n"),
        ("posts/x.txt", ".. link: \n.. description: \n" + HEAD.replace(".. link:\n", "") + "\n*Text*.\n"),
        ("posts/x.txt", HEAD + "\n*Text*.\n"),
        ("posts/x.md", f"<!--\n{HEAD}-->\n\n*Text*.\n"),
        ("posts/x.html", f"<!-- \n{HEAD}-->\n<em>Text</em>.\n"),
    ],
)
def test_fields_in_comments(name: str, text: str, tmp_path: Path) -> None:
    found = read(tmp_path, text, name)
    assert (found.title, found.slug, found.tags, found.authors, found.link) == (
        "A: B", "ab", ("go", "open source"), ("Ada Lovelace",), "",
    )  # fmt: skip
    assert (found.published, ".." in found.body) == (datetime(2012, 8, 24, 14, 25, 14, tzinfo=UTC), False)
    assert "Text" in found.body


def test_fields_in_a_file_beside_the_text(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"conf.py": CONF, "posts/x.txt": "*Text*.\n", "posts/x.meta": HEAD, "robots.txt": "No post.\n"})
    report = run_import(blog, root)
    assert (counts(report), +report.unread) == ((1, 0, 0, 0), {})
    assert (post("ab").title, tags_of(post("ab"))) == ("A: B", ["go", "open-source"])
    assert counts(run_import(blog, root)) == (0, 0, 1, 0)
    (root / "posts/x.meta").write_text(HEAD.replace("A: B", "C"))
    assert counts(run_import(blog, root)) == (0, 1, 0, 0)
    assert post("ab").title == "C"


@pytest.mark.parametrize(
    ("conf", "name", "address"),
    [
        (CONF, "posts/x.rst", "/blog/ab"),
        (CONF, "posts/2014/08/x.rst", "/blog/2014/08/ab"),
        (CONF + "PRETTY_URLS = False\n", "posts/x.rst", "/blog/ab.html"),
        (CONF, "pages/x.md", "/ab"),
    ],
)
def test_addresses(conf: str, name: str, address: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"conf.py": conf})
    assert read(tmp_path, HEAD + "\nText.\n", name).addresses == (address,)


def test_directives_show_what_they_name(tmp_path: Path) -> None:
    text = HEAD + '\n.. thumbnail:: /images/a.png\n   :alt: An "A"\n\n.. youtube:: abcdefghijk\n\n.. TEASER_END\n\nMore.\n'
    body = read(tmp_path, text, "posts/x.rst").body
    assert '<img src="/images/a.png" alt="An ”A”">' in body
    assert '<a href="https://www.youtube.com/watch?v=abcdefghijk">' in body


def test_links_by_name_and_the_summary(blog: BlogPage, tmp_path: Path) -> None:
    first = HEAD + "\nSee `C <link://slug/cd>`__.\n\n.. TEASER_END\n\nMore.\n"
    second = HEAD.replace("ab", "cd").replace("A: B", "C") + "\nText.\n"
    run_import(blog, write_tree(tmp_path, {"conf.py": CONF, "posts/x.rst": first, "posts/y.rst": second}))
    assert 'href="/cd/"' in post("ab").body
    assert post("ab").summary == "See C."
