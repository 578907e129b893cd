"""The images of a post: their targets in its text, and the files that these mean."""

import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from transfer.importing.static_sites.generators import SourceSite
from transfer.importing.static_sites.targets import TargetKind, find_targets

STATIC_FOLDERS = (
    "",
    "static",
    "public",
    "assets",
    "source",
    "src",
    "content",
    "docs",
    "images",
)  # folders that sites serve as their root


def image_targets(text: str) -> list[str]:
    """Return the targets of a text's images, each once."""
    return [target.address for target in find_targets(text) if target.kind is TargetKind.IMAGE]


def is_external(target: str) -> bool:
    """Say whether a target is on another host, or a `data:` URL."""
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", target, re.IGNORECASE))


def find_file(target: str, post: Path, site: SourceSite) -> Path | None:
    """Return the file of an image, beside the post or below the site's root; None where there is none."""
    try:
        path = unquote(urlsplit(target).path)
    except ValueError:
        return None
    if not path or "\0" in path:
        return None
    spellings = dict.fromkeys((path, *(unicodedata.normalize(form, path) for form in ("NFC", "NFD"))))
    places = (place for spelling in spellings for place in _places(spelling, post, site))
    return next((inside for place in places if (inside := _resolve_below(place, site.root, post.parent))), None)


def _places(path: str, post: Path, site: SourceSite) -> list[Path]:
    """Return where a file may lie: beside the post, in the folder of its name, or below a folder that serves as the root."""
    beside = [] if path.startswith("/") else [post.parent / path, post.parent / post.stem / path]
    return [*beside, *(site.root / folder / path.lstrip("/") for folder in STATIC_FOLDERS)]


def _resolve_below(place: Path, *roots: Path) -> Path | None:
    """Return a file with its symbolic links resolved; None where it then is below none of the roots."""
    try:
        real = place.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return real if real.is_file() and any(real.is_relative_to(root.resolve()) for root in roots) else None
