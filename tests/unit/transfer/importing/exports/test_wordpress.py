"""WordPress's WXR: fields, states, comments, links and pictures; a second import; nothing hidden becomes public."""

import shutil
from pathlib import Path

import pytest
from django.test import Client
from wagtail.images import get_image_model

from blog.models import BlogPage, Comment, ImportedFile, IndexRevision, PlainPage, PostPage
from tests.support.checkout import ROOT
from tests.support.importing import counts, names_of, post, run_import, tags_of, write_image
from transfer.importing.exports.wordpress_markup import wordpress_to_html

EXPORT = ROOT / "tests/support/exports/wordpress.xml"
HIDDEN = {"a-secret-draft", "pending", "private-matters", "locked", "to-come", "missed"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """The export, with its pictures beside it."""
    write_image(tmp_path / "wp-content/uploads/2019/03/tug.png")
    return Path(shutil.copy(EXPORT, tmp_path))


def test_fields_of_a_post(blog: BlogPage, client: Client, export: Path) -> None:
    report = run_import(blog, export)
    image = get_image_model().objects.get()
    page = post("tugs")
    assert (page.title, page.summary, names_of(page), page.authors[0].handle, page.published.isoformat(), page.cover) == (
        "Tugs & pilots",
        "What a tug does.",
        ["Ada Lovelace", "Bob the Guest", "eve"],
        "ada-lovelace",
        "2019-03-10T08:30:00+00:00",
        image,
    )
    assert tags_of(page) == ["ships", "tug-boats"]
    assert page.body == (
        "A tug pulls **hard**, see [ropes](/ropes/#knots) and [about](/about/) and [itself](/tugs/).\n\n"
        f'![A tug](image:{image.pk} "At the quay")\n\n'
        '```python\nprint("a < b")\n```'
    )
    for old in ("/2019/03/tugs/", "/2019/03/towing/"):
        assert client.get(old)["Location"] == "/tugs/"
    assert client.get("/?p=12")["Location"] == "/tugs/"
    assert [client.get(f"/?p={number}").status_code for number in (13, 15, 16, 99999)] == [200] * 4  # drafts, and none
    assert (counts(report), report.plain_pages) == ((14, 0, 0, 1), 6)
    assert dict(report.skipped) == {
        "WordPress trash": 2,
        "WordPress nav_menu_item": 1,
        "WordPress pingback": 1,
        "comment not approved": 1,
    }
    assert report.refusals[0][0] == "wordpress/old.example/20"
    assert "2019-02-31" in report.refusals[0][2]


def test_classic_text_has_paragraphs_captions_and_code(blog: BlogPage, export: Path) -> None:
    run_import(blog, export)
    image = get_image_model().objects.get()
    assert post("ropes").body == (
        "A rope has two ends.  \nAnd a middle.\n\n"
        f'![](image:{image.pk} "A knot")\n\n'
        "```js\nif (a < b) { c(); }\n```\n\n"
        "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)\n\n"
        "- one\n- two\n\n"
        f"![](image:{image.pk})"
    )


def test_what_was_hidden_stays_hidden(blog: BlogPage, client: Client, export: Path) -> None:
    report = run_import(blog, export)
    assert set(PostPage.objects.filter(live=False).values_list("slug", flat=True)) == HIDDEN
    assert dict(report.states) == {"drafts": 5 + 3, "scheduled": 1}
    for slug in HIDDEN:
        assert client.get(f"/{slug}/").status_code == 404
        assert client.get(f"/{slug}.md").status_code == 404
    for address in ("/", "/feed.rss", "/feed.json", "/?view=full", "/2019/04/locked/", "/2019/04/private-matters/"):
        text = b"".join(client.get(address)).decode()
        for word in ("Draft", "Pending", "Private", "Locked", "Later", "Missed", "Trashed"):
            assert f"{word} words" not in text
    said = " ".join(sentence for *_, sentence in report.notices)
    assert ("password" in said, "private" in said, "is past" in said) == (True, True, True)


def test_pages_become_plain_pages(blog: BlogPage, client: Client, export: Path) -> None:
    report = run_import(blog, export)
    pages = PlainPage.objects.order_by("url_path")
    paths = [page.url_path.removeprefix(blog.url_path) for page in pages]
    assert paths == ["about/", "about/team/", "members/", "plans/", "ropes-2/", "wages/"]
    assert [page.slug for page in pages.live()] == ["about", "team", "ropes-2"]
    assert [page.slug for page in pages.in_menu()] == ["about"]
    assert [page.body for page in pages[:2]] == ["Who [we](/tugs/) are.", "See [about us](/about/)."]
    assert client.get("/?page_id=3")["Location"] == "/about/team/"
    for path in ("/members/", "/plans/", "/wages/"):
        response = client.get(path)
        assert (response.status_code, b"page words" in response.content) == (404, False)
    assert [sentence for *_, sentence in report.notices if "taken" in sentence] == ["“ropes” is taken: the page is at ropes-2."]


def test_approved_comments_come_along_without_addresses(blog: BlogPage, client: Client, export: Path) -> None:
    report = run_import(blog, export)
    first, second = Comment.objects.order_by("sent")
    assert (first.name, first.html.strip(), first.state, first.address, first.confirmed) == (
        "Bob",
        "<p>I like <em>tugs</em>.</p>",
        "approved",
        "",
        None,
    )
    assert (second.reply_to, report.comments) == (first, 2)
    assert b"I like <em>tugs</em>." in client.get("/tugs/").content
    assert b"Unwanted words" not in client.get("/tugs/").content


def test_second_import_changes_nothing(blog: BlogPage, export: Path) -> None:
    run_import(blog, export)
    before = (IndexRevision.objects.get().number, get_image_model().objects.count(), Comment.objects.count())
    report = run_import(blog, export)
    assert (counts(report), dict(report.states)) == ((0, 0, 14, 1), {})
    assert (IndexRevision.objects.get().number, get_image_model().objects.count(), Comment.objects.count()) == before


def test_posts_that_moved_within_the_export_are_unchanged(blog: BlogPage, export: Path) -> None:
    run_import(blog, export)
    export.write_text(export.read_text().replace("<channel>", "<channel>\n<item><wp:post_type>wp_block</wp:post_type></item>"))
    assert counts(run_import(blog, export)) == (0, 0, 14, 1)


def test_later_export_changes_one_post_and_adds_its_comments(blog: BlogPage, export: Path) -> None:
    run_import(blog, export)
    Comment.objects.filter(name="Bob").update(state="rejected")
    text = export.read_text().replace("What a tug does.", "What tugs do.").replace("[spam]", "[1]")
    later = export.with_name("later.xml")
    later.write_text(text)
    report = run_import(blog, later)
    assert (counts(report), report.comments) == ((0, 1, 13, 1), 1)
    assert post("tugs").summary == "What tugs do."
    assert dict(Comment.objects.values_list("name", "state"))["Bob"] == "rejected"
    assert ImportedFile.objects.count() == 8


def test_shortcodes_left_open_take_linear_time() -> None:
    for text in ("[code]" * 100_000, "[caption" * 100_000, "<pre>" * 100_000, "\n" * 500_000, "[embed]" * 100_000):
        assert isinstance(wordpress_to_html(text), str)
