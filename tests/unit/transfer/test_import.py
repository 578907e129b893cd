import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import Page, PageLogEntry

from blog.models import Author, BlogPage, ImportedFile, IndexRevision, PostPage, Tag
from kimonote.middleware import PICTURE_POLICY
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions
from tests.support.importing import POST, command, counts, post, run_import, simple, tags_of, write_image, write_tree
from transfer.importing import chunk_size
from transfer.importing.source import ImportOptions

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>hit()</script><circle r="3"/></svg>'


def test_second_run_imports_nothing_twice(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A"), "b.md": simple("B"), "c.md": "---\n"})
    assert counts(run_import(blog, root)) == (2, 0, 0, 1)
    before = (Page.objects.count(), Redirect.objects.count(), IndexRevision.objects.get().number)
    assert counts(run_import(blog, root)) == (0, 0, 2, 1)
    assert (Page.objects.count(), Redirect.objects.count(), IndexRevision.objects.get().number) == before


def test_file_that_only_moved_is_unchanged(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    (root / "later").mkdir()
    (root / "a.md").rename(root / "later/a.md")
    assert counts(run_import(blog, root)) == (0, 0, 1, 0)
    assert ImportedFile.objects.get().key == "later/a.md"


def test_changed_file_changes_its_post_and_keeps_its_address(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A", tags="x")})
    run_import(blog, root)
    write_tree(root, {"a.md": simple("New", tags="[y, z]", slug="other", aliases="/then/")})
    assert counts(run_import(blog, root)) == (0, 1, 0, 0)
    page = post("a")
    assert (page.title, tags_of(page), page.live, page.has_unpublished_changes) == ("New", ["y", "z"], True, False)
    assert page.get_latest_revision_as_object().title == "New"
    assert client.get("/then/")["Location"] == "/a/"
    assert b"New" in client.get("/tags/y/").content
    assert counts(run_import(blog, root)) == (0, 0, 1, 0)


def edit(page: PostPage) -> None:
    page.title = "Edited here"
    page.save_revision().publish()


@pytest.mark.parametrize("by_hand", [edit, PostPage.unpublish, PostPage.delete])
def test_work_done_here_is_not_overwritten(by_hand: Any, blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    by_hand(post("a"))
    assert counts(run_import(blog, root)) == (0, 0, 1, 0)
    write_tree(root, {"a.md": simple("From the file")})
    report = run_import(blog, root)
    assert (counts(report), "--overwrite" in report.refusals[0][2]) == ((0, 0, 0, 1), True)
    assert sum(counts(run_import(blog, root, overwrite=True))[:2]) == 1
    assert (post("a").title, post("a").live) == ("From the file", True)
    assert counts(run_import(blog, root)) == (0, 0, 1, 0)


def test_file_of_the_same_name_from_another_site_is_refused(blog: BlogPage, tmp_path: Path) -> None:
    run_import(blog, write_tree(tmp_path / "one", {"hello.md": simple("One")}))
    report = run_import(blog, write_tree(tmp_path / "two", {"hello.md": simple("Two", date="2020-01-01")}))
    assert (counts(report), post("hello").title) == ((0, 0, 0, 1), "One")


def test_one_bad_file_never_stops_the_rest(blog: BlogPage, tmp_path: Path) -> None:
    bad = {
        "tags.md": simple("T", tags="only-there"),
        "long.md": simple("L", link="https://a.b/" + "x" * 3000),
        "no.md": b"\xff\xfe\xff",
    }
    root = write_tree(tmp_path, {"a.md": simple("A"), **bad, "z.md": simple("Z")})
    report = run_import(blog, root)
    assert (counts(report), [refusal[:2] for refusal in report.refusals]) == ((3, 0, 0, 2), [("no.md", 1), ("tags.md", 1)])
    assert list(PostPage.objects.order_by("path").values_list("slug", flat=True)) == ["a", "long", "z"]
    assert not Tag.objects.filter(slug="only-there").exists()


def test_text_beyond_the_limits_is_refused_with_its_line(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A"), "long.md": simple("L") + "x " * 200_000})
    report = run_import(blog, root)
    assert (counts(report), report.refusals[0][:2]) == ((1, 0, 0, 1), ("long.md", 5))


def test_post_that_the_database_refuses_is_alone_refused(
    blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transfer.importing.writing import writer

    original = writer.raise_revision

    def failing(posts: list[int]) -> int:
        if PostPage.objects.filter(pk__in=posts, slug="c").exists():
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO blog_tag (id) VALUES (NULL)")
        return original(posts)

    monkeypatch.setattr(writer, "raise_revision", failing)
    root = write_tree(tmp_path, {f"{name}.md": simple(name.upper(), tags=f"t{name}") for name in "abcde"})
    report = run_import(blog, root)
    assert (counts(report), report.refusals[0][0]) == ((4, 0, 0, 1), "c.md")
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["ta", "tb", "td", "te"]
    assert Page.find_problems() == ([], [], [], [], [])
    assert Page.objects.get(pk=blog.pk).numchild == 4


def test_chunks_follow_each_other(blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_size, "MAX_CHUNK", 2)
    make_post(blog, "x", slug="n2")
    root = write_tree(tmp_path, {f"{number}/n{number % 4}.md": simple(str(number), tags="x") for number in range(7)})
    report = run_import(blog, root)
    slugs = list(PostPage.objects.order_by("path").values_list("slug", flat=True))
    assert (counts(report), slugs) == ((7, 0, 0, 0), ["n2", "n0", "n1", "n2-2", "n3", "n0-2", "n1-2", "n2-3"])
    assert (len(report.notices), Tag.objects.count()) == (4, 1)
    assert Page.find_problems() == ([], [], [], [], [])


def test_states_of_posts(blog: BlogPage, tmp_path: Path) -> None:
    future = (timezone.now() + timedelta(days=10)).date().isoformat()
    root = write_tree(
        tmp_path,
        {
            "live.md": simple("Live", lastmod="2018-06-02"),
            "draft.md": simple("Draft", draft="true"),
            "draft-to-come.md": simple("Draft to come", draft="true", date=future),
            "to-come.md": simple("To come", date=future),
            "expired.md": simple("Expired", expiryDate="2018-06-01"),
            "expires.md": simple("Expires", expiryDate=future),
            "drafts/undated.md": "---\ntitle: Undated\n---\nText.",
        },
    )
    report = run_import(blog, root)
    assert (counts(report), dict(report.states)) == ((7, 0, 0, 0), {"drafts": 3, "scheduled": 1, "expired": 1})
    states = {page.slug: (page.live, page.has_unpublished_changes, page.status_string) for page in PostPage.objects.all()}
    assert states == {
        "live": (True, False, "live"),
        "draft": (False, True, "draft"),
        "draft-to-come": (False, True, "draft"),
        "undated": (False, True, "draft"),
        "to-come": (False, True, "scheduled"),
        "expired": (False, True, "expired"),
        "expires": (True, False, "live"),
    }
    live = post("live")
    assert (live.first_published_at, live.last_published_at) == (
        datetime(2018, 5, 31, tzinfo=UTC),
        datetime(2018, 6, 2, tzinfo=UTC),
    )
    assert (live.live_revision, post("draft").live_revision) == (live.latest_revision, None)
    assert (post("draft-to-come").published, post("to-come").published) == (None, post("to-come").go_live_at)


def test_scheduled_post_goes_live_in_its_time(blog: BlogPage, tmp_path: Path) -> None:
    soon = timezone.now() + timedelta(hours=1)
    run_import(blog, write_tree(tmp_path, {"a.md": simple("A", date=soon.isoformat(), tags="x")}))
    page = post("a")
    assert page.approved_schedule
    page.latest_revision.publish()
    assert not post("a").live
    PostPage.objects.update(go_live_at=timezone.now())
    revision = page.latest_revision
    revision.content["go_live_at"] = timezone.now().isoformat()
    revision.publish()
    assert (post("a").live, tags_of(post("a"))) == (True, ["x"])


def test_draft_that_was_finished_goes_live(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A", draft="true")})
    run_import(blog, root)
    write_tree(root, {"a.md": simple("A")})
    run_import(blog, root)
    assert (post("a").live, post("a").published) == (True, datetime(2018, 5, 31, tzinfo=UTC))
    write_tree(root, {"a.md": simple("A", draft="true")})
    run_import(blog, root)
    assert (post("a").live, post("a").has_unpublished_changes) == (False, True)


def test_dry_run_says_the_same_and_writes_nothing(blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_size, "MAX_CHUNK", 2)
    root = write_tree(tmp_path, {f"{number}/a.md": simple("A", tags="[x, y]", author="Ada") for number in range(5)})
    write_tree(root, {"admin.md": simple("Admin"), "b.md": simple("B") + "![](one.png)"})
    write_image(root / "one.png")
    models = (Page, Tag, Author, Redirect, ImportedFile, get_image_model(), PageLogEntry)
    before = [model.objects.count() for model in models]
    revision = IndexRevision.objects.get().number
    dry_run = run_import(blog, root, dry_run=True)
    assert ([model.objects.count() for model in models], IndexRevision.objects.get().number) == (before, revision)
    real = run_import(blog, root)
    assert (counts(dry_run), dry_run.new_tags, dry_run.new_authors) == (counts(real), real.new_tags, real.new_authors)
    assert [note[2] for note in dry_run.notices] == [note[2] for note in real.notices]


def test_redirects_never_take_an_address_from_another(blog: BlogPage, tmp_path: Path) -> None:
    first = make_post(blog, slug="first")
    Redirect.add_redirect("/taken/", first, site=blog.get_site())
    report = run_import(blog, write_tree(tmp_path, {"a.md": simple("A", aliases="[/taken/, /free/, /a/]")}))
    assert {redirect.old_path: redirect.redirect_page_id for redirect in Redirect.objects.all()} == {
        "/taken": first.pk,
        "/free": post("a").pk,
    }
    assert (report.redirects, len(report.notices)) == (1, 1)


def test_several_blogs_are_distinguished(blog: BlogPage, tmp_path: Path) -> None:
    other = make_blog("other.example", default=False)
    root = write_tree(tmp_path, {"a.md": simple("A")})
    posts = [PostPage.objects.child_of(page) for page in (other, blog)]
    assert command(root, "--blog", other.slug)[0] == 0
    assert [page.count() for page in posts] == [1, 0]
    assert command(root, "--site", "testserver")[0] == 0
    assert [page.count() for page in posts] == [1, 1]


def test_listing_shows_what_was_imported_at_once(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    assert client.get("/tags/x/").status_code == 404
    run_import(blog, write_tree(tmp_path, {"a.md": simple("Apple", tags="x"), "b.md": simple("Pear", tags="x", draft="true")}))
    content = client.get("/tags/x/").content
    assert (b"Apple" in content, b"Pear" in content) == (True, False)
    assert b"Text of Apple." in client.get("/a/").content


@contextmanager
def no_more_queries_than(limit: int) -> Iterator[None]:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        yield
    assert len(queries) <= limit


def test_queries_do_not_grow_with_posts(blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transfer.importing.chunk_size.TRANSACTION_SECONDS", 1000)  # else a slow machine has more transactions
    root = write_tree(tmp_path, {f"{number}.md": POST.format(title=number) for number in range(40)})
    with no_more_queries_than(66):  # in two transactions
        assert counts(run_import(blog, root)) == (40, 0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_import_on_several_processes_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transfer.importing.workers.MIN_ITEMS_FOR_PROCESSES", 1)
    blog = make_blog()
    root = write_tree(tmp_path, {f"{number}.md": POST.format(title=number) for number in range(4)} | {"x.md": "---\n"})
    report = run_import(blog, root, jobs=2, options=ImportOptions())
    assert (counts(report), [refusal[0] for refusal in report.refusals]) == ((4, 0, 0, 1), ["x.md"]), report.text()
    assert [page.html for page in PostPage.objects.all()] == ["<p>Some text.</p>"] * 4


def test_old_addresses_that_are_the_sites_own_are_refused_with_a_note(blog: BlogPage, tmp_path: Path) -> None:
    aliases = "[/admin, /admin/pages/, /signup/x, /tags/, /../.., /archive/a.html]"
    report = run_import(blog, write_tree(tmp_path, {"a.md": simple("A", aliases=aliases)}))
    assert set(Redirect.objects.values_list("old_path", flat=True)) == {"/archive/a.html"}
    assert sorted(sentence for _, _, sentence in report.notices) == [
        "Its old address /../.. leads upwards: left out.",
        *(
            f"Its old address {path} is the site's own, or leads somewhere else already."
            for path in ("/admin", "/admin/pages", "/signup/x", "/tags")
        ),
    ]


def test_images_in_every_spelling_are_found_and_other_types_counted(blog: BlogPage, tmp_path: Path) -> None:
    body = "![a](</p/a b.png>) ![a](c(1).png) ![a][r] <img src=d.png> ![a](größe.png) ![a](none.png)\n\n[r]: r.png\n"
    body += "\n![a](e.svg) ![a](f.bmp)"
    root = write_tree(tmp_path, {"a.md": simple("A") + body, "e.svg": SVG, "f.bmp": "BM"})
    for number, name in enumerate(("p/a b.png", "c(1).png", "r.png", "d.png", "größe.png")):
        write_image(root / name, f"#0000{number}0")
    report = run_import(blog, root)
    assert (report.images, report.missing_images, dict(report.types_not_taken)) == (6, 1, {".bmp": 1})
    assert post("a").body.count("image:") == 6
    assert "Image types not taken: .bmp 1." in report.text()


def test_hostile_svg_is_refused_or_shown_without_what_runs(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "a">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>'
    root = write_tree(tmp_path, {"a.md": simple("A") + "![s](sea.svg) ![b](bomb.svg)", "sea.svg": SVG, "bomb.svg": bomb})
    code, said = command(root)
    assert (code, "image refused:" in said, "This SVG picture cannot be read" in said) == (0, True, True)
    make_versions()
    address = re.findall(r'<img alt="s" src="([^"]+)"', client.get("/a/").content.decode())[0]
    response = client.get(address)
    content = b"".join(response.streaming_content)
    assert (response["Content-Type"], b"<circle" in content, b"hit" in content) == ("image/svg+xml", True, False)
    assert response["Content-Security-Policy"] == PICTURE_POLICY
    assert "![b](bomb.svg)" in post("a").body


def test_pictures_with_the_wrong_suffix_are_taken_as_what_they_are(blog: BlogPage, tmp_path: Path, media: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A") + "![a](photo.png) ![b](text.png) ![c](right.jpg)"})
    write_image(root / "photo.jpg", "red").rename(root / "photo.png")
    write_image(root / "right.jpg", "blue")
    (root / "text.png").write_text("no picture")
    report = run_import(blog, root)
    names = sorted(Path(image.file.name).name for image in get_image_model().objects.all())
    assert (names, report.missing_images) == (["photo.jpg", "right.jpg"], 1)


def test_picture_named_without_its_folder_is_found_if_it_is_the_only_one_of_its_name(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"_config.yml": "", "_posts/a.md": simple(image="cover.png") + "![](twice.png)\n"})
    write_image(root / "assets/covers/cover.png")
    write_image(root / "assets/x/twice.png")
    write_image(root / "assets/y/twice.png", "red")
    report = run_import(blog, root)
    assert (report.images, report.missing_images) == (1, 1)
    assert post("a").cover is not None


def test_pictures_that_a_folder_served_at_the_addresses_of_posts(blog: BlogPage, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"config.toml": 'base_url = "/"\n', "content/2017/a/index.md": simple("A") + "![](a.png)"}
    root = write_tree(tmp_path, {**files, "content/2017/b.md": simple("B") + "![](a.png)"})
    for folder, colour in (("static/2017/a", "navy"), ("static/2017/b", "red"), ("content/2017/a/raw", "green")):
        write_image(root / folder / "a.png", colour)
    report = run_import(blog, root)
    assert (report.images, report.missing_images) == (2, 0)
