"""The command that removes metadata from images that are in the library already."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from wagtail.images import get_image_model
from wagtail.images.models import Image

from tests.unit.blog.images.test_metadata import SECRETS, encoded


@pytest.fixture
def images(settings: LazySettings, tmp_path: Path, db: None) -> list[Image]:
    """An image with metadata, as an earlier state of the site stored it, one without, and one whose file is gone."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    cache.clear()
    made = []
    for name in ("sea.jpg", "clean.jpg", "gone.jpg"):
        file = ContentFile(encoded("JPEG", orientation=6 if name == "sea.jpg" else None), name=name)
        made.append(get_image_model().objects.create(title=name, file=file))
    Path(made[0].file.path).write_bytes(encoded("JPEG", orientation=6))
    made[0].get_rendition("width-20")
    Path(made[2].file.path).unlink()
    return made


def test_metadata_of_stored_images_is_removed(images: list[Image], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("strip_image_metadata", "--dry-run")
    said = capsys.readouterr()
    assert "“sea.jpg”" in said.out
    assert "Images with metadata (a dry run: nothing was changed): 1. Without: 1. Not readable: 1." in said.out
    assert f"image {images[2].pk}, “gone.jpg”" in said.err
    assert b"SecretCam" in Path(images[0].file.path).read_bytes()
    former = Path(images[0].file.path)
    call_command("strip_image_metadata")
    assert "Images stripped of metadata: 1. Without: 1. Not readable: 1." in capsys.readouterr().out
    image = get_image_model().objects.get(pk=images[0].pk)
    content = Path(image.file.path).read_bytes()
    assert [secret for secret in SECRETS if secret in content] == []
    assert (image.width, image.height, image.renditions.count()) == (30, 60, 0)
    assert not former.exists()
    call_command("strip_image_metadata")
    assert "Images stripped of metadata: 0. Without: 2. Not readable: 1." in capsys.readouterr().out
