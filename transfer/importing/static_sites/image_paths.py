"""The images of a post: their targets in its text, and the files that these mean."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from transfer.importing.source import IMAGE_TYPES
from transfer.importing.static_sites.generators import SourceSite

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
REFERENCE = re.compile(
    r"(?P<code>^[ ]{0,3}(?P<run>`{3,}|~{3,})[^\n]*\n(?:.*\n)*?[ ]{0,3}(?P=run)"
    r"|(?P<ticks>(?<!`)`{1,3}(?!`))[^`\n]*(?P=ticks)(?!`))"
    r"|(?P<before>!\[(?:[^\[\]\\\n]|\\.)*\]\(\s*<?)(?P<target>[^\s()<>]+)(?P<after>>?(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\))"
    r"|(?P<html><img\b[^<>]*?\ssrc\s*=\s*[\"'])(?P<source>[^\"'<>]+)",
    re.MULTILINE | re.IGNORECASE,
)
Replace = Callable[[str, bool], "str | None"]  # (target, whether in HTML) -> new target; None: no change


def replace_targets(text: str, replacement: Replace) -> str:
    """Replace the target of each image by what `replacement` returns for it (None: no change). Code is not changed."""

    def piece(found: re.Match[str]) -> str:
        if found["target"]:
            new = replacement(found["target"], False)
            return found[0] if new is None else f"{found['before']}{new}{found['after']}"
        new = replacement(found["source"], True) if found["source"] else None
        return found[0] if new is None else f"{found['html']}{new}"

    return REFERENCE.sub(piece, text)


def image_targets(text: str) -> list[str]:
    """Return the targets of a text's images, each once."""
    found: dict[str, None] = {}
    replace_targets(text, lambda target, _: found.setdefault(target))
    return list(found)


def is_external(target: str) -> bool:
    """Say whether a target is on another host, or a `data:` URL."""
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", target, re.IGNORECASE))


def find_file(target: str, post: Path, site: SourceSite) -> Path | None:
    """Return the file of an image, beside the post or below the site's root; None where there is none."""
    try:
        path = unquote(urlsplit(target).path)
    except ValueError:
        return None
    if not path or "\0" in path or Path(path).suffix.lower().lstrip(".") not in IMAGE_TYPES:
        return None
    beside = [] if path.startswith("/") else [post.parent / path, post.parent / post.stem / path]
    below = [site.root / folder / path.lstrip("/") for folder in STATIC_FOLDERS]
    return next((inside for place in (*beside, *below) if (inside := _resolve_below(place, site.root, post.parent))), None)


def _resolve_below(place: Path, *roots: Path) -> Path | None:
    """Return a file with its symbolic links resolved; None where it then is below none of the roots."""
    try:
        real = place.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return real if real.is_file() and any(real.is_relative_to(root.resolve()) for root in roots) else None
