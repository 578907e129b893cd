"""What the library of images takes in, whichever way it comes: nothing too large to decode, nothing that tells where it was."""

import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from struct import pack

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.images import get_image_model
from willow import Image as Willow

from blog.images import dimensions  # noqa: F401  (registers the operation)
from blog.images.pixels import check_pixels
from blog.models import BlogPage
from tests.support.editors import member_of
from tests.support.importing import run_import, simple, write_tree
from tests.unit.blog.images.test_metadata import SECRETS, encoded

pytestmark = pytest.mark.usefixtures("media")

CUT_OFF_GIFS = (  # at which Pillow raises IndexError, and struct.error
    b"GIF87a\x01\x08\x1c\x18\x10\0\0,\0\x03\0\x02\0\0\x08\x06\0\0\0,\0\0\0\0\x03\xb8\xa9@",
    b"GIF87a\x03\0\x02\0\0\0\0,\0\0\0\0\x03\0\x02\0\0\x08\x01\0\0,\0\0\0\0\x03\0\x02",
)
UPLOADS = ("/admin/images/add/", "/admin/images/multiple/add/", "/admin/images/chooser/create/")


def huge_png(side: int = 11_000) -> bytes:
    """Return a PNG of one colour, `side` squared: 121 megapixels in some 0.1 MB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\x80" * side * 4
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def header_only(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("1", (8, 8)).save(file, "PNG")
    content = file.getvalue()
    head = b"IHDR" + pack(">II", width, height) + content[24:29]
    return content[:12] + head + pack(">I", zlib.crc32(head)) + content[33:]


def uploaded(client: Client, address: str, name: str, content: bytes) -> str:
    """Return the response to an upload, as the forms of the admin send it."""
    file = SimpleUploadedFile(name, content)
    prefix = "image-chooser-upload-" if "chooser" in address else ""
    fields = {f"{prefix}title": "Sea", f"{prefix}description": "", f"{prefix}collection": "1", f"{prefix}tags": ""}
    key = "files[]" if "multiple" in address else f"{prefix}file"
    response = client.post(address, {**fields, key: file}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert response.status_code in (200, 302)
    return response.content.decode().encode().decode("unicode_escape") if "json" in response["Content-Type"] else response.text


@pytest.fixture
def editor(client: Client, db: None) -> Client:
    client.force_login(member_of("Moderators"))
    return client


@pytest.mark.parametrize("address", UPLOADS)
@pytest.mark.parametrize("side", [6_400, 11_000, 30_000])
def test_too_many_pixels_are_refused_by_their_number(editor: Client, address: str, side: int) -> None:
    text = uploaded(editor, address, "huge.png", header_only(side, side))
    assert f"This picture has {round(side * side / 1e6)} megapixels" in text.replace(",", "")
    assert "40 are the most" in text
    assert not get_image_model().objects.exists()


@pytest.mark.pure
def test_forty_megapixels_are_taken_and_frames_count() -> None:
    check_pixels(BytesIO(header_only(8_000, 5_000)))
    file = BytesIO()
    frames = [Image.new("L", (2_500, 2_000), colour) for colour in range(9)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(ValidationError, match=r"45 megapixels \(2500 × 2000 × 9\)"):
        check_pixels(file)


@pytest.mark.pure
@pytest.mark.parametrize("further", [1_999, 2_000])
def test_more_than_two_thousand_frames_are_refused_however_small(further: int) -> None:
    file = BytesIO()
    Image.new("P", (10, 10)).save(file, "GIF")
    pixel = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"
    content = BytesIO(file.getvalue()[:-1] + pixel * further + b";")
    if further < 2_000:
        check_pixels(content)
    else:
        with pytest.raises(ValidationError, match="2001 frames: 2000 are the most"):
            check_pixels(content)


MEASURED = """
import resource, sys
from io import BytesIO
from django.conf import settings
from django.core.exceptions import ValidationError
from blog.images.pixels import check_pixels
settings.configure(USE_I18N=False)
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    check_pixels(BytesIO(content))
except ValidationError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.once
def test_refusing_121_megapixels_decodes_nothing() -> None:
    content = huge_png()
    assert len(content) < 1_600_000
    measured = subprocess.run([sys.executable, "-c", MEASURED], input=content, capture_output=True, check=True)
    assert int(measured.stdout) < 20_000  # kB; decoded, they take 484,000


@pytest.mark.parametrize("address", UPLOADS)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_upload_is_stored_without_its_position(editor: Client, address: str, form: str) -> None:
    uploaded(editor, address, f"sea.{form.lower()}", encoded(form, orientation=6))
    image = get_image_model().objects.get()
    content = Path(image.file.path).read_bytes()
    assert [secret for secret in SECRETS if secret in content] == []
    assert (image.width, image.height, image.file_size) == (30, 60, len(content))


@pytest.mark.parametrize("address", UPLOADS)
def test_damaged_picture_is_refused_in_words(editor: Client, address: str) -> None:
    content = encoded("JPEG")
    assert "damaged or incomplete" in uploaded(editor, address, "sea.jpg", content[: len(content) // 2])


@pytest.mark.parametrize("address", UPLOADS)
def test_damaged_avif_is_refused_in_words(editor: Client, address: str) -> None:
    """Pillow raises RuntimeError for it, when it is decoded."""
    content = encoded("AVIF")
    assert "damaged or incomplete" in uploaded(editor, address, "sea.avif", content[:-40] + bytes(40))


@pytest.mark.parametrize("content", CUT_OFF_GIFS)
def test_frames_that_cannot_be_counted_are_left_to_whoever_decodes_them(content: bytes) -> None:
    check_pixels(BytesIO(content))


def test_replaced_file_is_cleaned_too(editor: Client) -> None:
    uploaded(editor, UPLOADS[0], "sea.jpg", encoded("JPEG"))
    image = get_image_model().objects.get()
    fields = {"title": "Sea", "description": "", "tags": "", "collection": "1"}
    file = SimpleUploadedFile("river.jpg", encoded("JPEG", orientation=3))
    assert editor.post(f"/admin/images/{image.pk}/", {**fields, "file": file}).status_code == 302
    image.refresh_from_db()
    assert [secret for secret in SECRETS if secret in Path(image.file.path).read_bytes()] == []


def test_import_cleans_pictures_and_says_which_it_refuses(
    blog: BlogPage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_tree(tmp_path / "site", {"a.md": simple("A") + "![a](sea.jpg) ![b](huge.png)"})
    (root / "sea.jpg").write_bytes(encoded("JPEG"))
    (root / "huge.png").write_bytes(header_only(11_000, 11_000))
    report = run_import(blog, root)
    image = get_image_model().objects.get()
    assert [secret for secret in SECRETS if secret in Path(image.file.path).read_bytes()] == []
    assert (report.images, report.missing_images) == (1, 1)
    run_import(blog, root)
    assert get_image_model().objects.count() == 1  # known by its content


@pytest.mark.pure
@pytest.mark.parametrize("form", ["GIF", "JPEG", "PNG"])
def test_dimensions_are_read_without_decoding(form: str) -> None:
    file = BytesIO()
    Image.effect_noise((300, 200), 90).save(file, form)
    content = file.getvalue()
    cut_off = Willow.open(BytesIO(content[: len(content) // 2]))  # which cannot be decoded
    assert cut_off.get_size() == (300, 200)
    with pytest.raises(OSError, match="truncated"):
        cut_off.auto_orient()
