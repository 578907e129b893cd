"""What one system alone reads, written as others do; code stays as it is."""

from pathlib import Path

import pytest

from tests.support.importing import read, write_tree
from transfer.importing.static_sites.dialects import in_common_form
from transfer.importing.static_sites.file_names import parse_file_name


@pytest.mark.parametrize(
    ("generator", "text", "expected"),
    [
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
