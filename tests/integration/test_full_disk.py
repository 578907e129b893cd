"""A full disk: what an editor uploads is refused with a sentence, and nothing is left of it, neither a file nor a row."""

import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from blog.models import BlogPage
from tests.support.editors import client_of, member_of

pytestmark = pytest.mark.django_db

SIZE = 150_000  # bytes of the disk


@pytest.fixture
def small_disk(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """A media folder on a disk of its own, in memory."""
    folder = tmp_path / "media"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    settings.MEDIA_ROOT = folder
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def noise(width: int) -> bytes:
    """A picture that cannot be compressed."""
    file = BytesIO()
    Image.frombytes("RGB", (width, width), Random(1).randbytes(3 * width * width)).save(file, "PNG")
    return file.getvalue()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["image", "document"])
def test_upload_to_a_full_disk(blog: BlogPage, small_disk: Path, kind: str) -> None:
    moderator = client_of(member_of("Moderators"))
    model = get_image_model() if kind == "image" else get_document_model()
    moderator.raise_request_exception = False
    address = reverse("wagtailimages:add_multiple" if kind == "image" else "wagtaildocs:add_multiple")
    headers = {"x-requested-with": "XMLHttpRequest"}
    name, head = ("a.png", b"") if kind == "image" else ("a.pdf", b"%PDF-1.7\n")
    small, large = (SimpleUploadedFile(name, head + noise(width)) for width in (100, 300))
    assert moderator.post(address, {"title": "A", "files[]": small, "collection": "1"}, headers=headers).status_code == 200
    before = files(small_disk)
    assert (model.objects.count(), len(before)) == (1, 1)
    response = moderator.post(address, {"title": "A", "files[]": large, "collection": "1"}, headers=headers)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "The site can store nothing at present. What you sent was not saved." in response.content.decode()
    assert (model.objects.count(), files(small_disk)) == (1, before)
