"""The static site that files come from: its root, its generator, and the permalinks in its configuration."""

import re
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from transfer.importing.source import Refusal, split_address
from transfer.importing.static_sites.author_file import names_of
from transfer.importing.static_sites.front_matter import READERS, FrontMatter, Value, fold_key
from transfer.importing.static_sites.python_settings import nikola_permalinks, pelican_permalinks, read_settings

MAX_PARENTS = 3  # folders above the named one, in which the site's root is searched
HEXO = re.compile(r"\"hexo\"\s*:")  # in package.json
MARKER_FILES = {
    "jekyll": ("_config.yml", "_config.yaml", "_config.toml"),
    "hugo": ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default", "archetypes"),
    "zola": ("config.toml",),  # unless Hugo's, which had this name until 2022
    "eleventy": ("eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts", ".eleventy.js"),
    "astro": ("astro.config.mjs", "astro.config.js", "astro.config.ts", "astro.config.mts"),
    "hakyll": ("site.hs",),
    "pelican": ("pelicanconf.py",),
    "docusaurus": ("docusaurus.config.js", "docusaurus.config.ts", "docusaurus.config.mjs", "docusaurus.config.mts"),
    "gatsby": ("gatsby-config.js", "gatsby-config.ts", "gatsby-config.mjs"),
    "vuepress": (".vuepress", ".vitepress"),
    "middleman": ("config.rb",),
    "nextjs": ("next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs"),
    "nuxt": ("nuxt.config.js", "nuxt.config.ts", "nuxt.config.mjs"),
    "sveltekit": ("svelte.config.js", "svelte.config.ts"),
    "obsidian": (".obsidian",),
}
HUGO_BEFORE = ("config.toml", "config.yaml", "config.yml", "config.json")  # hugo.toml has been its name since 2023
PARTS_FOLDER = "config/_default"  # of Hugo, in which `permalinks.toml` and `languages.de.toml` are parts of the configuration
CONFIGURATION_FILES = (
    "_config.yml",
    "_config.yaml",
    "_config.toml",
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    *HUGO_BEFORE,
    *(f"{PARTS_FOLDER}/{name}" for name in ("hugo.toml", "hugo.yaml", *HUGO_BEFORE)),
)
PYTHON_FILES = {  # of configuration
    "pelican": ("pelicanconf.py", "settings.py", "publishconf.py"),  # the second by `pelican -s settings.py`
    "nikola": ("conf.py",),
}
FURTHER_FILES = {  # of configuration, where they are others than those by which a generator is known
    **PYTHON_FILES,
    "vuepress": tuple(f"{mark}/config.{suffix}" for mark in MARKER_FILES["vuepress"] for suffix in ("js", "ts", "mjs", "mts")),
}
SITE_NAME = re.compile(r"^SITENAME\s*=", re.MULTILINE)  # which Pelican's settings have, and Django's have not
NIKOLA_POSTS = re.compile(r"^POSTS\s*=", re.MULTILINE)  # which Nikola's conf.py has, and Sphinx's has not
BASE_URL = re.compile(r"^\s*[\"']?baseurl[\"']?\s*[:=]", re.MULTILINE | re.IGNORECASE)  # which Hugo requires
MAX_CONFIGURATION_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceSite:
    """A static site. `permalinks` are patterns by section ("" for all), such as /:year/:month/:day/:title/."""

    root: Path
    generator: str = ""  # a key of MARKER_FILES; "" if unknown
    permalinks: dict[str, str] = field(default_factory=dict)
    configuration: FrontMatter = field(default_factory=FrontMatter)
    authors: dict[str, str] = field(default_factory=dict)  # names by handle in lower case

    @property
    def time_zone(self) -> tzinfo | None:
        """Return the zone of dates that name none, as the configuration says."""
        try:
            return ZoneInfo(self.configuration.text("timezone"))
        except (KeyError, ValueError, OSError):
            return None

    @property
    def host(self) -> str:
        """Return the old site's host, as its configuration names it."""
        return split_address(self.configuration.text("url", "baseurl", "siteurl")).hostname or ""


def detect_site(folder: Path, named: Path) -> SourceSite:
    """Return the site that a folder belongs to; `named` is the folder that the import was asked for."""
    highest = named.parents[MAX_PARENTS - 1] if len(named.parents) >= MAX_PARENTS else Path(named.anchor)
    candidates = [path for path in (folder, *folder.parents) if path.is_relative_to(highest)]
    found = [(candidate, generator) for candidate in candidates if (generator := _generator(candidate))]
    found.sort(key=lambda site: site[1] == "obsidian")  # whose folder may also be a part of a site, edited there
    if found:
        return _site(*found[0])
    without_configuration = next((path for path in candidates if (path / "_posts").is_dir()), None)
    return SourceSite(without_configuration, "jekyll") if without_configuration else SourceSite(named)


