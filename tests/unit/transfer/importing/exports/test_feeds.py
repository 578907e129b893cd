"""Feeds as files: RSS, Atom, JSON Feed; what is hostile in them."""

import re
from pathlib import Path

import pytest
from django.test import Client

from blog.models import BlogPage
from tests.support.checkout import ROOT
from tests.support.importing import counts, names_of, post, run_import, tags_of, write_image
from transfer.importing.exports import xml_items

EXPORTS = ROOT / "tests/support/exports"
ITEM = "<item><title>T</title><link>https://old.example/t</link><pubDate>Mon, 01 Jan 2018 12:00:00 GMT</pubDate>{}</item>"
RSS = '<?xml version="1.0"?>{}<rss version="2.0"><channel><title>x</title>{}</channel></rss>'


def write(path: Path, items: str, head: str = "") -> Path:
    path.write_text(RSS.format(head, items))
    return path


def test_rss(blog: BlogPage, client: Client) -> None:
    report = run_import(blog, EXPORTS / "feed.rss")
    assert counts(report) == (3, 0, 0, 1)
    assert report.refusals[0] == (
        "feed/old.example/undated",
        33,
        "The post has no date: write one into the export, or import with --as-draft.",
    )
    tugs, ropes = post("tugs"), post("ropes")
    assert (tugs.title, names_of(tugs), tags_of(tugs), tugs.body) == (
        "AT&T <b>",
        ["Ada Lovelace", "Bob"],
        ["ships", "tug-boats"],
        "Whole, see [ropes](/ropes/).",
    )
    assert (names_of(ropes), ropes.body, ropes.link) == (["Bob"], "A *rope*.", "")
    assert post("something-elsewhere").link == "https://other.example/paper"
    assert client.get("/2018/ropes.html")["Location"] == "/ropes/"
    assert counts(run_import(blog, EXPORTS / "feed.rss")) == (0, 0, 3, 1)


def test_atom(blog: BlogPage) -> None:
    assert counts(run_import(blog, EXPORTS / "feed.atom")) == (2, 0, 0, 0)
    tugs, sums = post("tugs"), post("math")
    assert (tugs.title, names_of(tugs), tugs.summary, tags_of(tugs), tugs.body, tugs.published.isoformat()) == (
        "Tugs & pilots",
        ["Ada Lovelace", "Bob"],
        "What a tug does.",
        ["ships"],
        "A **tug**.  \nIt pulls.",
        "2019-03-10T08:30:00+00:00",
    )
    assert (sums.title, sums.body, sums.link) == ("1 < 2", "a \\* b < c", "https://other.example/paper")
    assert counts(run_import(blog, EXPORTS / "feed.atom")) == (0, 0, 2, 0)


def test_json_feed(blog: BlogPage) -> None:
    assert counts(run_import(blog, EXPORTS / "feed.json")) == (2, 0, 0, 0)
    tugs, link = post("tugs"), post("link")
    assert (tugs.body, tags_of(tugs), names_of(tugs)) == ("A **tug**.", ["ships", "tug-boats"], ["Ada Lovelace", "Bob"])
    assert (link.title, link.link, link.body) == ("Worth *reading*.", "https://other.example/paper", "Worth \\*reading\\*.")
    assert counts(run_import(blog, EXPORTS / "feed.json")) == (0, 0, 2, 0)


BOMB = '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("head", "items", "reason"),
    [
        (BOMB, ITEM.format("<description>&b;</description>"), "declares entities"),
        (OUTSIDE, ITEM.format("<description>&a;</description>"), "declares entities"),
        ("", ITEM.format("<a>" * 100_000), "nests more than"),
        ("", ITEM.format("<description>"), "cannot be read"),
        ("", ITEM.format("<description>&nbsp;</description>"), "undefined entity"),
    ],
)
def test_hostile_xml_is_refused_whole(head: str, items: str, reason: str, blog: BlogPage, tmp_path: Path) -> None:
    report = run_import(blog, write(tmp_path / "feed.xml", items, head))
    assert (counts(report), reason in report.refusals[0][2]) == ((0, 0, 0, 1), True)


@pytest.mark.parametrize(
    ("encoding", "error"), [("UUTF-8", "unknown encoding: UUTF-8"), ("GBK", "multi-byte encodings are not supported")]
)
def test_encoding_that_is_not_read_is_refused(encoding: str, error: str, blog: BlogPage, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(RSS.replace("?>", f' encoding="{encoding}"?>', 1).format("", ITEM.format("")))
    report = run_import(blog, path)
    assert counts(report) == (0, 0, 0, 1)
    assert report.refusals[0][2] == f"The XML declares an encoding that is not read here ({error}): save it as UTF-8."


def test_control_characters_are_left_out(blog: BlogPage, tmp_path: Path) -> None:
    run_import(blog, write(tmp_path / "feed.xml", ITEM.format("<description>a\x0bb\x08</description>")))
    assert post("t").body == "ab"


def test_post_of_twenty_thousand_tags_is_refused(blog: BlogPage, tmp_path: Path) -> None:
    tags = "".join(f"<category>t{number}</category>" for number in range(20_000))
    report = run_import(blog, write(tmp_path / "feed.xml", ITEM.format(tags)))
    assert report.refusals[0][2] == "The post has 20,000 tags: it may have 200."


def test_line_of_a_hundred_megabytes_is_refused(blog: BlogPage, tmp_path: Path) -> None:
    path = write(tmp_path / "feed.xml", ITEM.format(f"<description>{'x' * 100_000_000}</description>"))
    report = run_import(blog, path)
    assert report.refusals[0][2] == "The text has 100,000,000 characters of HTML: a post may have 600,000."


def test_file_beyond_the_limit_is_not_read(blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_items, "MAX_BYTES", 100)
    report = run_import(blog, write(tmp_path / "feed.xml", ITEM.format("")))
    assert "an export may have 100" in report.refusals[0][2]


def test_images_beside_a_feed_are_taken_from_folders_of_uploads_or_a_named_root(blog: BlogPage, tmp_path: Path) -> None:
    """A feed lies among an operator's downloads: what it names there is not shown to everybody."""
    for name in ("IMG_1.png", "uploads/a.png"):
        write_image(tmp_path / name, "red" if "IMG" in name else "navy")
    description = '&lt;img src="/IMG_1.png"&gt;&lt;img src="/blog/wp-content/uploads/a.png"&gt;'
    path = write(tmp_path / "feed.xml", ITEM.format(f"<description>{description}</description>"))
    run_import(blog, path)
    assert re.fullmatch(r"!\[\]\(/IMG_1\.png\)!\[\]\(image:\d+\)", post("t").body)
    post("t").delete()
    run_import(blog, path, root=tmp_path, overwrite=True)
    assert re.fullmatch(r"!\[\]\(image:\d+\)!\[\]\(image:\d+\)", post("t").body)
