"""What is taken into the library of documents: files of some types, of which the content is what their name says.

Every way passes here. What is there already may be edited, whatever its type: WAGTAILDOCS_EXTENSIONS would forbid that.
"""

import codecs
import re
from pathlib import PurePath
from typing import IO, Any, Final

import filetype
from django.core.exceptions import ValidationError
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument

WRITTEN: Final = ("bib", "csv", "ics", "json", "md", "srt", "tex", "tsv", "txt", "vtt")
SOURCES: Final = tuple("asc c cpp diff go gpx h hs ini ipynb java kt log patch py r rb rs sh sql toml yaml yml".split())
TEXT: Final = frozenset((*WRITTEN, *SOURCES))
OFFICE: Final = ("docx", "odp", "ods", "odt", "pptx", "xlsx")
# What `filetype` may say of a file, by its suffix; it knows not every way in which office programs write their archives.
BINARY: Final = {suffix: (suffix, "zip") for suffix in OFFICE} | {
    "epub": ("epub",),
    "flac": ("flac",),
    "gz": ("gz",),
    "m4a": ("m4a", "mp4"),
    "mp3": ("mp3",),
    "mp4": ("mp4", "m4v"),
    "ogg": ("ogg",),
    "opus": ("ogg",),
    "pdf": ("pdf",),
    "tar": ("tar",),
    "webm": ("webm",),
    "zip": ("zip", "epub", *OFFICE),
}
PERMITTED: Final = sorted({*TEXT, *BINARY})
HEAD: Final = 8192  # bytes, as many as `filetype` looks at
PIECE: Final = 65_536  # bytes
REFUSALS: Final = {
    "type": _("“%(name)s” is of a type that is not taken. These types are taken: %(permitted)s."),
    "content": _("“%(name)s” is not what its name says: its content is %(found)s. These types are taken: %(permitted)s."),
    "text": _("“%(name)s” is not text in UTF-8. Save it as UTF-8, and upload that."),
}
MARKUP: Final = re.compile(r"[<>&]")  # Wagtail puts the refusals of its form for many files into the page as HTML


def check(file: IO[bytes], name: str) -> None:
    """Raise ValidationError if a file is of no permitted type, or not what its name says."""
    file.seek(0)
    code, params = _fault(file, PurePath(name).suffix[1:].lower())
    file.seek(0)
    if code:
        shown = {"name": MARKUP.sub("_", PurePath(name).name), "permitted": ", ".join(PERMITTED)}
        raise ValidationError(REFUSALS[code], code=code, params=shown | params)


def _fault(file: IO[bytes], suffix: str) -> tuple[str, dict[str, Any]]:
    """Return which refusal a file of that suffix gets, "" for none, and its parameters."""
    if suffix in TEXT:
        return "" if _is_text(file) else "text", {}
    if suffix not in BINARY:
        return "type", {}
    found = filetype.guess_extension(file.read(HEAD))
    return "" if found in BINARY[suffix] else "content", {"found": f"“{found}”" if found else _("of no known type")}


def _is_text(file: IO[bytes]) -> bool:
    """Return whether a file is UTF-8 without a NUL."""
    try:
        return not any("\0" in piece for piece in codecs.iterdecode(iter(lambda: file.read(PIECE), b""), "utf-8"))
    except UnicodeDecodeError:
        return False


@receiver(pre_save, sender=get_document_model(), dispatch_uid="check_document")
def on_document_saving(instance: AbstractDocument, raw: bool = False, **kwargs: Any) -> None:
    """Check a new file of a document before it is stored, whoever saves it."""
    if not raw and instance.file and not instance.file._committed:
        check(instance.file.file, instance.file.name)
