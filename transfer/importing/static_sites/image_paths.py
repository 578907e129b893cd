"""The images of a post: their targets in its text, and the files that these mean."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from transfer.importing.source import split_address
from transfer.importing.static_sites import targets
from transfer.importing.static_sites.generators import SourceSite
from transfer.importing.static_sites.targets import TargetKind, find_targets

IMAGE_SUFFIX = re.compile(targets.IMAGE_SUFFIX, re.IGNORECASE)
STATIC_FOLDERS = (
    "",
    "static",
    ".vuepress/public",
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
    """Return whether a target is on another host, or a `data:` URL."""
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", target, re.IGNORECASE))


def find_file(target: str, post: Path, site: SourceSite) -> Path | None:
    """Return the file of an image, beside the post or below the site's root; None where there is none."""
    path = unquote(split_address(target).path)
    if not path or "\0" in path:
        return None
    if site.generator == "obsidian" and "/" not in path and (named := _named(path, site.root)):
        return _resolve_below(named, site.root)
    spellings = dict.fromkeys((path, *(unicodedata.normalize(form, path) for form in ("NFC", "NFD"))))
    places = (place for spelling in spellings for place in _places(spelling, post, site))
    found = next((inside for place in places if (inside := _resolve_below(place, site.root, post.parent))), None)
    if found or "/" in path:
        return found
    named = _named(path, site.root, only=True)
    return _resolve_below(named, site.root) if named else None


def _named(name: str, root: Path, *, only: bool = False) -> Path | None:
    """Return the image of this name, wherever it lies below the root, or if it is the only one.

    Obsidian's links name no folder; of covers, layouts often know it.
    """
    paths = _by_name(root).get(unicodedata.normalize("NFC", name).lower(), [])
    return paths[-1] if paths and (len(paths) == 1 or not only) else None


@lru_cache(maxsize=10)
def _by_name(root: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(root.rglob("*.*")):
        if IMAGE_SUFFIX.fullmatch(path.suffix):
            found.setdefault(unicodedata.normalize("NFC", path.name).lower(), []).append(path)
    return found


def _places(path: str, post: Path, site: SourceSite) -> list[Path]:
    """Return where a file may lie: beside the post, in the folder of its name, or below a folder that serves as the root,
    there also in the folder of the post's own path (static/2017/a-post/a.png)."""
    served = [site.root / folder for folder in STATIC_FOLDERS]
    if path.startswith("/"):
        return [folder / path.lstrip("/") for folder in served]
    below = post.parent.relative_to(site.root).parts[1:] if post.is_relative_to(site.root) else ()
    page = Path(*below, "" if post.stem == "index" else post.stem)  # whose address the path is relative to
    beside = [post.parent / path, post.parent / post.stem / path]
    return [*beside, *(folder / path for folder in served), *(folder / page / path for folder in served)]


def _resolve_below(place: Path, *roots: Path) -> Path | None:
    """Return a file with its symbolic links resolved; None where it then is below none of the roots."""
    try:
        real = place.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return real if real.is_file() and any(real.is_relative_to(root.resolve()) for root in roots) else None
