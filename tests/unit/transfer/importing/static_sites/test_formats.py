"""Posts in other forms than Markdown with front matter."""

from pathlib import Path

import pytest

from blog.markdown import render
from blog.models import BlogPage
from tests.support.importing import read, run_import, simple, write_tree
from transfer.importing.source import ImportOptions, Refusal
from transfer.importing.sources import read_source
from transfer.importing.static_sites import html_body, literate_haskell
from transfer.importing.static_sites.find import find_files

HEAD = "---\ntitle: A\ndate: 2020-01-02\n---\n"


def test_examples_in_docstrings() -> None:
    import doctest

    assert [doctest.testmod(module).failed for module in (html_body, literate_haskell)] == [0, 0]


def test_mdx(tmp_path: Path) -> None:
    text = """\
import Layout from '../layouts/Base.astro'
import hero from "./hero.png"
export const x = {
  a: 1,
}

Text {/* a remark */}with `import y` and `<Kbd>`.

<Image src={hero} alt="A hero" />

<YouTube id="abcdefghijk" />

<Callout type="tip">

Kept *text*.

</Callout>

<Chart data={rows} />

```jsx
import React from 'react'
<App />
```
"""
    post = read(tmp_path, HEAD + text, "a.mdx")
    assert post.body == (
        "Text with `import y` and `<Kbd>`.\n\n![A hero](./hero.png)\n\n"
        "[Video on YouTube](https://www.youtube.com/watch?v=abcdefghijk)\n\n\n\nKept *text*.\n\n\n\n"
        "<!-- <Chart data={rows} /> -->\n\n```jsx\nimport React from 'react'\n<App />\n```"
    )
    assert post.hidden == {"<Callout>": 1, "<Chart>": 1}


def test_prose_that_begins_with_a_word_of_modules_is_kept(tmp_path: Path) -> None:
    text = """\
Symbols that we
export by default are an
import library.

import {
  A,
} from 'a';
import 'b.css'

export of goods

import duty"""
    post = read(tmp_path, HEAD + text, "a.mdx")
    assert post.body == "Symbols that we\nexport by default are an\nimport library.\n\n\nexport of goods\n\nimport duty"


def test_literate_haskell(tmp_path: Path) -> None:
    text = "Birds.\n\n> x :: Int\n>\n> x = 1\n\n\\begin{code}\ny = 2\n\\end{code}\nEnd.\n"
    assert (
        read(tmp_path, HEAD + text, "a.lhs").body
        == "Birds.\n\n```haskell\nx :: Int\n\nx = 1\n```\n\n```haskell\ny = 2\n```\nEnd."
    )


def test_html_with_front_matter(tmp_path: Path) -> None:
    text = "<p>One *two*</p>\n\n    <ul>\n\n<li>a</li>\n\n    </ul>\n<pre>a\n\n  b</pre>\n\n<p>End</p>\n"
    html = render(read(tmp_path, HEAD + text, "a.html").body).html
    assert "One *two*" in html
    assert "<li>a</li>" in html
    assert ">a\n\n  b</pre>" in html
    assert "<p>End</p>" in html


def test_html_without_a_date_is_no_post(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {"_config.yml": "", "index.html": "---\nlayout: default\n---\n", "_posts/2020-01-02-a.html": "---\ntitle: A\n---\n"},
    )
    assert [file.key for file in find_files([tmp_path]).files] == ["_posts/2020-01-02-a.html"]


def test_restructured_text(tmp_path: Path) -> None:
    text = """\
A title
#######

:date: 2010-10-03 10:20
:tags: thats, awesome
:authors: Ada Lovelace
:slug: my-post

Text with *stress*, ``code`` and a link_.

.. _link: https://a.example/

.. include:: /etc/passwd

.. raw:: html

   <script>alert(1)</script>

::

    indented

    code
"""
    post = read(tmp_path, text, "a.rst")
    assert (post.title, post.slug, post.tags, post.authors) == ("A title", "my-post", ("thats", "awesome"), ("Ada Lovelace",))
    assert str(post.published) == "2010-10-03 10:20:00+00:00"
    html = render(post.body).html
    assert "<em>stress</em>" in html
    assert "indented\n\ncode" in html.replace("&#10;", "\n")
    assert "root:" not in html
    assert "alert(1)" not in html


def read_rst(tmp_path: Path, text: str) -> str:
    return read(tmp_path, f"T\n===\n\n:date: 2010-10-03\n\n{text}\n", "a.rst").body


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * 400_000, "characters: reStructuredText may have 300,000"),
        (".. |a| image:: x\n" * 15_000, "more time or memory"),
    ],
)
def test_restructured_text_beyond_the_limits_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=reason):
        read_rst(tmp_path, text)
    assert "<p>b</p>" in read_rst(tmp_path, "b")  # by another process, where that one was ended


