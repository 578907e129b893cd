"""What is done with many posts by a job does what it does in a request, lot after lot; its page undoes what can be undone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from blog.admin import bin as bin_views
from blog.admin.bin_many import DeleteManyForGood
from blog.admin.many import ManyAction
from blog.admin.post_bulk_actions import Publish
from blog.models import Author, BinnedPost, BlogPage, PostOperation, PostPage, Tag
from blog.models.revision import IndexRevision
from blog.services.bin import move_to_bin
from jobs import running
from jobs.models import Job, JobState
from jobs.running import run_pending
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_post

LISTING = "/admin/posts/"
CHANGES = "/admin/posts/changes/"
POSTS = 5


@pytest.fixture(autouse=True)
def lots_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have jobs do what is done with more than two objects, two at a time."""
    for action in (ManyAction, Publish, DeleteManyForGood):
        monkeypatch.setattr(action, "at_once", 2)
    monkeypatch.setattr(bin_views, "AT_ONCE", 2)


@pytest.fixture
def posts(blog: BlogPage) -> list[PostPage]:
    ada = make_author("ada")
    made = [make_post(blog, "a", title=f"Kite {number}", authors=[ada]) for number in range(POSTS)]
    for post in made:
        post.save_revision().publish()
    return made


@pytest.fixture
def mona(blog: BlogPage) -> User:
    return member_of("Moderators", name="mona")


def do(client: Client, action: str, model: str = "postpage", chosen: str = "id=all", **form: Any) -> Job:
    """Do something with all, by a job, and return the job."""
    response = client.post(f"/admin/bulk/blog/{model}/{action}/?next={LISTING}&{chosen}", form)
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/jobs/{job.pk}/"
    run_pending()
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.log
    assert (job.done, job.total) == (POSTS, POSTS)
    return job


def shown(client: Client, job: Job) -> str:
    page: str = client.get(f"/admin/jobs/{job.pk}/").content.decode()
    return page


def states() -> Iterator[tuple[list[str], list[str], bool]]:
    """Yield tags, authors and whether it is live, of each post."""
    for post in PostPage.objects.order_by("pk"):
        yield sorted(tag.name for tag in post.tags.all()), [author.handle for author in post.authors], post.live


def test_each_action_is_done_with_every_post(mona: User, posts: list[PostPage]) -> None:
    client, eve = client_of(mona), make_author("eve")
    question = client.get(f"/admin/bulk/blog/postpage/add_tags/?next={LISTING}&id=all").content.decode()
    assert "done in the background" in question
    assert "5 posts have been changed." in shown(client, do(client, "add_tags", tags="b, brand new"))
    assert list(states()) == [(["a", "b", "brand new"], ["ada"], True)] * POSTS
    assert "5 posts have been changed." in shown(client, do(client, "remove_tags", tags="b, a"))
    assert "5 posts have been changed." in shown(client, do(client, "set_author", author=eve.pk))
    assert list(states()) == [(["brand new"], ["eve"], True)] * POSTS
    assert "5 posts have been unpublished." in shown(client, do(client, "unpublish"))
    assert list(states()) == [(["brand new"], ["eve"], False)] * POSTS
    assert "5 posts have been published." in shown(client, do(client, "publish"))
    assert list(states()) == [(["brand new"], ["eve"], True)] * POSTS
    assert all(post.get_latest_revision_as_object().authors == [eve] for post in PostPage.objects.all())


def test_few_posts_are_changed_in_the_request(mona: User, posts: list[PostPage]) -> None:
    chosen = "&".join(f"id={post.pk}" for post in posts[:2])
    page = client_of(mona).post(f"/admin/bulk/blog/postpage/bin/?next={LISTING}&{chosen}", follow=True).content.decode()
    assert "2 posts are in the bin." in page
    assert not Job.objects.exists()


