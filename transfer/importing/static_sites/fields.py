"""The fields of front matter: tags, authors, dates, drafts, summary; each as the four generators write it."""

import html
import re
from collections.abc import Iterable
from datetime import datetime

from transfer.importing.source import ImportOptions, Refusal
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.file_names import FileName
from transfer.importing.static_sites.front_matter import NULLS, FrontMatter, Value
from transfer.importing.static_sites.template_tags.markup import MORE
from transfer.importing.words import _

TAGS = ("tags", "tag", "categories", "category", "topics", "topic")
DATES = ("date", "published", "publishdate", "pubdate", "publisheddate", "datepublished", "created")
MODIFIED = ("lastmod", "lastmodified", "lastmodifiedat", "modified", "updated", "updatedat", "dateupdated")
EXPIRES = ("expirydate", "unpublishdate", "expires")
SUBTITLES = ("subtitle", "subheading")
SUMMARIES = ("summary", "excerpt", "description", "teaser", "abstract")
LINKS = ("link", "externalurl", "externallink", "linkurl")
COVERS = ("cover", "image", "featuredimage", "coverimage", "thumbnail", "heroimage", "banner")
MAX_TAG = 100  # characters
MAX_SUMMARY = 2_000  # characters
LONGEST_TITLE_OF_WORDS = 60  # characters
TRUE, FALSE = frozenset(("true", "yes", "on", "1")), frozenset(("false", "no", "off", "0"))


def tags(front_matter: FrontMatter, without: frozenset[str], further: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return every tag, category and topic, and those of the text, in order, each once."""
    nested = front_matter.values.get("taxonomies")
    lists = [front_matter.values.get(key, "") for key in TAGS]
    lists += [nested.get(key, "") for key in TAGS] if isinstance(nested, dict) else []
    return distinct_tags((*(tag for value in lists for tag in _words(value)), *further), without, front_matter.line(*TAGS))


def distinct_tags(names: Iterable[str], without: frozenset[str], line: int) -> tuple[str, ...]:
    """Return tags in order, each once. Raise Refusal, with the line, for one that is too long."""
    found: dict[str, str] = {}
    for tag in names:
        if tag.lower() not in without:
            found.setdefault(tag.lower(), tag)
    long = next((tag for tag in found.values() if len(tag) > MAX_TAG), "")
    if long:
        raise Refusal(
            _("The tag “%(long)s…” is longer than %(max_tag)s characters.") % {"long": long[:40], "max_tag": MAX_TAG}, line
        )
    return tuple(found.values())


def _words(value: Value) -> Iterable[str]:
    """Yield the tags of a list, or of a text: split at commas if there are any, else at spaces."""
    if isinstance(value, list):
        parts = [part for part in value if isinstance(part, str)]
    elif isinstance(value, str):
        parts = value.split(",") if "," in value else value.split()
    else:
        parts = list(value)  # Hugo allows weights: a mapping by name
    stripped = (" ".join(part.split()).strip("\"'").lstrip("#").strip() or part.strip() for part in parts)
    return (part for part in stripped if part.lower() not in NULLS)


def authors(front_matter: FrontMatter) -> tuple[str, ...]:
    """Return the names or handles of a post's authors, in order."""
    for value in (front_matter.values.get(key, "") for key in ("authors", "author", "by")):
        names = [name for name in _names(value) if name.lower() not in NULLS]
        if names:
            return tuple(dict.fromkeys(names))
    return ()


def _names(value: Value) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in ([item.strip()] if isinstance(item, str) else _names(item))]
    if isinstance(value, dict):
        name = next((value[key] for key in ("name", "nick", "id", "handle") if key in value), "")
        return [name.strip()] if isinstance(name, str) else []
    without_mail = re.sub(r" ?<[^<>]*>", "", value)
    return [name.strip() for name in re.split(r",\s|;\s*| & | and ", without_mail)]


def read_date(front_matter: FrontMatter, keys: tuple[str, ...], options: ImportOptions) -> datetime | None:
    """Return the time under the first of these keys that has one; a Boolean or Hugo's year 1 is none."""
    for key in keys:
        text = front_matter.text(key)
        if not text or text.lower() in TRUE | FALSE or text.startswith("0001-"):
            continue
        try:
            return parse_date(text, options.time_zone)
        except ValueError as error:
            if key in (*MODIFIED, "created") or re.match(r"git |last |[a-z]+$", text, re.IGNORECASE):
                continue  # Eleventy's “git Last Modified”, which no file says
            raise Refusal(str(error), front_matter.line(key)) from error
    return None


def is_draft(front_matter: FrontMatter, name: FileName) -> bool:
    """Return whether a post is a draft or private, by its front matter or its folder."""
    flags = {key: front_matter.text(key).lower() for key in ("draft", "published", "private", "hidden", "unlisted", "status")}
    return (
        name.draft
        or any(flags[key] in TRUE for key in ("draft", "private", "hidden", "unlisted"))
        or flags["published"] in FALSE
        or flags["status"] in ("draft", "private", "hidden", "unpublished")
    )


def link(front_matter: FrontMatter) -> str:
    """Return the URL of an external post; "" where it has none."""
    address = front_matter.text(*LINKS)
    return address if re.match(r"https?://[^\s/]+", address) and len(address) <= 2_000 else ""


def cover(front_matter: FrontMatter) -> str:
    """Return the path of a post's cover image; some themes (PaperMod) nest it in a mapping."""
    for key in COVERS:
        value = front_matter.values.get(key, "")
        if isinstance(value, dict):
            value = next((value[inner] for inner in ("image", "src", "path", "feature", "url") if inner in value), "")
        if isinstance(value, str) and value.strip().lower() not in NULLS | TRUE | FALSE:
            return value.strip()
    images = front_matter.values.get("images")
    return images[0] if isinstance(images, list) and images and isinstance(images[0], str) else ""


def summary(front_matter: FrontMatter, body: str) -> str:
    """Return a post's summary as plain text: that of the front matter, else the text before `<!--more-->` or the like."""
    text = front_matter.text(*SUMMARIES)
    if not text:
        before, more, _ = re.split(rf"({MORE}|\Z)", body, maxsplit=1, flags=re.IGNORECASE)
        text = before if more else ""
    return truncate(plain_text(text[: 10 * MAX_SUMMARY]), MAX_SUMMARY)


def plain_text(text: str) -> str:
    """Return a line or two of Markdown or HTML as plain text.

    >>> plain_text('See <a href="/x">**the** docs</a> of [C](/c) &amp; `a < b`.')
    'See the docs of C & a < b.'
    """
    text = re.sub(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)", r"\1", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+)(?<=\S)\1(?![\w*])", r"\2", text)
    return " ".join(html.unescape(text).split())


def truncate(text: str, longest: int) -> str:
    """Truncate a text at a word, with “…”, to at most `longest` characters."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(None, 1)[0].rstrip(",;:") + "…"


def first_words(body: str) -> str:
    """Return the first words of a text in Markdown, as the title of a post that has none; "" where there are none."""
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", lambda found: f"&#{ord(found[1])};", body[:10_000])
    line = next((line for line in unescaped.splitlines() if re.search(r"\w", plain_text(line))), "")
    return truncate(plain_text(line), LONGEST_TITLE_OF_WORDS)
