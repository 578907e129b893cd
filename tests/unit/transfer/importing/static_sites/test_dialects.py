"""What one system alone reads, written as others do; code stays as it is."""

import os
from pathlib import Path

import pytest

from tests.support.importing import read, write_tree
from transfer.importing.source import ImportOptions, Refusal
from transfer.importing.static_sites.dialects import in_common_form
from transfer.importing.static_sites.file_names import parse_file_name
from transfer.importing.static_sites.find import find_files
from transfer.importing.static_sites.front_matter import FrontMatter
from transfer.importing.static_sites.hash_tags import split_hash_tags
from transfer.importing.static_sites.mdx import components_to_markdown
from transfer.importing.static_sites.read import read_post
from transfer.importing.static_sites.template_tags.convert import TemplateTagConverter


@pytest.mark.parametrize(
    ("generator", "text", "expected"),
    [
        ("", '[caption id="a" width="2"][![b](c.png)](d) Of *B*.[/caption]Then', "[![b](c.png)](d) Of *B*.\n\nThen"),
        ("", '[caption id="a" caption="Of B"]![b](c.png)\n[/caption]\nThen', "![b](c.png) Of B\n\n\nThen"),
        ("", '[caption id="a"]b', '[caption id="a"]b'),
        ("", "    [caption]b[/caption]", "    [caption]b[/caption]"),
        ("", "a\n\n[[toc]]\n\n[TOC]\n\n[[toc]] here", "a\n\n\n\n\n\n[[toc]] here"),
        ("", "> [!NOTE]\n> a\n\n> [!danger]+ B\n> c", "> [!NOTE]\n> a\n\n> [!CAUTION]\n> **B**\n>\n> c"),
        ("pelican", "![a]({static}/a.png) [b](|filename|b.md) `({static}c)`", "![a](/a.png) [b](b.md) `({static}c)`"),
        ("", "![a]({static}/a.png)", "![a]({static}/a.png)"),
        ("middleman", "a\n\nREADMORE\n\nREADMORE b", "a\n\n<!--more-->\n\nREADMORE b"),
        ("vuepress", "<img :src=\"$withBase('/a.png')\">", '<img src="/a.png">'),
        ("docusaurus", "a\n\n<head>\n  b\n</head>\n\nThe <head> c", "a\n\n\n\nThe <head> c"),
        ("obsidian", "```\n%%a%%\n```\n%%b", "```\n%%a%%\n```\n%%b"),
    ],
)
def test_in_common_form(generator: str, text: str, expected: str) -> None:
    assert in_common_form(text, generator) == expected


