"""Topics in the admin: started by whoever may change tags, and shown without posts that were hidden since."""

from importlib.util import find_spec

import pytest

from blog.models import BlogPage, PostPage
from blog.suggestions import topics
from jobs.models import Job
from jobs.running import run_pending
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post
from tests.unit.blog.suggestions.planted import planted_posts

pytestmark = pytest.mark.django_db
ASKED = {"topics": "4", "method": "nmf", "language": "en"}
needs_sklearn = pytest.mark.skipif(find_spec("sklearn") is None, reason="requirements-topics.txt is not installed")


def find(**asked: str) -> Job:
    client_of(member_of("Moderators")).post("/admin/topics/", {**ASKED, **asked})
    run_pending()
    return Job.objects.get()


@needs_sklearn
def test_report_shows_topics_beside_tags(blog: BlogPage) -> None:
    for post in planted_posts(24):
        make_post(blog, " ".join(post.tags), title=post.title, body=post.text)
    make_post(blog, "python", title="Draft of a zucchini", live=False)
    job = find()
    assert (job.state, [len(one["topics"]) for one in job.result["blogs"]]) == ("done", [4]), job.log
    page = client_of(job.started_by).get(f"/admin/jobs/{job.pk}/").content.decode()
    assert "4 topics of 24 posts" in page
    assert "<b>gardening</b>" in page
    assert "zucchini" not in page
    example = job.result["blogs"][0]["topics"][0]["examples"][0]
    assert f">{example['title']}<" in page
    PostPage.objects.get(pk=example["key"]).unpublish()
    assert f">{example['title']}<" not in client_of(job.started_by).get(f"/admin/jobs/{job.pk}/").content.decode()


def test_without_scikit_learn_the_cure_is_named(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "find_spec", lambda name: None)
    make_post(blog, "python")
    job = find()
    assert (job.state, "pip install -r requirements-topics.txt" in job.log) == ("failed", True)


def test_without_tags_and_numbers_out_of_bounds_are_refused(blog: BlogPage) -> None:
    make_post(blog, "")
    job = find(topics="")
    assert (job.state, job.log.strip()) == ("failed", "There are no public posts with tags.")
    page = client_of(job.started_by).post("/admin/topics/", {**ASKED, "topics": "101"})
    assert (page.status_code, Job.objects.count()) == (200, 1)


def test_editors_who_do_not_care_for_tags_have_no_such_page(blog: BlogPage) -> None:
    client = client_of(member_of("Editors"))
    assert (client.get("/admin/topics/").status_code, client.post("/admin/topics/", ASKED).status_code) == (302, 302)
    assert Job.objects.count() == 0
