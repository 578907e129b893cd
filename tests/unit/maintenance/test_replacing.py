"""Find and replace: listed first, then replaced once, in what is live and in drafts, and undone by revisions."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from blog.models import BlogPage, PostOperation, PostPage
from blog.services.bin import move_to_bin
from jobs.models import Job
from jobs.running import run_pending
from maintenance import replacing
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post

pytestmark = pytest.mark.django_db
ASKED = {"find": "cat", "replacement": "catcat", "match_case": "on", "fields_searched": "text"}


@pytest.fixture
def mona(blog: BlogPage) -> Client:
    return client_of(member_of("Moderators", name="mona"))


def find(client: Client, **asked: Any) -> Job:
    response = client.post("/admin/find-replace/", ASKED | asked)
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/jobs/{job.pk}/"
    run_pending()
    job.refresh_from_db()
    return job


def replace(client: Client, job: Job) -> Job:
    client.post(f"/admin/find-replace/{job.pk}/begin/")
    run_pending()
    return Job.objects.latest("pk")


def texts(post: PostPage) -> tuple[str, str]:
    """Return the live text and that of the newest revision."""
    row = PostPage.objects.get(pk=post.pk)
    return row.body, row.get_latest_revision_as_object().body


def test_what_is_listed_is_replaced_once(mona: Client, blog: BlogPage) -> None:
    live, draft = make_post(blog, title="Live", body="A cat."), make_post(blog, title="Draft", body="cat cat", live=False)
    other = make_post(blog, title="A cat", body="Cat")
    job = find(mona)
    assert job.result == {
        "number": 3,
        "posts": [
            {"post": live.pk, "title": "Live", "number": 1, "matches": [["A ", "cat", "catcat", "."]]},
            {
                "post": draft.pk,
                "title": "Draft",
                "number": 2,
                "matches": [["", "cat", "catcat", " cat"], ["cat ", "cat", "catcat", ""]],
            },
        ],
    }
    assert texts(live)[0] == "A cat."
    page = mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    assert "<del>cat</del><ins>catcat</ins>" in page
    assert "3 times in 2 posts" in page
    done = replace(mona, job)
    assert (done.state, done.result) == ("done", {"posts": 2, "number": 3})
    assert "This is being replaced already" in mona.post(f"/admin/find-replace/{job.pk}/begin/", follow=True).content.decode()
    run_pending()
    assert texts(live) == ("A catcat.", "A catcat.")
    assert texts(draft)[1] == "catcat catcat"
    assert "<p>A catcat.</p>" in PostPage.objects.get(pk=live.pk).html
    assert not PostPage.objects.get(pk=draft.pk).live
    assert texts(other)[0] == "Cat"


def test_a_post_is_as_before_by_its_revision(mona: Client, blog: BlogPage) -> None:
    post = make_post(blog, body="A cat.")
    post.save_revision().publish()
    replace(mona, find(mona))
    assert texts(post)[0] == "A catcat."
    post.revisions.order_by("pk")[0].publish()
    assert texts(post)[0] == "A cat."


def test_a_draft_above_what_is_live_stays_one(mona: Client, blog: BlogPage) -> None:
    post = make_post(blog, body="A cat.")
    newer = PostPage.objects.get(pk=post.pk)
    newer.body = "A cat and a dog."
    newer.save_revision()
    replace(mona, find(mona))
    assert texts(post) == ("A catcat.", "A catcat and a dog.")
    assert PostPage.objects.get(pk=post.pk).has_unpublished_changes


def test_what_is_scheduled_is_locked(mona: Client, blog: BlogPage) -> None:
    post = make_post(blog, title="Later", body="A cat.", live=False)
    post.go_live_at = timezone.now() + timedelta(days=1)
    post.save_revision().publish()
    job = find(mona)
    assert (job.result["posts"], job.log) == ([], "Later: you may not change it.\n")


def test_titles_only_where_asked(mona: Client, blog: BlogPage) -> None:
    post = make_post(blog, title="My cat", body="cat")
    replace(mona, find(mona, fields_searched="all", find="C(.)t", is_expression="on", match_case="", replacement=r"d\1g"))
    row = PostPage.objects.get(pk=post.pk)
    assert (row.title, row.body) == ("My dag", "dag")


def test_a_post_that_one_may_no_longer_see_is_not_named(blog: BlogPage) -> None:
    post = make_post(blog, title="Draft", body="cat", live=False)
    user = member_of("Editors")
    job = find(client_of(user))
    PostPage.objects.filter(pk=post.pk).update(draft_title="Zeppelin")
    user.groups.set(Group.objects.filter(name="Authors"))
    assert replace(client_of(User.objects.get(pk=user.pk)), job).log == f"{post.pk}: you may not change it.\n"


def test_a_post_that_one_may_no_longer_change_is_not_shown(blog: BlogPage) -> None:
    make_post(blog, title="Zeppelin", body="cat", live=False)
    user = member_of("Editors")
    job = find(client_of(user))
    assert "Zeppelin" in client_of(user).get(f"/admin/jobs/{job.pk}/").content.decode()
    user.groups.set(Group.objects.filter(name="Authors"))
    page = client_of(User.objects.get(pk=user.pk)).get(f"/admin/jobs/{job.pk}/")
    assert page.status_code == 200
    assert "Zeppelin" not in page.content.decode()


def test_a_post_that_one_may_not_change_stays_as_it_is(blog: BlogPage) -> None:
    live, draft = make_post(blog, title="Live", body="A cat."), make_post(blog, title="Draft", body="cat", live=False)
    editor = client_of(member_of("Editors"))
    job = find(editor)
    assert [one["post"] for one in job.result["posts"]] == [draft.pk]
    assert job.log == "Live: you may not change it.\n"
    Job.objects.filter(pk=job.pk).update(result={"number": 2, "posts": [{"post": live.pk}, {"post": draft.pk}]})
    assert replace(editor, job).result == {"posts": 1, "number": 1}
    assert texts(live)[0] == "A cat."
    other = client_of(member_of("Editors", name="other"))
    assert other.post(f"/admin/find-replace/{job.pk}/begin/").status_code == 404
    assert client_of(member_of("Authors")).get("/admin/find-replace/").status_code == 200


def test_a_crash_replaces_nothing_twice(mona: Client, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = [make_post(blog, title=f"{number}", body="cat") for number in range(3)]
    job = find(mona)
    save, saved = replacing._save, []

    def crash_at_second(post: PostPage, *rest: Any) -> dict[str, Any]:
        saved.append(post.pk)
        if len(saved) == 2:
            raise SystemExit
        return save(post, *rest)

    monkeypatch.setattr(replacing, "_save", crash_at_second)
    with pytest.raises(SystemExit):
        replace(mona, job)
    run_pending()
    done = Job.objects.latest("pk")
    assert (done.result, done.done) == ({"posts": 3, "number": 3}, 3)
    assert [texts(post)[0] for post in posts] == ["catcat"] * 3


def test_a_change_made_meanwhile_is_kept(mona: Client, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post(blog, body="A cat.")
    job = find(mona)
    changed = replacing._changed

    def save_meanwhile(*args: Any) -> Any:
        result = changed(*args)
        mine = PostPage.objects.get(pk=post.pk)
        mine.body = "A bird."
        mine.save_revision().publish()
        return result

    monkeypatch.setattr(replacing, "_changed", save_meanwhile)
    assert "somebody has saved it meanwhile" in replace(mona, job).log
    assert texts(post)[0] == "A bird."


def test_a_draft_moved_to_the_bin_meanwhile_stays_as_it_is(blog: BlogPage) -> None:
    post = make_post(blog, body="A cat.", live=False)
    superuser = client_of(User.objects.create_superuser("root"))
    job = find(superuser)
    move_to_bin([post.pk])
    assert replace(superuser, job).result == {"posts": 0, "number": 0}
    assert texts(post)[1] == "A cat."


def test_an_expression_that_cannot_be_read_is_refused_in_the_form(mona: Client) -> None:
    page = mona.post("/admin/find-replace/", ASKED | {"find": "(", "is_expression": "on"}).content.decode()
    assert "This expression cannot be used. missing )" in page
    assert not Job.objects.exists()


@pytest.mark.parametrize(("replacement", "words"), [("y", "It finds the empty text."), (r"\1", "invalid group reference 1")])
def test_an_expression_that_cannot_be_used_fails_in_words(mona: Client, replacement: str, words: str) -> None:
    job = find(mona, find="x*", is_expression="on", replacement=replacement)
    assert (job.state, words in job.log) == ("failed", True), job.log


ROWS = ("title", "draft_title", "live", "has_unpublished_changes", "first_published_at", "last_published_at", "published")
PAGES = ("/", "/?view=full", "/feed.rss", "/feed.atom", "/feed.json", "/plain/", "/changed/", "/draft/", "/bare/", "/copy/")


def everything(client: Client) -> Any:
    """Return what readers see of all posts, their rows, and what editors find in the newest drafts."""
    pages = [(response.status_code, response.getvalue()) for response in map(client.get, PAGES)]
    posts = list(PostPage.objects.order_by("pk"))
    drafts = [post.get_latest_revision_as_object() for post in posts]
    texts = [[(one.title, one.subtitle, one.summary, one.body, one.html) for one in each] for each in (posts, drafts)]
    return [*pages, *PostPage.objects.order_by("pk").values_list(*ROWS), *texts]


@pytest.fixture
def cats(blog: BlogPage) -> list[PostPage]:
    """A published post, one with a newer draft, a draft alone, a post without any revision, and an alias of the first."""
    posts = [
        make_post(blog, title=f"The cat {slug}", slug=slug, body="A cat.") for slug in ("plain", "changed", "draft", "bare")
    ]
    for post in posts[:3]:
        post.save_revision().publish()
    posts[2].unpublish()
    newer = PostPage.objects.get(pk=posts[1].pk)
    newer.title, newer.body = "The cat and a dog", "A cat and a dog."
    newer.save_revision()
    PostPage.objects.get(pk=posts[0].pk).create_alias(parent=blog, update_slug="copy")
    return posts


@pytest.mark.parametrize("count", [1, 4])
def test_undo_restores_everything_byte_for_byte(
    mona: Client, client: Client, cats: list[PostPage], blog: BlogPage, count: int
) -> None:
    PostPage.objects.filter(pk__in=[post.pk for post in cats[count:]]).update(body="A dog.")
    before = everything(client)
    asked = {"fields_searched": "all", "find": "cat", "replacement": "catcat"}
    tried = find(mona, **(asked if count > 1 else asked | {"find": "cat plain"}))
    done = replace(mona, tried)
    operation = PostOperation.objects.get()
    assert (done.result["posts"], operation.count, operation.lots.count()) == (count, count, count)
    assert everything(client) != before
    page = mona.get(f"/admin/jobs/{done.pk}/").content.decode()
    assert f"replaced in {count} post" in page
    assert f'action="/admin/posts/changes/{operation.pk}/undo/"' in page
    mona.post(f"/admin/posts/changes/{operation.pk}/undo/")
    run_pending()
    assert everything(client) == before
    assert "/undo/" not in mona.get(f"/admin/jobs/{done.pk}/").content.decode()
    assert "Found and replaced: cat" in mona.get("/admin/posts/changes/").content.decode()


def test_undo_leaves_what_was_saved_since(mona: Client, cats: list[PostPage]) -> None:
    replace(mona, find(mona))
    for post, change in ((cats[0], "save"), (cats[3], "publish")):
        newer = PostPage.objects.get(pk=post.pk).get_latest_revision_as_object()
        newer.body += " Since."
        revision = newer.save_revision()
        if change == "publish":
            revision.publish()
    operation = PostOperation.objects.get()
    mona.post(f"/admin/posts/changes/{operation.pk}/undo/")
    run_pending()
    assert texts(cats[0]) == ("A catcat.", "A catcat. Since.")
    assert texts(cats[3]) == ("A catcat. Since.", "A catcat. Since.")
    assert texts(cats[1]) == ("A cat.", "A cat and a dog.")
    assert "2 posts stay as they are" in Job.objects.latest("pk").log


def test_undone_replacement_can_be_found_and_replaced_again(mona: Client, client: Client, cats: list[PostPage]) -> None:
    before = everything(client)
    for _ in range(2):
        replace(mona, find(mona))
        operation = PostOperation.objects.latest("pk")
        mona.post(f"/admin/posts/changes/{operation.pk}/undo/")
        run_pending()
        assert everything(client) == before


def test_a_replacement_begun_before_an_upgrade_has_a_page(mona: Client, cats: list[PostPage]) -> None:
    done = replace(mona, find(mona))
    parameters = {key: value for key, value in done.parameters.items() if key != "batch"}
    Job.objects.filter(pk=done.pk).update(parameters=parameters)
    assert "times replaced in 4 posts" in mona.get(f"/admin/jobs/{done.pk}/").content.decode()