@lru_cache(maxsize=10_000)
def _generator(folder: Path) -> str:
    found = next((name for name, marks in MARKER_FILES.items() if any((folder / mark).exists() for mark in marks)), "")
    if found == "jekyll" and HEXO.search(_text(folder / "package.json")):
        return "hexo"
    if found == "zola" and not _is_zola(folder / "config.toml"):
        return "hugo"
    if not found and SITE_NAME.search(_text(folder / "settings.py")):
        return "pelican"
    if not found and NIKOLA_POSTS.search(_text(folder / "conf.py")):
        return "nikola"
    return found or ("hugo" if any(BASE_URL.search(_text(folder / name)) for name in HUGO_BEFORE) else "")


def _is_zola(configuration: Path) -> bool:
    """Return whether a `config.toml` is Zola's, which requires `base_url`, and not Hugo's, which has `baseURL`."""
    return bool(re.search(r"^base_url\s*=", _text(configuration), re.MULTILINE))


@lru_cache(maxsize=1_000)
def _site(root: Path, generator: str) -> SourceSite:
    if generator in PYTHON_FILES:
        text = "\n".join(_text(root / name) for name in PYTHON_FILES[generator])
        settings = read_settings(text)
        permalinks = nikola_permalinks(text) if generator == "nikola" else pelican_permalinks(settings)
        return SourceSite(root, generator, permalinks, settings)
    path = next((root / name for name in CONFIGURATION_FILES if (root / name).is_file()), None)
    configuration = _read(path) if path else FrontMatter()
    configuration = _with_parts(configuration, root / PARTS_FOLDER) if generator == "hugo" else configuration
    return SourceSite(root, generator, _permalinks(configuration), configuration, _authors(root))


def _with_parts(configuration: FrontMatter, folder: Path) -> FrontMatter:
    """Return a configuration with the files whose names say where in it they belong, such as `languages.de.toml`."""
    values = dict(configuration.values)
    for path in sorted(folder.glob("*.*")):
        name, _, language = path.stem.partition(".")
        if path.suffix[1:] in READERS and name not in ("hugo", "config"):
            part, there = _read(path).values, values.get(fold_key(name))
            further = {language: part} if language else part
            values[fold_key(name)] = {**(there if isinstance(there, dict) else {}), **further}
    return FrontMatter(values)


def configuration_text(site: SourceSite) -> str:
    """Return the configuration of a generator that is configured in its own language, to be searched, never run."""
    names = FURTHER_FILES.get(site.generator) or MARKER_FILES.get(site.generator, ())
    return "\n".join(_text(site.root / name) for name in names)


def _text(path: Path) -> str:
    """Return a configuration's text; "" where it cannot be read, since posts can be imported without it."""
    try:
        return path.read_bytes()[:MAX_CONFIGURATION_BYTES].decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return ""


def _read(path: Path) -> FrontMatter:
    try:
        return READERS[path.suffix[1:]](_text(path), 1)
    except Refusal:
        return FrontMatter()


def _permalinks(configuration: FrontMatter) -> dict[str, str]:
    collected = configuration.below("collections", "posts", "permalink")
    permalinks = {"": collected or configuration.values.get("permalink", "")}  # `none` is a style here
    for sections in (configuration.below("permalinks"), configuration.below("permalinks", "page")):
        permalinks |= sections if isinstance(sections, dict) else {}
    return {name: text for name, text in permalinks.items() if isinstance(text, str) and re.match(r"[/:\w]", text)}


def _authors(root: Path) -> dict[str, str]:
    """Return the authors' names by handle in lower case.

    They are in `_data/authors.yml` (Jekyll), `data/authors/ada.yml` (Hugo) or `blog/authors.yml` (Docusaurus).
    """
    people: dict[str, Value] = {}
    for folder in ("data", "_data", "blog"):
        for path in sorted((root / folder / "authors").glob("*.*")):
            people |= {path.stem: dict(_read(path).values)} if path.suffix[1:] in READERS else {}
        for path in sorted((root / folder).glob("authors.*")):
            people |= _read(path).values if path.suffix[1:] in READERS else {}
    return dict(names_of(people))
