"""A file that changed, and its post, which was changed here too: nothing is lost, nothing unreviewed published."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Revision, Workflow

from blog.models import BlogPage, ImportedFile, PostPage, Tag
from blog.services.bin import move_to_bin
from blog.services.many_posts import add_tags, publish
from blog.services.scheduling import publish_scheduled
from tests.support.importing import counts, post, run_import, simple, tags_of, write_tree
from transfer.importing.run import Import


def draft(page: PostPage, **fields: object) -> Revision:
    """Save a draft above what is published, as an editor would."""
    newest = page.get_latest_revision_as_object()
    for name, value in {"title": "Words of a draft", **fields}.items():
        setattr(newest, name, value)
    return newest.save_revision(log_action=True)


def schedule(page: PostPage) -> None:
    draft(page, go_live_at=timezone.now() + timedelta(days=2)).publish()


def lock(page: PostPage) -> None:
    Page.objects.filter(pk=page.pk).update(locked=True)


def submit(page: PostPage) -> None:
    draft(page)
    Workflow.objects.get(name="Moderators approval").start(post("a"), User.objects.create(username="writer"))


def state_of(page: PostPage) -> tuple[object, ...]:
    """Whatever an import that is refused must leave as it is."""
    revisions = [(row.pk, row.content, row.approved_go_live_at) for row in page.revisions.order_by("pk")]
    row = PostPage.objects.filter(pk=page.pk).values().get()
    return row, revisions, tags_of(page), list(page.workflow_states.values_list("status", flat=True))


@pytest.mark.parametrize(
    ("here", "overwrite", "words"),
    [
        (draft, False, "edited"),
        (schedule, False, "edited"),
        (PostPage.unpublish, False, "edited"),
        (submit, False, "waits for a moderator"),
        (submit, True, "publish or reject"),
        (lock, False, "locked"),
        (lock, True, "unlock"),
        (lambda page: move_to_bin([page.pk]), False, "to the bin"),
        (lambda page: add_tags([page.pk], [Tag.objects.create(name="added here", slug="added-here")]), False, "edited"),
    ],
    ids=["draft", "schedule", "unpublish", "workflow", "workflow, overwrite", "lock", "lock, overwrite", "bin", "bulk tags"],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_work_done_here_stays_and_is_named(
    here: Callable[[PostPage], object], overwrite: bool, words: str, dry_run: bool, blog: BlogPage, tmp_path: Path
) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    here(post("a"))
    before = state_of(post("a"))
    write_tree(root, {"a.md": simple("From the file")})
    report = run_import(blog, root, dry_run=dry_run, overwrite=overwrite)
    assert (counts(report), words in report.refusals[0][2], state_of(post("a"))) == ((0, 0, 0, 1), True, before)


def test_overwriting_publishes_nothing_of_a_draft(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    made = draft(post("a"), slug="other", seo_title="Not reviewed", comments_allowed=False, search_description="Nor this")
    write_tree(root, {"a.md": simple("From the file")})
    report = run_import(blog, root, overwrite=True)
    page = post("a")
    assert (counts(report), page.title, page.live, page.seo_title) == ((0, 1, 0, 0), "From the file", True, "")
    assert (page.search_description, page.comments_allowed, page.has_unpublished_changes) == ("", True, False)
    assert Revision.objects.get(pk=made.pk).content["title"] == "Words of a draft"
    assert ["history" in sentence for _key, _line, sentence in report.notices] == [True]
    assert counts(run_import(blog, root)) == (0, 0, 1, 0)


def test_overwriting_takes_a_post_out_of_the_bin(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    pk = post("a").pk
    move_to_bin([pk])
    write_tree(root, {"a.md": simple("From the file")})
    report = run_import(blog, root, overwrite=True, dry_run=True)
    assert (counts(report), PostPage.objects.filter(live=True).count()) == ((0, 1, 0, 0), 0)
    report = run_import(blog, root, overwrite=True)
    page = PostPage.objects.child_of(blog).get(binned=None)
    assert (counts(report), page.pk, page.title, page.live) == ((0, 1, 0, 0), pk, "From the file", True)


def test_draft_in_the_bin_is_not_published_there(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A", draft="true")})
    run_import(blog, root)
    move_to_bin([post("a").pk])
    write_tree(root, {"a.md": simple("A")})
    assert (counts(run_import(blog, root)), post("a").live) == ((0, 0, 0, 1), False)


def test_privacy_stays(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    PageViewRestriction.objects.create(page=post("a"), restriction_type="login")
    write_tree(root, {"a.md": simple("From the file")})
    assert counts(run_import(blog, root)) == (0, 1, 0, 0)
    assert (post("a").title, post("a").view_restrictions.count()) == ("From the file", 1)


def test_post_that_is_saved_while_the_import_runs_is_refused(
    blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    write_tree(root, {"a.md": simple("From the file")})
    original = Import._change

    def saved_meanwhile(self: Import, ready: object) -> None:
        draft(post("a"))
        original(self, ready)  # type: ignore[arg-type]

    monkeypatch.setattr(Import, "_change", saved_meanwhile)
    report = run_import(blog, root)
    page = post("a")
    assert (counts(report), page.title, page.draft_title) == ((0, 0, 0, 1), "A", "Words of a draft")


def soon() -> str:
    return (timezone.now() + timedelta(hours=1)).isoformat()


def arrive(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    now = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: now)
    publish_scheduled()


def test_post_that_its_schedule_published_follows_its_file(
    blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = soon()
    root = write_tree(tmp_path, {"a.md": simple("A", date=at)})
    run_import(blog, root)
    arrive(monkeypatch, 2)
    assert post("a").live
    write_tree(root, {"a.md": simple("From the file", date=at)})
    assert counts(run_import(blog, root)) == (0, 1, 0, 0)
    assert (post("a").title, post("a").live) == ("From the file", True)


def test_tags_added_to_a_scheduled_post_stay(blog: BlogPage, tmp_path: Path) -> None:
    at = soon()
    root = write_tree(tmp_path, {"a.md": simple("A", date=at)})
    run_import(blog, root)
    add_tags([post("a").pk], [Tag.objects.create(name="added here", slug="added-here")])
    before = state_of(post("a"))
    write_tree(root, {"a.md": simple("From the file", date=at)})
    assert (counts(run_import(blog, root)), state_of(post("a"))) == ((0, 0, 0, 1), before)


def test_draft_published_here_is_not_unpublished(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A", draft="true")})
    run_import(blog, root)
    publish([post("a").pk])
    write_tree(root, {"a.md": simple("From the file", draft="true")})
    assert (counts(run_import(blog, root)), post("a").title, post("a").live) == ((0, 0, 0, 1), "A", True)


def test_post_that_expired_follows_its_file_and_stays_expired(
    blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = soon()
    root = write_tree(tmp_path, {"a.md": simple("A", expiryDate=end)})
    run_import(blog, root)
    arrive(monkeypatch, 2)
    assert (post("a").live, post("a").expired) == (False, True)
    write_tree(root, {"a.md": simple("From the file", expiryDate=end)})
    assert counts(run_import(blog, root)) == (0, 1, 0, 0)
    page = post("a")
    assert (page.draft_title, page.live, page.expired) == ("From the file", False, True)
    assert counts(run_import(blog, root)) == (0, 0, 1, 0)


def test_file_that_gets_an_expiry_in_the_past_is_never_live(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A")})
    run_import(blog, root)
    write_tree(root, {"a.md": simple("A", expiryDate="2019-01-01")})
    assert counts(run_import(blog, root)) == (0, 1, 0, 0)
    assert (post("a").live, post("a").expired) == (False, True)


@pytest.mark.parametrize("header", [{"draft": "true"}, {"expiryDate": "2019-01-01"}])
def test_file_that_is_withdrawn_before_its_time_is_not_published_then(
    header: dict[str, str], blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A", date=soon())})
    run_import(blog, root)
    write_tree(root, {"a.md": simple("A", **header)})
    assert counts(run_import(blog, root)) == (0, 1, 0, 0)
    arrive(monkeypatch, 2)
    assert (post("a").live, post("a").approved_schedule) == (False, False)


@pytest.mark.parametrize("is_new", [True, False])
def test_two_imports_at_once_write_each_file_once(
    is_new: bool, blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(tmp_path, {"a.md": simple("A"), "b.md": simple("B")})
    if not is_new:
        run_import(blog, root)
        write_tree(root, {"a.md": simple("A again"), "b.md": simple("B again")})
    original, others = Import._ready, [tmp_path]

    def imported_meanwhile(self: Import, prepared: object) -> object:
        if others:
            run_import(blog, others.pop() / "a.md", root=root)
        return original(self, prepared)  # type: ignore[arg-type]

    monkeypatch.setattr(Import, "_ready", imported_meanwhile)
    report = run_import(blog, root)
    assert counts(report) == ((1, 0, 0, 1) if is_new else (0, 1, 0, 1))
    assert report.refusals == [("a.md", 1, "Another import has brought this file meanwhile: import it again.")]
    assert PostPage.objects.count() == ImportedFile.objects.count() == 2