def test_hostile_restructured_text_reads_no_file_and_asks_for_no_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    forms = (
        "include:: {0}", "literalinclude:: {0}", "raw:: html\n   :file: {0}", "csv-table:: t\n   :file: {0}",
        "csv-table:: t\n   :url: file://{0}", "raw:: html\n   :url: file://{0}", "raw:: html\n\n   <script>secret</script>",
    )  # fmt: skip
    body = read_rst(tmp_path, "\n\n".join(f".. {form.format(secret)}" for form in forms) + "\n\nRest.\n")
    assert ("secret" in body, "<p>Rest.</p>" in body) == (False, True)


def test_text_of_unknown_directives_and_broken_markup_stays(tmp_path: Path) -> None:
    body = read_rst(
        tmp_path,
        ".. youtube:: https://youtu.be/abcdefghijk\n\n.. callout:: T\n   :icon: x\n\n   Inner **text**.\n\n"
        "`gone`_ and :role:`word` and *open. " + "x " * 6_000,
    )
    for kept in (
        'href="https://www.youtube.com/watch?v=abcdefghijk"',
        "Inner <strong>text</strong>",
        "gone",
        "word",
        "open.",
        "x x",
    ):
        assert kept in body


def test_headers_of_pelican(tmp_path: Path) -> None:
    text = (
        "Title: My title\nDate: 2010-12-03 10:20\nTags: one, two words\nSummary: Long\n    and longer\n\nText: not a header.\n"
    )
    post = read(tmp_path, text, "a.md")
    assert (post.title, post.tags, post.summary, post.body) == (
        "My title",
        ("one", "two words"),
        "Long and longer",
        "Text: not a header.",
    )


def test_headers_of_pelican_are_read_in_any_case(tmp_path: Path) -> None:
    text = "title: My title\nslug: my-title\ndate: 2016-05-08\nTags: one\n\n\nThe text: it begins.\n"
    write_tree(tmp_path, {"settings.py": "SITENAME = u'Old'\nARTICLE_SAVE_AS = 'blog/{slug}.html'\n"})
    post = read(tmp_path, text, "content/posts/160508-a.markdown")
    assert (post.title, post.tags, post.body, str(post.published)[:10]) == (
        "My title",
        ("one",),
        "The text: it begins.",
        "2016-05-08",
    )
    assert post.addresses == ("/blog/my-title.html",)


def test_zola_has_the_date_in_its_path(tmp_path: Path) -> None:
    post = read(
        tmp_path,
        '+++\npath = "2014/12/12/1.0-Timeline"\ntitle = "A"\naliases = ["2014/12/12/1.0-Timeline.html"]\n+++\n',
        "a.md",
    )
    assert post.slug == "1-0-timeline"
    assert (str(post.published)[:10], post.addresses) == (
        "2014-12-12",
        ("/2014/12/12/1.0-Timeline", "/2014/12/12/1.0-Timeline.html"),
    )


def test_files_with_front_matter_that_are_not_read_are_a_warning(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A"), "b.adoc": HEAD, "c.adoc": HEAD, "d.njk": HEAD, "e.txt": "Text."})
    assert "Warning: files that begin with front matter and were not read: .adoc 2, .njk 1." in run_import(blog, root).text()


@pytest.mark.parametrize("date", ["0000-00-00", "soon", "31-31-31", "0001-01-01T00:00:00Z"])
def test_draft_with_a_date_that_is_none_is_a_draft(date: str, tmp_path: Path) -> None:
    post = read(tmp_path, f"---\ntitle: A\ndate: {date}\ndraft: true\n---\n", "a.md")
    assert (post.draft, post.published) == (True, None)


def test_expiry_can_be_ignored(tmp_path: Path) -> None:
    text = "---\ndate: 2018-05-31\nexpiryDate: 2019-01-01\n---\n"
    assert read(tmp_path, text).expires is not None
    assert read(tmp_path, text, ignore_expiry=True).expires is None


def test_names_of_authors_stand_in_files_of_their_own(tmp_path: Path) -> None:
    files = {
        "_data/authors.yml": "ada:\n  name: Ada Lovelace\n",
        "data/authors/grace.toml": 'display_name = "Grace Hopper"\n',
        "_config.yml": "",
    }
    write_tree(tmp_path, {**files, "a.md": "---\ndate: 2018-05-31\nauthors: [ada, Grace, noah]\n---\n"})
    (found,) = find_files([tmp_path]).files
    assert read_source(found, ImportOptions()).authors == ("Ada Lovelace", "Grace Hopper", "noah")
    given = ImportOptions(authors={"ada": "Ada Byron", "noah": "Noah Kunin"})
    assert read_source(found, given).authors == ("Ada Byron", "Grace Hopper", "Noah Kunin")


def test_components_in_the_markdown_of_next(tmp_path: Path) -> None:
    write_tree(tmp_path, {"next.config.js": ""})
    body = read(tmp_path, HEAD + "<Client>\n\nText.\n\n</Client>\n", "posts/a.md").body
    assert (body, read(tmp_path, HEAD + "A `x` of List<T> or <T>.\n", "posts/b.md").body) == (
        "Text.",
        "A `x` of List<T> or <T>.",
    )
