"""Metadata is removed from images: no position and no camera stays, every pixel and the colour profile does."""

from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from blog.images.metadata import without_metadata

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SECRETS = (b"SecretCam", b"52.5200", b"GPS-XMP", b"a comment")
XMP = b"<x:xmpmeta>GPS-XMP 52.5200</x:xmpmeta>"


def exif(orientation: int | None = None) -> bytes:
    data = Image.Exif()
    data[0x010F] = "SecretCam"
    data.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    if orientation:
        data[0x0112] = orientation
    return data.tobytes()


def encoded(form: str, orientation: int | None = None, **kwargs: Any) -> bytes:
    file = BytesIO()
    image = Image.linear_gradient("L").resize((60, 30)).convert("RGB")
    if form == "PNG":
        kwargs["pnginfo"] = PngImagePlugin.PngInfo()
        kwargs["pnginfo"].add_text("Comment", "a comment 52.5200")
    if form == "GIF":
        frames = [image.convert("P"), image.transpose(Image.Transpose.ROTATE_180).convert("P")]
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], loop=3, comment=b"a comment 52.5200")
        return file.getvalue()
    if form in ("JPEG", "WEBP", "AVIF"):
        kwargs["xmp"] = XMP
    if form == "JPEG":
        kwargs["comment"] = b"a comment"
    image.save(file, form, exif=exif(orientation), icc_profile=PROFILE, **kwargs)
    return file.getvalue() + (b"" if form == "AVIF" else b"SecretCam after the end")


def decoded(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.pure
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("progressive", [False, True])
def test_no_pixel_changes_and_nothing_of_its_origin_stays(form: str, progressive: bool) -> None:
    content = encoded(form, **({"progressive": True} if progressive and form == "JPEG" else {}))
    assert any(secret in content for secret in SECRETS)
    bare = without_metadata(content)
    before, after = decoded(content), decoded(bare)
    assert [secret for secret in SECRETS if secret in bare] == []
    assert not after.getexif()
    assert not after.getexif().get_ifd(0x8825)
    assert after.info.get("icc_profile") == before.info.get("icc_profile")
    for frame in range(getattr(before, "n_frames", 1)):
        before.seek(frame)
        after.seek(frame)
        assert (after.size, after.tobytes()) == (before.size, before.tobytes())
    assert after.info.get("loop") == before.info.get("loop")
    assert without_metadata(bare) == bare


@pytest.mark.pure
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_picture_is_turned_as_its_camera_said(form: str) -> None:
    content = encoded(form, orientation=6)
    bare = without_metadata(content)
    after = decoded(bare)
    assert (after.size, [secret for secret in SECRETS if secret in bare]) == ((30, 60), [])
    assert not after.getexif()
    assert after.info["icc_profile"] == PROFILE
    wanted = Image.linear_gradient("L").resize((60, 30)).convert("RGB").transpose(Image.Transpose.ROTATE_270)
    extrema: Any = ImageChops.difference(after.convert("RGB"), wanted).getextrema()
    assert max(high for _low, high in extrema) <= 8  # of 255


@pytest.mark.pure
def test_avif_is_encoded_again_without_its_metadata() -> None:
    bare = without_metadata(encoded("AVIF"))
    assert [secret for secret in SECRETS if secret in bare] == []
    assert not decoded(bare).getexif()
    assert decoded(bare).info["icc_profile"] == PROFILE
    assert without_metadata(bare) == bare


@pytest.mark.pure
def test_what_is_no_picture_is_left_alone() -> None:
    assert without_metadata(b"<svg/>") == b"<svg/>"


@pytest.mark.pure
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_cut_off_picture_raises_nothing_but_what_is_declared(form: str) -> None:
    content = encoded(form)
    for length in range(0, len(content), 7):
        with suppress(OSError, SyntaxError, ValueError, IndexError):
            without_metadata(content[:length])
