"""Several workers make no version twice, and no file stays behind when one of them, or a web process, is killed."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, Image

from blog.models import BlogPage, VersionClaim
from blog.services import image_files, orphaned_files
from blog.services.image_claims import LONGEST, claimed
from blog.services.image_files import VersionMaker
from kimonote import tasks
from tests.support.factories import make_post
from tests.support.images import make_versions, png

pytestmark = pytest.mark.usefixtures("media")

PUBLIC, PRIVATE = "images", "private/images"


def make_image() -> Image:
    return get_image_model().objects.create(title="Sea", file=png("sea.png"), width=60, height=30)


def files(media: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (media / folder).rglob("*") if path.is_file())


def age(media: Path) -> None:
    """Make all files older than those that may still be written."""
    then = time.time() - orphaned_files.GRACE - 1
    for path in media.rglob("*"):
        os.utime(path, (then, then))


def test_other_workers_leave_an_image_to_whoever_makes_it(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    images = [make_image() for _ in range(3)]
    made: Counter[tuple[int, str]] = Counter()
    others = [VersionMaker(), VersionMaker()]
    make = image_files.make_versions

    def make_while_others_look(wanted: Sequence[tuple[AbstractImage, Sequence[str]]]) -> None:
        made.update((image.pk, spec) for image, specs in wanted for spec in specs)
        if others:
            others.pop().make_all()  # another worker's turn, in the midst of this one's
        make(wanted)

    monkeypatch.setattr(image_files, "make_versions", make_while_others_look)
    VersionMaker().make_all()
    assert (len(made), set(made.values())) == (len(images) * 2, {1})
    assert {image.renditions.count() for image in images} == {2}
    assert not VersionClaim.objects.exists()


def test_newest_images_are_complete_first(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    images, maker = [make_image() for _ in range(3)], VersionMaker()
    monkeypatch.setattr(image_files, "BATCH", 2)
    for made in ([0, 0, 0], [0, 2, 2], [2, 2, 2]):  # the first call looks what is missing
        assert maker.make_next()
        assert [image.renditions.count() for image in images] == made
    assert not maker.make_next()


def test_worker_with_nothing_to_claim_waits_for_its_next_turn(blog: BlogPage) -> None:
    image, maker = make_image(), VersionMaker()
    with claimed(image.pk) as is_free:
        assert is_free
        assert maker.make_next()
        assert not maker.make_next()
    maker.make_all()
    assert image.renditions.count() == 2


def test_claim_of_a_killed_worker_ends(blog: BlogPage) -> None:
    image = make_image()
    VersionClaim.objects.create(image=image, until=timezone.now() + timedelta(seconds=30))
    make_versions()
    assert image.renditions.count() == 0
    VersionClaim.objects.update(until=timezone.now())
    make_versions()
    assert (image.renditions.count(), VersionClaim.objects.exists()) == (2, False)


def test_worker_that_took_too_long_gives_no_other_worker_s_claim_back(blog: BlogPage) -> None:
    image = make_image()
    with claimed(image.pk):
        VersionClaim.objects.update(until=timezone.now())
        with claimed(image.pk) as is_free:
            assert is_free
            claim = VersionClaim.objects.get()
            assert claim.until > timezone.now() + LONGEST / 2
        assert not VersionClaim.objects.exists()


@pytest.mark.parametrize("folder", [PUBLIC, PRIVATE])
def test_files_of_an_image_whose_deletion_was_cut_off_are_deleted(
    blog: BlogPage, client: Client, media: Path, folder: str
) -> None:
    """The rows are gone; whoever deleted them was killed before the files were."""
    shown = make_image()
    post = make_post(blog, cover=shown)
    if folder == PRIVATE:
        post.unpublish()
    image_files.VersionMaker().make_all()
    image_files.place_image_files()
    left = files(media, folder)
    assert len(left) == 2
    get_image_model().get_rendition_model().objects.all()._raw_delete("default")
    if folder == PUBLIC:
        assert client.get(f"/media/{PUBLIC}/{left[0]}").status_code == 200
    tasks.tidy_up()
    assert files(media, folder) == left  # they might be those of a row that is not committed yet
    age(media)
    tasks.tidy_up()
    assert files(media, folder) == []
    if folder == PUBLIC:
        assert client.get(f"/media/{PUBLIC}/{left[0]}").status_code == 404


def test_files_that_have_a_row_or_are_no_versions_stay(blog: BlogPage, media: Path) -> None:
    make_post(blog, cover=make_image())
    hidden = make_image()
    make_versions()
    image_files.place_image_files()
    (media / PUBLIC / "hand-made.png").write_bytes(b"x")
    moving = get_image_model().get_rendition_model().objects.filter(image=hidden).first()
    (media / moving.file.name).rename(media / PUBLIC / Path(moving.file.name).name)  # its row is not changed yet
    age(media)
    before = [files(media, folder) for folder in (PUBLIC, PRIVATE, "original_images")]
    assert [len(names) for names in before] == [2 + 1 + 1, 1, 2]
    tasks.tidy_up()
    assert [files(media, folder) for folder in (PUBLIC, PRIVATE, "original_images")] == before
