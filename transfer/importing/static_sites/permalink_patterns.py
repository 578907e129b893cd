"""Permalink patterns, such as `/:year/:month/:title/`: the generators' default ones, and their placeholders filled for a post.

Jekyll, Hugo and Pelican mean different things by `:title` and `:slug`; what is not theirs is filled as Jekyll does.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from transfer.importing.source import Refusal
from transfer.importing.static_sites.file_names import FileName
from transfer.importing.words import _

JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
    "none": "/:categories/:title.html",
}
DEFAULT_PATTERNS = {  # of generators, when their configuration names none
    "jekyll": (JEKYLL_STYLES["date"], JEKYLL_STYLES["pretty"]),
    "hexo": ("/:year/:month/:day/:title/",),
    "hugo": ("/:sections/:slugorfilename/",),
    "eleventy": ("/:sections/:name/",),
    "hakyll": ("/:sections/:stem.html",),
    "zola": ("/:sections/:slug/",),
    "astro": ("/:sections/:stem/",),
    "pelican": ("/:slug.html",),
    "nikola": ("/:sections/:slug/", "/:sections/:slug.html"),
    "gatsby": ("/:name/", "/:sections/:name/"),
    "vuepress": ("/:sections/:stem.html", "/:sections/:stem/"),
    "middleman": ("/:year/:month/:day/:title.html", "/:sections/:year/:month/:day/:title.html"),
    "obsidian": ("/:sections/:stem/",),
    "nextjs": ("/:sections/:slugorfilename/", "/:slugorfilename/"),
    "nuxt": ("/:sections/:slugorfilename/", "/:slugorfilename/"),
    "sveltekit": ("/:sections/:slugorfilename/", "/:slugorfilename/"),
    "docusaurus": ("/:sections/:year/:month/:day/:title/", "/:sections/:slug/"),
}
ROUTED = frozenset(("", "astro", "nextjs", "nuxt", "sveltekit"))  # generators whose addresses the site's own files say
BY_TITLE = frozenset(("pelican",))  # generators that make slugs of titles, not of file names
UNKNOWN_GENERATOR_PATTERNS = (
    "/:year/:month/:day/:title/",
    "/:year/:i_month/:i_day/:title/",
    "/:year/:month/:day/:title.html",
    "/:sections/:stem.html",
)
STYLES = JEKYLL_STYLES | {name: patterns[0] for name, patterns in DEFAULT_PATTERNS.items()}  # what --permalink takes by name
DATE_FORMATS = {  # of strftime
    "year": "%Y",
    "short_year": "%y",
    "month": "%m",
    "short_month": "%b",
    "long_month": "%B",
    "day": "%d",
    "y_day": "%j",
    "week": "%V",
    "w_year": "%G",
    "w_day": "%u",
    "short_day": "%a",
    "long_day": "%A",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}
PLACEHOLDERS = {form: name for name, form in reversed(DATE_FORMATS.items())}  # by strftime's directives


@dataclass(frozen=True, slots=True)
class PostNames:
    """What the placeholders of a permalink are filled with."""

    file: FileName
    slug: str = ""  # of the front matter
    title: str = ""  # of the front matter
    categories: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


def fill_pattern(pattern: str, generator: str, names: PostNames, date: datetime | None) -> str:
    """Return the address that a pattern makes; "" where it has an unknown placeholder, or there is no date for it.

    >>> fill_pattern("/:categories/:year/:title.html", "jekyll", PostNames(FileName("x", "x")), datetime(2020, 1, 2))
    '/2020/x.html'
    """
    words = _words(generator, names) | (_date_words(date) if date else {})
    filled = re.sub(r":(\w+)", lambda found: words.get(found[1], "\0"), pattern)
    return "" if "\0" in filled else re.sub(r"/{2,}", "/", filled)  # an empty placeholder leaves no `//2020`, which is a host


def check_pattern(pattern: str) -> str:
    """Return a pattern, a style's name replaced by its pattern. Raise Refusal for an unknown placeholder."""
    asked = STYLES.get(pattern, pattern)
    if asked and not fill_pattern(asked, "", PostNames(FileName("a", "a")), datetime(2018, 1, 1)):
        names = ", ".join(STYLES)
        raise Refusal(
            _("The pattern “%(pattern)s” cannot be filled: write it like /:year/:month/:day/:title/, or one of %(names)s.")
            % {"pattern": pattern, "names": names}
        )
    return asked


def _words(generator: str, names: PostNames) -> dict[str, str]:
    """Return the placeholders without a date."""
    hugo = generator == "hugo"
    name, stem = (urlize(text) if hugo else pretty_slug(text) for text in (names.file.title, names.file.stem))
    title = urlize(names.title) if hugo else names.slug or name
    if generator == "hexo":  # to which a title is the whole path below `_posts`
        title = "/".join((*names.sections, names.file.stem))
    slug = names.slug or (title if hugo else plain_slug(names.file.title))
    if generator in BY_TITLE and not names.slug:
        slug = slug_of_title(names.title or names.file.title)
    return {
        "title": title,
        "slug": slug.lower(),
        "name": name,
        "stem": names.file.stem,
        "basename": names.file.stem,
        "filename": stem,
        "contentbasename": stem,
        "slugorfilename": names.slug or stem,
        "slugorcontentbasename": names.slug or stem,
        "categories": "/".join(category.lower() for category in names.categories),
        "slugified_categories": "/".join(plain_slug(category) for category in names.categories),
        "category": plain_slug("".join(names.categories[:1])),
        "collection": "posts",
        "section": "".join(names.sections[:1]),
        "sections": "/".join(names.sections),
        "subsections": "/".join(names.sections[1:]),
        "path": "/".join((*names.sections, names.file.title)),
        "output_ext": ".html",
    }


def _date_words(date: datetime) -> dict[str, str]:
    return {name: date.strftime(form) for name, form in DATE_FORMATS.items()} | {
        "i_month": str(date.month),
        "monthname": f"{date:%B}".lower(),
        "i_day": str(date.day),
        "yearday": str(date.timetuple().tm_yday),
        "weekday": f"{date:%w}",
        "weekdayname": f"{date:%A}".lower(),
    }


def pretty_slug(text: str) -> str:
    """Return a file's name as Jekyll's `:title` has it: letters in their case, runs of other characters as one hyphen."""
    return re.sub(r"[^\w.~!$&'()+,;=@-]+|-{2,}", "-", text).strip("-")


def plain_slug(text: str) -> str:
    """Return a name as Jekyll's `:slug` has it: letters and digits in lower case, all else as hyphens."""
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")


def slug_of_title(title: str) -> str:
    """Return a title as Pelican makes it a slug.

    >>> slug_of_title("What’s new: the café's 2.0")
    'whats-new-the-cafes-20'
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", title) if not unicodedata.combining(sign))
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]+", "", plain).strip()).lower()


def urlize(text: str) -> str:
    """Return a title or name as Hugo makes it a part of an address.

    >>> urlize("What's new, in C++ (again)?")
    'whats-new-in-c++-again'
    """
    kept = re.sub(r"[^\w\s./#+~@%-]+", "", text.strip().lower())
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", kept)).strip("-")
