"""What a site's generator makes of typewriter's signs and emoji codes, by its defaults and its configuration."""

import re
from collections.abc import Callable

from transfer.importing.static_sites.generators import SourceSite, configuration_text

SMART, EMOJI = "smart_punctuation", "emoji_codes"  # fields of `BlogPage`


def switched_on(site: SourceSite) -> frozenset[str]:
    """Return the switches of a blog that are on in the old site."""
    found = GENERATORS.get(site.generator)
    return frozenset(name for name, on in zip((SMART, EMOJI), found(site), strict=True) if on) if found else frozenset()


def _jekyll(site: SourceSite) -> tuple[bool, bool]:
    values = site.configuration.values
    kramdown = str(values.get("markdown", "kramdown")).lower() == "kramdown"
    straight = "apos" in str(site.configuration.below("kramdown", "smart_quotes"))
    return kramdown and not straight, "jemoji" in f"{values.get('plugins')} {values.get('gems')}"


def _hugo(site: SourceSite) -> tuple[bool, bool]:
    extension = ("markup", "goldmark", "extensions", "typographer")
    off = site.configuration.below(*extension) == "false" or _is_on(site, *extension, "disable")
    return not off, _is_on(site, "enableemoji")


def _zola(site: SourceSite) -> tuple[bool, bool]:
    return _is_on(site, "markdown", "smart_punctuation"), _is_on(site, "markdown", "render_emoji")


def _astro(site: SourceSite) -> tuple[bool, bool]:
    text = configuration_text(site)
    return not re.search(r"smartypants\s*:\s*false", text), "remark-emoji" in text


def _eleventy(site: SourceSite) -> tuple[bool, bool]:
    text = configuration_text(site)
    return bool(re.search(r"typographer\s*:\s*true", text)), "markdown-it-emoji" in text


def _pelican(site: SourceSite) -> tuple[bool, bool]:
    return bool(re.search(r"^TYPOGRIFY\s*=\s*True", configuration_text(site), re.MULTILINE)), False


def _emoji_by_default(site: SourceSite) -> tuple[bool, bool]:
    text = configuration_text(site)
    return bool(re.search(r"typographer\s*:\s*true", text)), not re.search(r"emoji\s*:\s*false", text)


def _middleman(site: SourceSite) -> tuple[bool, bool]:
    text = configuration_text(site)
    is_kramdown = not re.search(r"^\s*set\s*\(?\s*:markdown_engine\b(?![^\n]*kramdown)", text, re.MULTILINE)
    return is_kramdown or bool(re.search(r"smartypants(?:\s*:|\s*=>)\s*true", text)), False


GENERATORS: dict[str, Callable[[SourceSite], tuple[bool, bool]]] = {
    "jekyll": _jekyll,
    "hexo": lambda site: (True, False),
    "hugo": _hugo,
    "hakyll": lambda site: (True, False),  # pandoc's `smart`
    "zola": _zola,
    "astro": _astro,
    "eleventy": _eleventy,
    "pelican": _pelican,
    "vuepress": _emoji_by_default,
    "docusaurus": _emoji_by_default,
    "middleman": _middleman,
}


def _is_on(site: SourceSite, *keys: str) -> bool:
    return str(site.configuration.below(*keys)).lower() == "true"
