"""Metadata of images: where, when and with what a picture was taken, removed without decoding it where its format allows.

JPEG, PNG, WebP and GIF consist of segments, of which those with metadata are left out: not one pixel changes. Only a picture
that its metadata turns is encoded again, turned, and so is AVIF with metadata. The colour profile stays.
"""

import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

ORIENTATION: Final = 0x0112  # the EXIF tag
QUALITY: Final = 95  # of a picture encoded again: no loss that can be seen
LOSSY: Final = {"JPEG": {"quality": QUALITY, "subsampling": 0}, "WEBP": {"quality": QUALITY}, "AVIF": {"quality": QUALITY}}

JPEG_END, JPEG_SCAN = 0xD9, 0xDA
JPEG_SINGLE: Final = {0x01, *range(0xD0, 0xD8)}  # markers without a length
JPEG_ADOBE: Final = 0xEE  # says how colours are encoded
PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
PNG_METADATA: Final = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
WEBP_METADATA: Final = {b"EXIF", b"XMP "}
WEBP_FLAGS: Final = 0b1100  # in VP8X: there is EXIF, there is XMP
GIF_ANIMATION: Final = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}


def without_metadata(content: bytes) -> bytes:
    """Return an image without metadata, turned as that said; as it is if it has none, or if Pillow does not know it.

    Raise OSError, SyntaxError or ValueError for one that is cut off or damaged.
    """
    try:
        image = Image.open(BytesIO(content))
    except UnidentifiedImageError:
        return content
    with image:
        if image.getexif().get(ORIENTATION, 1) != 1 and getattr(image, "n_frames", 1) == 1:
            return _encoded(ImageOps.exif_transpose(image), image.format or "")
        if remove := SEGMENTS.get(image.format or ""):
            return remove(content)
        return _encoded(image, image.format or "") if image.getexif() or "xmp" in image.info else content


def _encoded(image: Image.Image, form: str) -> bytes:
    """Return the pixels and the colour profile, and nothing else of what the file said."""
    bare = image.copy()
    bare.info = {}
    bare.getexif().clear()
    file = BytesIO()
    bare.save(file, form, icc_profile=image.info.get("icc_profile"), exif=b"", **LOSSY.get(form, {}))
    return SEGMENTS[form](file.getvalue()) if form in SEGMENTS else file.getvalue()


def _bare_jpeg(content: bytes) -> bytes:
    """Return a JPEG (ITU-T T.81, B.1) without comments and application segments but for JFIF, ICC and Adobe's.

    What follows its end, such as previews with metadata of their own, goes too.
    """
    return b"\xff\xd8" + b"".join(part for marker, part in _jpeg_segments(content) if _is_shown(marker, part))


def _is_shown(marker: int, part: bytes) -> bool:
    if marker == 0xE2:
        return part[4:].startswith(b"ICC_PROFILE\0")
    return marker in (0xE0, JPEG_ADOBE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the bytes of each segment after the first, a scan's pixels with its header."""
    place = 2
    while place < len(content):
        if content[place] != 0xFF:
            raise ValueError(f"There is no JPEG marker at byte {place}.")
        marker = content[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        is_bare = marker in JPEG_SINGLE or marker == JPEG_END
        end = place + 2 + (0 if is_bare else int.from_bytes(content[place + 2 : place + 4], "big"))
        if marker == JPEG_SCAN:
            end = _end_of_scan(content, end)
        yield marker, content[place:end]
        if marker == JPEG_END:
            return
        place = end


def _end_of_scan(content: bytes, place: int) -> int:
    """Return where the pixels end: at a marker that is neither a stuffed byte nor a restart."""
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        if content[place + 1] != 0 and content[place + 1] not in JPEG_SINGLE:
            return place
        place += 2
    return len(content)


def _bare_png(content: bytes) -> bytes:
    """Return a PNG (https://www.w3.org/TR/png-3/) without texts, times, EXIF and what follows its end."""
    kept, place = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while place + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + length
        if kind not in PNG_METADATA:
            kept.append(content[place:end])
        if kind == b"IEND":
            break
        place = end
    return b"".join(kept)


def _bare_webp(content: bytes) -> bytes:
    """Return a WebP (RFC 9649) without EXIF, XMP and what follows its end."""
    kept, place = [b"WEBP"], 12
    whole = 8 + int.from_bytes(content[4:8], "little")
    while place + 8 <= min(whole, len(content)):
        kind, length = struct.unpack("<4sI", content[place : place + 8])
        end = place + 8 + length + length % 2
        part = content[place:end]
        if kind == b"VP8X":
            part = part[:8] + bytes([part[8] & ~WEBP_FLAGS]) + part[9:]
        if kind not in WEBP_METADATA:
            kept.append(part)
        place = end
    body = b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _bare_gif(content: bytes) -> bytes:
    """Return a GIF (89a) without comments, XMP and what follows its end."""
    place = 13 + _palette(content[10])
    kept = [content[:place]]
    while place < len(content) and content[place] != 0x3B:
        if content[place] == 0x2C:  # a frame: its header, its palette, the size of its codes, its pixels
            end = _end_of_blocks(content, place + 11 + _palette(content[place + 9]))
            kept.append(content[place:end])
        elif content[place] == 0x21:
            end = _end_of_blocks(content, place + 2)
            kind, name = content[place + 1], content[place + 3 : place + 14]
            if kind not in (0xFE, 0xFF) or (kind == 0xFF and name in GIF_ANIMATION):
                kept.append(content[place:end])
        else:
            raise ValueError(f"There is no GIF block at byte {place}.")
        place = end
    return b"".join(kept) + b"\x3b"


def _palette(flags: int) -> int:
    """Return the bytes of a GIF's palette."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_blocks(content: bytes, place: int) -> int:
    while place < len(content) and content[place]:
        place += content[place] + 1
    return place + 1


SEGMENTS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "JPEG": _bare_jpeg,
    "MPO": _bare_jpeg,
    "PNG": _bare_png,
    "WEBP": _bare_webp,
    "GIF": _bare_gif,
}
