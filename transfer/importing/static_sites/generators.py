"""The site that files come from: its root, its generator and the pattern of its addresses, by what lies there."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from transfer.importing.source import Refusal
from transfer.importing.static_sites.front_matter import READERS, Header

HIGHEST = 3  # folders above the one that was named, in which the site's root is looked for
MARKS = {
    "jekyll": ("_config.yml", "_config.yaml", "_config.toml", "_posts"),
    "hugo": ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default", "archetypes", "config.toml"),
    "eleventy": ("eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts", ".eleventy.js"),
    "hakyll": ("site.hs",),
}
CONFIGURATIONS = (
    "_config.yml",
    "_config.yaml",
    "_config.toml",
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    "config.toml",
)
LONGEST = 1_000_000  # bytes of a configuration


@dataclass(frozen=True, slots=True)
class OldSite:
    """Where files come from. `patterns` are addresses by section ("" for all), such as /:year/:month/:day/:title/."""

    root: Path
    generator: str = ""
    patterns: dict[str, str] = field(default_factory=dict)


def site_of(folder: Path, named: Path) -> OldSite:
    """The site that a folder belongs to, when `named` is the folder that the import was asked for."""
    highest = named.parents[HIGHEST - 1] if len(named.parents) >= HIGHEST else Path(named.anchor)
    for candidate in (folder, *folder.parents):
        if generator := _generator(candidate):
            return _site(candidate, generator)
        if candidate == highest:
            break
    return OldSite(named)


@lru_cache(maxsize=10_000)
def _generator(folder: Path) -> str:
    return next((name for name, marks in MARKS.items() if any((folder / mark).exists() for mark in marks)), "")


@lru_cache(maxsize=1_000)
def _site(root: Path, generator: str) -> OldSite:
    configuration = next((root / name for name in CONFIGURATIONS if (root / name).is_file()), None)
    return OldSite(root, generator, _patterns(_read(configuration)) if configuration else {})


def _read(path: Path) -> Header:
    """A configuration as it can be read; nothing when it cannot: the posts do not depend on it."""
    try:
        text = path.read_bytes()[:LONGEST].decode("utf-8-sig").replace("\r\n", "\n")
        return READERS[path.suffix[1:]](text, 1)
    except (OSError, UnicodeDecodeError, Refusal):
        return Header()


def _patterns(configuration: Header) -> dict[str, str]:
    patterns = {"": configuration.text("permalink")}
    sections = configuration.values.get("permalinks")
    if isinstance(sections, dict):
        nested = sections.get("page")
        named = {**sections, **(nested if isinstance(nested, dict) else {})}
        patterns |= {name: pattern for name, pattern in named.items() if isinstance(pattern, str)}
    return {name: pattern for name, pattern in patterns.items() if re.match(r"[/:\w]", pattern)}
