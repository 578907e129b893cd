"""Tags suggested for many posts: a list with reasons, of which nothing is saved but what is chosen."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from blog.models import BlogPage, PostPage
from blog.suggestions import stored
from blog.suggestions.stored import refresh
from jobs.models import Job
from jobs.running import run_pending
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post
from tests.unit.blog.suggestions.planted import planted_posts

pytestmark = pytest.mark.django_db
AT_SEA = "The mast and the jib, the tide, a buoy: tacking to the harbour"


@pytest.fixture
def posts(blog: BlogPage, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[PostPage]:
    """Return three posts to be tagged, the second a draft; others are there from which tags are learnt."""
    settings.VAR = tmp_path
    monkeypatch.setattr(stored, "PAUSE", 0)
    for post in planted_posts(12):
        make_post(blog, " ".join(post.tags), title=post.title, body=post.text)
    refresh()
    return [make_post(blog, title=title, body=AT_SEA, live=live) for title, live in (("A", True), ("B", False), ("C", True))]


def suggest(client: Client, posts: list[PostPage]) -> Job:
    ids = "&".join(f"id={post.pk}" for post in posts)
    response = client.post(f"/admin/bulk/blog/postpage/suggest_tags/?{ids}&next=/admin/posts/")
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/jobs/{job.pk}/"
    run_pending()
    job.refresh_from_db()
    return job


def tags_of(post: PostPage) -> set[str]:
    return {str(tag) for tag in PostPage.objects.get(pk=post.pk).tags.all()}


def test_only_what_is_chosen_is_saved(posts: list[PostPage]) -> None:
    mona = client_of(member_of("Moderators", name="mona"))
    job = suggest(mona, posts)
    assert {one["post"] for one in job.result["posts"]} == {post.pk for post in posts}
    assert job.result["posts"][0]["tags"][0][0] == "sailing"
    assert job.result["posts"][0]["tags"][0][1].startswith("like ‘Number ")
    assert not any(map(tags_of, posts))
    page = mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    assert f'value="{posts[0].pk}:sailing"' in page
    chosen = [f"{posts[0].pk}:sailing", f"{posts[1].pk}:sailing", f"{posts[2].pk}:not suggested"]
    done = mona.post(f"/admin/suggested-tags/{job.pk}/apply/", {"tag": chosen}, follow=True)
    assert "2 posts have been changed." in done.content.decode()
    assert f'value="{posts[0].pk}:sailing"' not in done.content.decode()
    assert f'value="{posts[2].pk}:sailing"' in done.content.decode()
    assert [tags_of(post) for post in posts] == [{"sailing"}, {"sailing"}, set()]
    draft = posts[1].get_latest_revision_as_object()
    assert [str(tag) for tag in draft.tags.all()] == ["sailing"]
    again = mona.post(f"/admin/suggested-tags/{job.pk}/apply/", {"tag": chosen}, follow=True)
    assert "0 posts have been changed." in again.content.decode()


def test_of_posts_that_one_may_not_change_nothing_is_suggested_or_saved(posts: list[PostPage]) -> None:
    editor = client_of(member_of("Editors"))
    job = suggest(editor, posts)
    assert [one["post"] for one in job.result["posts"]] == [posts[1].pk]
    chosen = [f"{post.pk}:sailing" for post in posts]
    editor.post(f"/admin/suggested-tags/{job.pk}/apply/", {"tag": chosen})
    assert [tags_of(post) for post in posts] == [set(), {"sailing"}, set()]
    other = client_of(member_of("Editors", name="other"))
    assert other.post(f"/admin/suggested-tags/{job.pk}/apply/", {"tag": chosen}).status_code == 404


def test_before_anything_is_learnt_it_says_so(posts: list[PostPage], settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path / "empty"
    job = suggest(client_of(member_of("Moderators")), posts)
    assert (job.state, job.log.startswith("Nothing has been learnt")) == ("failed", True)
