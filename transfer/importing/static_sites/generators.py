"""The static site that files come from: its root, its generator, and the permalinks in its configuration."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from transfer.importing.source import Refusal
from transfer.importing.static_sites.front_matter import READERS, FrontMatter

MAX_PARENTS = 3  # folders above the named one, in which the site's root is searched
MARKER_FILES = {
    "jekyll": ("_config.yml", "_config.yaml", "_config.toml", "_posts"),
    "hugo": ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default", "archetypes", "config.toml"),
    "eleventy": ("eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts", ".eleventy.js"),
    "hakyll": ("site.hs",),
}
CONFIGURATION_FILES = (
    "_config.yml",
    "_config.yaml",
    "_config.toml",
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    "config.toml",
)
MAX_CONFIGURATION_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceSite:
    """A static site. `permalinks` are patterns by section ("" for all), such as /:year/:month/:day/:title/."""

    root: Path
    generator: str = ""
    permalinks: dict[str, str] = field(default_factory=dict)


def detect_site(folder: Path, named: Path) -> SourceSite:
    """Return the site that a folder belongs to; `named` is the folder that the import was asked for."""
    highest = named.parents[MAX_PARENTS - 1] if len(named.parents) >= MAX_PARENTS else Path(named.anchor)
    for candidate in (folder, *folder.parents):
        if generator := _generator(candidate):
            return _site(candidate, generator)
        if candidate == highest:
            break
    return SourceSite(named)


@lru_cache(maxsize=10_000)
def _generator(folder: Path) -> str:
    return next((name for name, marks in MARKER_FILES.items() if any((folder / mark).exists() for mark in marks)), "")


@lru_cache(maxsize=1_000)
def _site(root: Path, generator: str) -> SourceSite:
    configuration = next((root / name for name in CONFIGURATION_FILES if (root / name).is_file()), None)
    return SourceSite(root, generator, _permalinks(_read(configuration)) if configuration else {})


def _read(path: Path) -> FrontMatter:
    """Return a configuration; empty where it cannot be read, since posts can be imported without it."""
    try:
        text = path.read_bytes()[:MAX_CONFIGURATION_BYTES].decode("utf-8-sig").replace("\r\n", "\n")
        return READERS[path.suffix[1:]](text, 1)
    except (OSError, UnicodeDecodeError, Refusal):
        return FrontMatter()


def _permalinks(configuration: FrontMatter) -> dict[str, str]:
    permalinks = {"": configuration.text("permalink")}
    sections = configuration.values.get("permalinks")
    if isinstance(sections, dict):
        nested = sections.get("page")
        named = {**sections, **(nested if isinstance(nested, dict) else {})}
        permalinks |= {name: pattern for name, pattern in named.items() if isinstance(pattern, str)}
    return {name: pattern for name, pattern in permalinks.items() if re.match(r"[/:\w]", pattern)}