def test_undo_of_a_job_restores_all_that_it_moved(mona: User, posts: list[PostPage]) -> None:
    client = client_of(mona)
    before = {path: Client().get(path).content for path in ("/", "/feed.atom", "/tags/a/")}
    page = shown(client, do(client, "bin"))
    assert BinnedPost.objects.count() == POSTS
    assert BinnedPost.objects.values("batch").distinct().count() == 1
    assert "5 posts are in the bin." in page
    address = re.search(r'action="(/admin/bin/restore/[^"]+)"', page)
    assert address is not None
    response = client.post(address[1])
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/jobs/{job.pk}/"
    run_pending()
    assert "5 posts are restored." in shown(client, job)
    assert not BinnedPost.objects.exists()
    assert {path: Client().get(path).content for path in before} == before
    assert "restore/" not in shown(client, Job.objects.earliest("pk"))


@pytest.mark.parametrize(
    ("action", "form"),
    [("add_tags", {"tags": "b"}), ("remove_tags", {"tags": "a"}), ("set_author", {}), ("unpublish", {}), ("publish", {})],
)
def test_undo_of_a_job_changes_all_back_by_one_button(
    mona: User, posts: list[PostPage], action: str, form: dict[str, Any]
) -> None:
    """Byte for byte, lot after lot as it was done."""
    client = client_of(mona)
    if action == "publish":
        for post in posts:
            post.title += " anew"
            post.save_revision()
    form = {"author": make_author("eve").pk} if action == "set_author" else form
    before = pages(posts)
    job = do(client, action, **form)
    assert pages(posts) != before
    operation = PostOperation.objects.get()
    assert (operation.count, operation.lots.count()) == (POSTS, 3)
    assert str(operation.batch) == job.parameters["asked"]["batch"]
    changes = client.get(CHANGES).content.decode()
    assert set(re.findall(r"\(\d+ posts?\)", changes)) == {f"({POSTS} posts)"}
    columns = changes.partition('<table class="listing')[2].partition("</thead>")[0]
    assert re.findall(r"<th\b[^>]*>\s*([^<]*?)\s*<", columns) == ["What was done", "When", "Who", "Undo"]
    address = re.search(rf'action="({CHANGES}\d+/undo/)"', shown(client, job))
    assert address is not None
    undoing = undo_by_job(client, address[1])
    assert undoing.result == {"seen": POSTS, "changed": POSTS}
    assert "5 posts are what they were before." in shown(client, undoing)
    assert pages(posts) == before
    assert "/undo/" not in shown(client, job)
    assert "This was undone before." in client.post(address[1], follow=True).content.decode()


def undo_by_job(client: Client, address: str) -> Job:
    response = client.post(address)
    job = Job.objects.latest("pk")
    assert (job.kind, response.headers["Location"]) == ("post_undo", f"/admin/jobs/{job.pk}/")
    run_pending()
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.log
    return job


def pages(posts: list[PostPage]) -> list[bytes]:
    addresses = ("/", "/feed.atom", "/tags/a/feed.json", "/tags/b/", "/@ada/", *(f"/{post.slug}/" for post in posts))
    return [Client().get(address).content for address in addresses]


def test_undo_leaves_and_names_what_one_may_no_longer_change(mona: User, posts: list[PostPage]) -> None:
    client = client_of(mona)
    do(client, "add_tags", tags="b")
    posts[4].unpublish()
    mona.groups.set(member_of("Editors").groups.all())
    undoing = undo_by_job(client, f"{CHANGES}{PostOperation.objects.get().pk}/undo/")
    assert undoing.result == {"seen": POSTS, "changed": 1}
    assert "4 posts stay as they are" in undoing.log
    PostOperation.objects.all().delete()
    Job.objects.filter(pk=undoing.pk).update(state=JobState.WAITING, position=None, log="", attempts=0)
    run_pending()
    undoing.refresh_from_db()
    assert (undoing.state, undoing.log) == (JobState.FAILED, "This can no longer be undone.\n")


def test_posts_of_the_bin_are_restored_and_deleted_for_good(mona: User, posts: list[PostPage]) -> None:
    client = client_of(mona)
    do(client, "bin")
    make_post(posts[0].get_parent().specific, slug=posts[0].slug, title="Other")
    job = do(client, "restore", "binnedpost")
    assert f"“Kite 0”: /{posts[0].slug}-2/" in job.log
    do(client, "bin", chosen="&".join(f"id={post.pk}" for post in posts))
    assert "5 posts are deleted for good." in shown(client, do(client, "delete", "binnedpost"))
    assert list(PostPage.objects.values_list("title", flat=True)) == ["Other"]


