"""Images that a post shows: where its text names them, and which files below the given roots they are."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from transfer.importing.source import IMAGE_TYPES
from transfer.importing.static_sites.generators import OldSite

ASSETS = (
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
Replace = Callable[[str, bool], "str | None"]  # (target, whether in HTML) -> what to write instead


def replace(text: str, replacement: Replace) -> str:
    """Let `replacement` say what to write for each image's target; None leaves it. Code is left alone."""

    def piece(found: re.Match[str]) -> str:
        if found["target"]:
            new = replacement(found["target"], False)
            return found[0] if new is None else f"{found['before']}{new}{found['after']}"
        new = replacement(found["source"], True) if found["source"] else None
        return found[0] if new is None else f"{found['html']}{new}"

    return REFERENCE.sub(piece, text)


def targets(text: str) -> list[str]:
    """The targets of a text's images, each once."""
    found: dict[str, None] = {}
    replace(text, lambda target, _: found.setdefault(target))
    return list(found)


def is_elsewhere(target: str) -> bool:
    """Say whether an image lies on another host, or in the address itself."""
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", target, re.IGNORECASE))


def find(target: str, post: Path, site: OldSite) -> Path | None:
    """The file that a post's image is: beside the post or below the site's root, and nowhere else."""
    try:
        path = unquote(urlsplit(target).path)
    except ValueError:
        return None
    if not path or "\0" in path or Path(path).suffix.lower().lstrip(".") not in IMAGE_TYPES:
        return None
    beside = [] if path.startswith("/") else [post.parent / path, post.parent / post.stem / path]
    below = [site.root / folder / path.lstrip("/") for folder in ASSETS]
    return next((inside for place in (*beside, *below) if (inside := _inside(place, site.root, post.parent))), None)


def _inside(place: Path, *roots: Path) -> Path | None:
    """A file with every symbolic link followed, if it then still lies below one of the roots."""
    try:
        real = place.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return real if real.is_file() and any(real.is_relative_to(root.resolve()) for root in roots) else None
