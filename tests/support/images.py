"""Images as they are uploaded, where their files are, and their versions as the worker makes them."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from blog.services.image_files import VersionMaker
from blog.services.share_pictures import SharePictureMaker


@pytest.fixture
def media(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder for this test's files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    cache.clear()  # where Wagtail remembers renditions, by ids that come again
    return tmp_path / "media"


def make_versions() -> None:
    """Make the versions that are missing, and place their files."""
    VersionMaker().make_all()


def draw_share_pictures(maker: SharePictureMaker | None = None) -> None:
    """Draw the share pictures that are missing."""
    maker = maker or SharePictureMaker()
    while maker.make_next():
        pass


def png(name: str) -> SimpleUploadedFile:
    """Return a picture of 60 by 30 pixels, as it is uploaded."""
    file = BytesIO()
    Image.new("RGB", (60, 30), "navy").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")