def test_cancelled_job_keeps_and_says_what_it_did(mona: User, posts: list[PostPage], monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(mona)
    client.post(f"/admin/bulk/blog/postpage/bin/?next={LISTING}&id=all")
    job = Job.objects.latest("pk")
    monkeypatch.setattr(running, "EVERY", 0)
    step = running.JobRun.step

    def cancel_then_step(run: running.JobRun, count: int = 1) -> None:
        if count:
            client.post(f"/admin/jobs/{job.pk}/cancel/")
        step(run, count)

    monkeypatch.setattr(running.JobRun, "step", cancel_then_step)
    run_pending()
    job.refresh_from_db()
    assert (job.state, job.position) == (JobState.CANCELLED, {"seen": 2, "changed": 2})
    assert BinnedPost.objects.count() == 2
    assert all(words in shown(client, job) for words in ("2 posts are in the bin.", "/admin/bin/restore/"))


def test_rights_are_asked_again_of_each_post(mona: User, posts: list[PostPage]) -> None:
    """Whoever has lost them meanwhile, or whose posts are gone, changes nothing, and reads no title."""
    client = client_of(mona)
    client.post(f"/admin/bulk/blog/postpage/add_tags/?next={LISTING}&id=all", {"tags": "b"})
    posts[4].delete()
    posts[3].unpublish()
    mona.groups.set(member_of("Editors").groups.all())
    run_pending()
    job = Job.objects.latest("pk")
    assert (job.state, job.result) == (JobState.DONE, {"seen": 5, "changed": 1})
    assert sorted(job.log.splitlines()) == [
        *(f"Kite {number}: you may not change it." for number in range(3)),
        "No longer there: 1.",
    ]
    mona.groups.set(member_of("Authors").groups.all())
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING, position=None, log="", attempts=0)
    run_pending()
    job.refresh_from_db()
    assert (job.result, job.log) == ({"seen": 5, "changed": 0}, "No longer there: 1.\n")


def test_post_moved_to_the_bin_meanwhile_stays_there_as_it_is(blog: BlogPage, posts: list[PostPage]) -> None:
    for post in posts:
        post.unpublish()
    client = client_of(User.objects.create_superuser("root"))
    client.post(f"/admin/bulk/blog/postpage/publish/?next={LISTING}&id=all")
    move_to_bin([posts[0].pk])
    run_pending()
    job = Job.objects.latest("pk")
    assert (job.state, job.result, job.log) == (JobState.DONE, {"seen": 5, "changed": 4}, "No longer there: 1.\n")
    assert [live for _tags, _authors, live in states()] == [False, *[True] * 4]


def test_an_author_who_is_deleted_meanwhile_is_no_author(mona: User, posts: list[PostPage]) -> None:
    client_of(mona).post(f"/admin/bulk/blog/postpage/set_author/?next={LISTING}&id=all", {"author": make_author("eve").pk})
    Author.objects.get(handle="eve").delete()
    run_pending()
    job = Job.objects.latest("pk")
    assert (job.state, job.log) == (JobState.FAILED, "This author has been deleted meanwhile.\n")


def test_every_lot_raises_the_revision_once(mona: User, posts: list[PostPage]) -> None:
    Tag.objects.create(name="b")
    before = IndexRevision.objects.get().number
    do(client_of(mona), "add_tags", tags="b")
    assert IndexRevision.objects.get().number == before + 3
    do(client_of(mona), "unpublish")
    do(client_of(mona), "publish")
    assert IndexRevision.objects.get().number == before + 9


@pytest.mark.parametrize("chosen", ["id=x", "id=99999999999999999999", "id=-1", ""])
def test_what_is_no_id_is_passed_over(mona: User, posts: list[PostPage], chosen: str) -> None:
    assert client_of(mona).get(f"/admin/bulk/blog/postpage/bin/?next={LISTING}&{chosen}").status_code == 200
    assert client_of(mona).post(f"/admin/bulk/blog/postpage/bin/?next={LISTING}&{chosen}").status_code == 302
    assert not BinnedPost.objects.exists()
