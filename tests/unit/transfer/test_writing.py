"""What an import leaves in Wagtail: its indexes, revisions and history, tags, authors and images."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from wagtail.images import get_image_model
from wagtail.models import Page, PageLogEntry, ReferenceIndex

from blog import terms
from blog.markdown.references import expand_one
from blog.models import Author, BlogPage, Comment, PostPage, Tag, TagAlias
from blog.search import search
from blog.tagindex.store import snapshot
from tests.support.factories import make_author, make_post
from tests.support.importing import counts, post, run_import, simple, tags_of, write_image, write_tree
from transfer.importing.source import SourceComment
from transfer.importing.writing.comments import write_comments


def test_indexes_are_what_wagtail_would_have_made(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("Zebra", tags="[x, y]", author="Ada", cover="c.png"), "b.md": simple("B")})
    write_image(root / "c.png")
    run_import(blog, root)
    page = post("a")
    fields = (
        "content_type",
        "base_content_type",
        "to_content_type",
        "to_object_id",
        "model_path",
        "content_path",
        "content_path_hash",
    )
    rows = ReferenceIndex.objects.filter(object_id=str(page.pk)).order_by("content_path").values_list(*fields)
    made = list(rows)
    ReferenceIndex.objects.all().delete()
    with transaction.atomic():
        ReferenceIndex.create_or_update_for_object(PostPage.objects.get(pk=page.pk))
    assert made == list(rows)
    assert len(made) == 4
    assert [found.pk for found in PostPage.objects.search("zebra")] == [page.pk]
    index = snapshot(blog.path)
    assert list(index.ids(search(index, "y"))) == [page.pk]


def test_revision_is_what_wagtail_would_have_saved(blog: BlogPage, tmp_path: Path) -> None:
    run_import(blog, write_tree(tmp_path, {"a.md": simple("A", tags="[x, y]", author="Ada", excerpt="Sum")}))
    page = post("a")
    page.save_revision()
    made, again = (revision.content for revision in page.revisions.order_by("pk"))
    for content in (made, again):
        for key in ("latest_revision", "latest_revision_created_at", "live_revision"):
            del content[key]
        content["tagged_items"].sort(key=lambda item: item["pk"])
    assert made == again
    assert list(PageLogEntry.objects.filter(page=page).values_list("action", flat=True)) == ["wagtail.publish"]


def test_imported_post_can_be_edited_in_the_admin(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    run_import(blog, write_tree(tmp_path, {"a.md": simple("A", tags="[x, y]"), "b.md": simple("B", draft="true")}))
    client.force_login(get_user_model().objects.create_superuser("editor", password="x"))
    for slug in ("a", "b"):
        page = post(slug)
        assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
        assert client.get(f"/admin/pages/{page.pk}/history/").status_code == 200
        form = {
            "title": "Edited",
            "slug": slug,
            "body": "New text.",
            "tags": "x, z",
            "link": "",
            "summary": "",
            "action-publish": "1",
        }
        response = client.post(
            f"/admin/pages/{page.pk}/edit/",
            {**form, **{f"{name}-{count}_FORMS": 0 for name in ("comments", "post_authors") for count in ("TOTAL", "INITIAL")}},
        )
        assert response.status_code == 302
        page = post(slug)
        assert (page.title, tags_of(page), page.live) == ("Edited", ["x", "z"], True)
    make_post(blog, "x")
    assert Page.find_problems() == ([], [], [], [], [])


def test_exported_post_is_imported_with_its_subtitle(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    authors = [make_author("eve", name="Eve, Ltd"), make_author("ada", name="Ada"), make_author("ada2", name="Ada")]
    make_post(blog, "x", slug="a", subtitle="Of tides: a “guide”", summary="Short.", authors=authors)
    exported = client.get("/a.md").getvalue().decode()
    assert "subtitle: " in exported
    post("a").delete()
    run_import(blog, write_tree(tmp_path, {"a.md": exported}))
    assert (post("a").subtitle, post("a").summary, post("a").authors) == ("Of tides: a “guide”", "Short.", authors)
    assert client.get("/a.md").getvalue().decode() == exported


def test_tags_are_those_that_are_there(blog: BlogPage, tmp_path: Path) -> None:
    make_post(blog, "x")
    renamed = Tag.objects.create(name="Open Source", slug="oss")
    merged = Tag.objects.create(name="Procurement")
    TagAlias.objects.create(slug="buying", tag=merged)
    run_import(
        blog, write_tree(tmp_path, {"a.md": simple("A", tags="[X, open source, Buying, procurement, C++, c++, Open-Source]")})
    )
    assert tags_of(post("a")) == ["c-plus-plus", "oss", "procurement", "x"]
    assert renamed in post("a").tags.all()


def test_authors_are_found_or_made(blog: BlogPage, tmp_path: Path) -> None:
    ada = make_author("ada", name="Ada Lovelace")
    headers: dict[str, dict[str, object]] = {
        "a": {"author": "ada lovelace"},
        "b": {"authors": "[ada]"},
        "c": {"author": "日本"},
        "d": {},
        "e": {"authors": "[Grace, ADA LOVELACE, ada]"},
    }
    root = write_tree(tmp_path, {f"{name}.md": simple(name, **header) for name, header in headers.items()})
    report = run_import(blog, root, author=make_author("grace"))
    assert [post(slug).authors for slug in "abe"] == [[ada], [ada], [Author.objects.get(handle="grace"), ada]]
    made = Author.objects.get(name="日本")
    assert (post("c").authors, report.new_authors) == ([made], {made.handle})
    made.full_clean()
    assert [author.handle for author in post("d").authors] == ["grace"]


def test_images_are_stored_once_and_only_from_below_the_roots(blog: BlogPage, tmp_path: Path) -> None:
    secret = write_image(tmp_path / "secret.png", "red")
    text = "![a](one.png) ![b](sub/two.png) ![c](../secret.png) ![d](link.png) <img src='/one.png'> ![e](https://x.example/y.png)\n"
    code = "\n```\n![a](one.png)\n```\n![f](broken.png) ![g](../../../../etc/passwd)\n"
    root = write_tree(
        tmp_path / "site", {"a.md": simple("A") + text + code, "b.md": simple("B") + "![](one.png)", "broken.png": "no image"}
    )
    write_image(root / "one.png")
    write_image(root / "sub/two.png")  # the same bytes
    (root / "link.png").symlink_to(secret)
    report = run_import(blog, root)
    image = get_image_model().objects.get()
    assert (report.images, report.missing_images) == (1, 4)
    wanted = f"![a](image:{image.pk}) ![b](image:{image.pk}) ![c](../secret.png) ![d](link.png) <img src='image:{image.pk}'>"
    assert wanted in post("a").body
    assert "```\n![a](one.png)\n```" in post("a").body
    assert post("b").body.endswith(f"![](image:{image.pk})")
    assert expand_one(post("b").html).count('width="40"') == 1
    assert counts(run_import(blog, root)) == (0, 0, 2, 0)


def test_images_of_a_refused_post_are_not_kept(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"admin.md": simple("A") + "![](one.png)"})
    write_image(root / "one.png")
    assert counts(run_import(blog, root)) == (0, 0, 0, 1)
    assert not get_image_model().objects.exists()


def test_terms_of_the_search_index_are_found_before_the_lock(
    blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stemming the words of a post of 200 kB takes nine tenths of the time of writing it."""
    stemmed: list[tuple[str, bool]] = []
    original = terms._indexed
    outside = len(connection.savepoint_ids)  # the test itself is a transaction

    def noted(text: str) -> str:
        if "Text of" in text:
            stemmed.append((text.partition("\n")[0], len(connection.savepoint_ids) == outside))
        return original(text)

    monkeypatch.setattr(terms, "_indexed", noted)
    folder = write_tree(tmp_path, {"a.md": simple("Zebra", subtitle="Stripes", summary="Running")})
    run_import(blog, folder)
    assert stemmed == [("Zebra", True)]
    write_tree(tmp_path, {"a.md": simple("Zebras", subtitle="Stripes", summary="Running")})
    run_import(blog, folder)
    assert stemmed[1:] == [("Zebras", True), ("Zebra", False)]  # Wagtail indexes what was there once more
    assert [found.slug for found in PostPage.objects.search("run")] == ["a"]


def test_replies_follow_what_they_reply_to_in_any_order(blog: BlogPage) -> None:
    page = make_post(blog)
    sent = datetime(2020, 1, 2, tzinfo=UTC)
    above = {"a": "", "b": "c", "c": "d", "d": "a", "e": "f", "f": "e", "g": "gone", "h": "h"}  # e, f and h go in circles
    found = [(SourceComment(key, key, key, sent, reply_to), f"<p>{key}</p>") for key, reply_to in above.items()]
    assert write_comments([(page.pk, found)]) == len(above)
    named = Comment.objects.order_by("name").values_list("name", "reply_to__name")
    assert dict(named) == {"a": None, "b": "c", "c": "d", "d": "a", "e": None, "f": None, "g": None, "h": None}
    assert write_comments([(page.pk, [*found, (SourceComment("i", "i", "i", sent, "b"), "<p>i</p>")])]) == 1
    assert Comment.objects.get(name="i").reply_to == Comment.objects.get(name="b")