def test_pelican_links_of_restructured_text(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pelicanconf.py": ""})
    post = read(tmp_path, "Title\n#####\n\n:date: 2011-01-02\n\n`b <{filename}b.md>`_", "content/a.rst")
    assert 'href="b.md"' in post.body


def test_middleman_names_have_two_suffixes() -> None:
    assert parse_file_name("source/blog/2012-01-02-hello.html.markdown").title == "hello"


@pytest.mark.parametrize("text", ["%%", "> [!a]", "![[", "^a ", "READMORE\n", "{static}"])
def test_hostile_texts_take_no_quadratic_time(text: str) -> None:
    for generator in ("obsidian", "pelican", "middleman", "vuepress"):
        in_common_form(text * 20_001, generator)


@pytest.mark.parametrize("text", ["#a ", "#a b", "<<< a\n", "@[code{", "<%", "<%= a (", "{/*", "<A a={", "//#region a\n"])
def test_hostile_notes_snippets_and_components_take_no_quadratic_time(text: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {".vuepress/config.js": "", "a.js": text * 10_001, "a.md": "---\ndate: 2020-01-02\n---\n<<< @/a.js#a"})
    (found,) = find_files([tmp_path / "a.md"]).files
    read_post(found, found.path.read_bytes(), ImportOptions())
    split_hash_tags(text * 20_001)
    components_to_markdown(text * 20_001)
    TemplateTagConverter(text * 20_001, FrontMatter(), generator="middleman").markdown()


def test_vuepress_takes_code_from_files_and_shows_no_components(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".vuepress/config.js": "",
        "snippets/app.js": "let a;\n// #region part\nlet b;\n// #endregion part\nlet c;\n",
        "binary.bin": b"\xff\xfe",
    }
    write_tree(tmp_path / "docs", files)
    write_tree(tmp_path, {"secret.js": "secret"})
    text = """\
        ---
        title: A <Badge text="beta" />
        date: 2020-01-02
        ---
        <<< @/snippets/app.js{1,3}

        <<< @/docs/snippets/app.js#part

        @[code{2-3}](@/snippets/app.js)

        <<< @/../secret.js

        <<< ../secret.js

        <<< @/binary.bin

        ## Head <JumpToc/> <Badge type="tip" text="a < b" /> `<Kept/>` <Badge>new</Badge>

        ```
        <<< @/snippets/app.js
        ```
        """
    post = read(tmp_path, text, "docs/blog/2020-01-02-a.md")
    assert post.title == "A"
    assert post.body.split("\n\n")[:3] == [
        "```js {1,3}\nlet a;\n// #region part\nlet b;\n// #endregion part\nlet c;\n```",
        "```js\nlet b;\n```",
        "```js\n// #region part\nlet b;\n```",
    ]
    assert post.body.endswith(
        "## Head <!-- <JumpToc/> --> <mark>a &lt; b</mark> `<Kept/>` new\n\n```\n<<< @/snippets/app.js\n```"
    )
    assert "secret\n" not in post.body
    assert post.hidden == {"<<<": 3, "<JumpToc>": 1, "<Badge>": 1}


def test_middleman_helpers_become_what_they_print(tmp_path: Path) -> None:
    text = """\
        ---
        title: A
        date: 2020-01-02
        ---
        <%= image_tag "tug.png", alt: "A tug", class: "x" %> <%= image_tag('/a/b.jpg', :alt => 'B') -%>

        <%= link_to "the docs", "https://a.example/" %> <% if a %>kept<% end %> <%= partial "x" %> `<%= code %>`
        """
    write_tree(tmp_path, {"config.rb": ""})
    post = read(tmp_path, text, "source/2020-01-02-a.html.markdown")
    assert post.body == (
        "![A tug](/images/tug.png) ![B](/a/b.jpg)\n\n"
        '[the docs](https://a.example/) <!-- <% if a %> -->kept<!-- <% end %> --> <!-- <%= partial "x" %> --> `<%= code %>`'
    )
    assert (post.converted, post.hidden) == ({"image_tag": 2, "link_to": 1}, {"<% … %>": 2, "partial": 1})


def test_notes_without_a_header_have_the_tags_in_their_text(tmp_path: Path) -> None:
    text = "# Tugs\n#ships #old ropes# #work/2020\n\nWords #kept.\n#1\n\n```\n#code\n```\n\n#last\n"
    post = read(tmp_path, text, "Tugs.md", file_dates=True)
    assert (post.title, post.tags) == ("Tugs", ("ships", "old ropes", "work/2020", "last"))
    assert post.body == "Words #kept.\n#1\n\n```\n#code\n```"


def test_file_dates_are_those_of_the_last_change_for_posts_without_one(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a.md": "# A", "2018-05-31-b.md": "# B"})
    for name in ("a.md", "2018-05-31-b.md"):
        os.utime(tmp_path / name, (1_600_000_000, 1_600_000_000))
    files = find_files([tmp_path]).files
    dates = [str(read_post(file, file.path.read_bytes(), ImportOptions(file_dates=True)).published) for file in files]
    assert dates == ["2018-05-31 00:00:00+00:00", "2020-09-13 12:26:40+00:00"]
    with pytest.raises(Refusal, match="--file-dates"):
        read_post(files[1], files[1].path.read_bytes(), ImportOptions())
