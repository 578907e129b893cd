"""Netscape bookmarks: external posts with tags of their own and of folders."""

from pathlib import Path

import pytest
from django.test import Client

from blog.models import BlogPage, PostPage, Tag
from tests.support.checkout import ROOT
from tests.support.importing import counts, post, run_import, tags_of

EXPORT = ROOT / "tests/support/exports/bookmarks.html"
HEAD = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>"


def test_bookmarks_are_external_posts(blog: BlogPage, client: Client) -> None:
    report = run_import(blog, EXPORT)
    assert (counts(report), dict(report.skipped)) == (
        (3, 0, 0, 1),
        {"bookmark in another folder too": 1, "bookmark of no web page": 2},
    )
    one, two = post("one-t-more"), post("two")
    assert (one.title, one.link, one.body, tags_of(one), one.published.isoformat()) == (
        "One <T> & more",
        "https://one.example/?a=1&b=2",
        "Why I keep \\*it\\*.  \nSecond line.",
        ["harbours", "ships", "tug-boats"],
        "2019-03-10T08:30:00+00:00",
    )
    assert (two.published.isoformat(), tags_of(two)) == ("2019-03-10T08:31:40+00:00", ["harbours"])
    assert not post("secret").live
    assert b"secret.example" not in client.get("/").content
    assert counts(run_import(blog, EXPORT)) == (0, 0, 3, 1)


@pytest.mark.once
def test_many_tags(blog: BlogPage, tmp_path: Path) -> None:
    """20,000 tags, of 200 bookmarks: more than SQLite takes parameters in a statement."""
    lines = [
        f'<DT><A HREF="https://a.example/{number}" ADD_DATE="1552206600" '
        f'TAGS="{",".join(f"t{number}-{tag}" for tag in range(100))}">B{number}</A>'
        for number in range(200)
    ]
    path = tmp_path / "bookmarks.html"
    path.write_text(f"{HEAD}{''.join(lines)}</DL>")
    assert counts(run_import(blog, path)) == (200, 0, 0, 0)
    assert Tag.objects.count() == 20_000


@pytest.mark.once
def test_hostile_files_end(blog: BlogPage, tmp_path: Path) -> None:
    path = tmp_path / "bookmarks.html"
    for text in ("<DL><p>" * 50_000, "<DT><A HREF='" * 100_000, "&" * 1_000_000, "<!" * 500_000, "x" * 10_000_000):
        path.write_text(HEAD + text)
        run_import(blog, path)
    assert PostPage.objects.count() == 0
