"""The job of pictures' versions: all that are missing, none twice, failures named; started by a button and by imports."""

import pytest
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.models import Image

from blog.models import BlogPage
from blog.services import version_job
from blog.services.image_claims import claimed
from blog.services.image_files import VersionMaker
from jobs.models import Job, JobState
from jobs.running import run_pending
from tests.support.editors import client_of, editor_of, member_of
from tests.support.images import png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
TOOL = "/admin/picture-versions/"


@pytest.fixture
def mona(blog: BlogPage) -> Client:
    return client_of(member_of("Moderators"))


def make_image(title: str = "Sea") -> Image:
    return get_image_model().objects.create(title=title, file=png("sea.png"), width=60, height=30)


def make_missing(client: Client) -> Job:
    response = client.post(TOOL)
    job = Job.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/jobs/{job.pk}/"
    run_pending()
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.log
    return job


def test_all_that_are_missing_are_made(mona: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version_job, "BATCH", 2)
    images = [make_image() for _number in range(5)]
    assert "Of 5 pictures not every size" in mona.get(TOOL).content.decode()
    job = make_missing(mona)
    assert (job.done, job.total, job.result) == (5, 5, {"images": 5, "failed": 0, "left": 0})
    assert [image.renditions.count() for image in images] == [2] * 5
    page = mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    assert "5 pictures lacked versions." in page
    assert "All are there now." in page
    assert not VersionMaker().make_next()
    page = mona.get(TOOL).content.decode()
    assert "Every picture has all its sizes and formats." in page
    assert "Make what is missing" not in page
    assert make_missing(mona).result == {"images": 0, "failed": 0, "left": 0}


def test_what_another_process_makes_is_left_to_it(mona: Client) -> None:
    theirs, ours = make_image(), make_image()
    with claimed(theirs.pk):
        job = make_missing(mona)
    assert job.result == {"images": 2, "failed": 0, "left": 1}
    assert (theirs.renditions.count(), ours.renditions.count()) == (0, 2)
    assert "1 still lacks some" in mona.get(f"/admin/jobs/{job.pk}/").content.decode()


def test_a_damaged_picture_is_named(mona: Client) -> None:
    image = make_image("Damaged")
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(b"no picture")
    job = make_missing(mona)
    assert (job.result["failed"], image.renditions.count()) == (1, 0)
    assert job.log == "“Damaged” cannot be made in every size: the file is damaged, or too large.\n"


def test_whoever_imports_has_them_made_without_a_right_on_pictures(blog: BlogPage) -> None:
    writer = editor_of(blog)
    image, damaged = make_image(), make_image("Damaged")
    with damaged.file.storage.open(damaged.file.name, "wb") as file:
        file.write(b"no picture")
    for _time in range(2):
        version_job.make_soon(writer)
    run_pending()
    job = Job.objects.get()
    assert (job.state, job.log, image.renditions.count()) == (JobState.DONE, "", 2)
    assert job.result == {"images": 2, "failed": 1, "left": 0}
    assert "2 pictures lacked versions." in client_of(writer).get(f"/admin/jobs/{job.pk}/").content.decode()


def test_only_who_may_change_pictures_starts_it(blog: BlogPage) -> None:
    client = client_of(editor_of(blog))
    assert client.get(TOOL).status_code == 302
    assert "picture-versions" not in client.get("/admin/").content.decode()
