"""Jobs and learnt suggestions of several machines, with the media in a bucket: each has a folder of its own, as VAR_DIR."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from blog.models import BlogPage, PostPage
from blog.suggestions import stored
from jobs.locks import locked
from jobs.models import KEEP_FILES, Job, JobState
from jobs.running import run_pending
from jobs.starting import start
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post
from tests.support.importing import simple
from tests.unit.blog.images.test_s3 import keys, refuse
from tests.unit.blog.suggestions.planted import planted_posts
from tests.unit.transfer.test_admin import archive

pytestmark = [pytest.mark.sockets, pytest.mark.django_db]
On = Callable[[str], None]


@pytest.fixture
def on(bucket: Any, settings: LazySettings, tmp_path: Path) -> On:
    """Goes on at the machine of a name."""

    def move(machine: str) -> None:
        settings.VAR = tmp_path / machine
        settings.VAR.mkdir(exist_ok=True)

    move("web")
    return move


@pytest.fixture
def mona(on: On, blog: BlogPage) -> Client:
    """The browser of a moderator."""
    return client_of(member_of("Moderators", name="mona"))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


def test_an_upload_is_tried_by_one_machine_and_imported_by_another(mona: Client, on: On, tmp_path: Path) -> None:
    upload = SimpleUploadedFile("posts.zip", archive(("2018-05-31-a.md", simple("A"))))
    mona.post("/admin/import/", {"file": upload})
    on("first worker")
    assert run_pending() == 1
    on("web")
    tried = Job.objects.get()
    assert f'action="/admin/import/{tried.pk}/begin/"' in mona.get(f"/admin/jobs/{tried.pk}/").content.decode()
    mona.post(f"/admin/import/{tried.pk}/begin/")
    assert "begin/" not in mona.get(f"/admin/jobs/{tried.pk}/").content.decode()
    on("second worker")
    assert run_pending() == 1
    assert list(PostPage.objects.values_list("title", "live")) == [("A", True)]
    assert files(tmp_path) == []


def test_an_export_of_one_machine_is_downloaded_at_another_by_its_owner_alone(mona: Client, on: On, bucket: Any) -> None:
    make_post(BlogPage.objects.get(), title="Draft", live=False)
    mona.post("/admin/export/", {})
    on("worker")
    run_pending()
    on("web")
    job = Job.objects.get()
    (kept,) = keys(bucket)
    assert kept == f"private/work/jobs/{job.key}/export.zip"
    assert f"/admin/export/{job.pk}/download/" in mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    response = mona.get(f"/admin/export/{job.pk}/download/")
    assert response.getvalue().startswith(b"PK")
    with job.file("export.zip") as file, zipfile.ZipFile(file) as content:
        assert any("draft" in name.lower() for name in content.namelist())
    root = client_of(User.objects.create_superuser("root"))
    for address in (f"/media/{kept}", f"/media/private/{kept}", f"/media/{kept.removeprefix('private/')}"):
        assert [client.get(address).status_code for client in (Client(), mona, root)] == [404, 404, 404], address
    Job.objects.forget_old(timezone.now() + KEEP_FILES * 2)
    assert keys(bucket) == set()
    assert mona.get(f"/admin/export/{job.pk}/download/").status_code == 404


def test_files_of_a_request_that_was_rolled_back_go_after_a_day(mona: Client, bucket: Any) -> None:
    start("import", User.objects.get(), {}, SimpleUploadedFile("a.md", b"A"))
    Job.objects.all().delete()
    Job.objects.forget_old(timezone.now())
    assert len(keys(bucket)) == 1
    Job.objects.forget_old(timezone.now() + KEEP_FILES * 2)
    assert keys(bucket) == set()


def test_a_job_fails_in_words_while_the_bucket_is_gone(mona: Client, on: On) -> None:
    mona.post("/admin/import/", {"file": SimpleUploadedFile("a.md", simple("A").encode())})
    storages["work"].bucket.meta.client.meta.events.register("before-send.s3", refuse)  # type: ignore[attr-defined]
    on("worker")
    run_pending()
    job = Job.objects.get()
    assert (job.state, job.log) == (
        JobState.FAILED,
        "The files of this job cannot be reached just now: try it again later.\n",
    )


def test_what_one_machine_has_learnt_the_others_suggest(
    blog: BlogPage, on: On, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(stored, "PAUSE", 0)
    monkeypatch.setattr(stored, "LOOK_EVERY", 0)
    posts = planted_posts(12)
    for post in posts:
        make_post(blog, " ".join(post.tags), title=post.title, body=post.text)
    assert stored.model_of(blog.pk) is None
    on("first worker")
    assert stored.refresh() == [blog]
    on("second worker")
    assert stored.outdated() == []
    on("web")
    first = stored.model_of(blog.pk)
    assert first is not None
    assert first.tags
    make_post(blog, "sea", title="New")
    on("second worker")
    assert stored.refresh() == [blog]
    on("web")
    second = stored.model_of(blog.pk)
    assert second is not None
    assert len(second.keys) == len(first.keys) + 1


def test_a_job_is_locked_for_all_machines(mona: Client, on: On) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite there is one machine, whose lock is of the process: it cannot be refused to itself.")
    job, other = (start("import", User.objects.get(), {}) for _ in range(2))
    with locked(job) as mine:
        on("worker")
        with locked(job) as again, locked(other) as free:
            assert (mine, again, free) == (True, False, True)
    with locked(job) as mine:
        assert mine
