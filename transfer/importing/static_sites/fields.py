"""What a header's fields mean: tags, authors, dates, drafts, summary; each as the four generators write it."""

import html
import re
from collections.abc import Iterable
from datetime import datetime

from transfer.importing.source import Options, Refusal
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.file_names import Name
from transfer.importing.static_sites.front_matter import NOTHING, Header, Value

TAGS = ("tags", "tag", "categories", "category", "topics", "topic")
DATES = ("date", "published", "publishdate", "pubdate", "publisheddate", "datepublished", "created")
MODIFIED = ("lastmod", "lastmodified", "lastmodifiedat", "modified", "updated", "updatedat", "dateupdated")
EXPIRES = ("expirydate", "unpublishdate", "expires")
SUMMARIES = ("summary", "excerpt", "description", "teaser", "abstract")
LINKS = ("link", "externalurl", "externallink", "linkurl")
COVERS = ("cover", "image", "featuredimage", "coverimage", "thumbnail", "heroimage", "banner")
LONGEST_TAG = 100  # characters
LONGEST_SUMMARY = 2_000  # characters
TRUE, FALSE = frozenset(("true", "yes", "on", "1")), frozenset(("false", "no", "off", "0"))


def tags(header: Header, without: frozenset[str]) -> tuple[str, ...]:
    """Every tag, category and topic of a header, in order, each once."""
    nested = header.values.get("taxonomies")
    lists = [header.values.get(key, "") for key in TAGS]
    lists += [nested.get(key, "") for key in TAGS] if isinstance(nested, dict) else []
    found: dict[str, str] = {}
    for tag in (tag for value in lists for tag in _words(value)):
        if tag.lower() not in without:
            found.setdefault(tag.lower(), tag)
    long = next((tag for tag in found.values() if len(tag) > LONGEST_TAG), "")
    if long:
        raise Refusal(f"The tag “{long[:40]}…” is longer than {LONGEST_TAG} characters.", header.line(*TAGS))
    return tuple(found.values())


def _words(value: Value) -> Iterable[str]:
    """The tags of a list, or of a text: parted by commas if there are any, else by spaces."""
    if isinstance(value, list):
        parts = [part for part in value if isinstance(part, str)]
    elif isinstance(value, str):
        parts = value.split(",") if "," in value else value.split()
    else:
        parts = list(value)  # Hugo allows weights: a mapping by name
    stripped = (" ".join(part.split()).strip("\"'").lstrip("#").strip() or part.strip() for part in parts)
    return (part for part in stripped if part.lower() not in NOTHING)


def authors(header: Header) -> tuple[str, ...]:
    """The names or handles of a post's authors, the first of them first."""
    for value in (header.values.get(key, "") for key in ("authors", "author", "by")):
        names = [name for name in _names(value) if name.lower() not in NOTHING]
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


def moment(header: Header, keys: tuple[str, ...], options: Options) -> datetime | None:
    """The time under the first of these keys that has one; a Boolean or Hugo's year 1 is none."""
    for key in keys:
        text = header.text(key)
        if not text or text.lower() in TRUE | FALSE or text.startswith("0001-"):
            continue
        try:
            return parse_date(text, options.zone)
        except ValueError as error:
            if key in (*MODIFIED, "created") or re.match(r"git |last |[a-z]+$", text, re.IGNORECASE):
                continue  # Eleventy's “git Last Modified”, which no file says
            raise Refusal(str(error), header.line(key)) from error
    return None


def is_draft(header: Header, name: Name) -> bool:
    """Say whether a post is not for readers: by its header or by its folder."""
    flags = {key: header.text(key).lower() for key in ("draft", "published", "private", "hidden", "status")}
    return (
        name.draft
        or any(flags[key] in TRUE for key in ("draft", "private", "hidden"))
        or flags["published"] in FALSE
        or flags["status"] in ("draft", "private", "hidden", "unpublished")
    )


def link(header: Header) -> str:
    """The address elsewhere that a post is about."""
    address = header.text(*LINKS)
    return address if re.match(r"https?://[^\s/]+", address) and len(address) <= 2_000 else ""


def cover(header: Header) -> str:
    """The path of a post's image; PaperMod and others nest it."""
    for key in COVERS:
        value = header.values.get(key, "")
        if isinstance(value, dict):
            value = next((value[inner] for inner in ("image", "src", "path", "feature", "url") if inner in value), "")
        if isinstance(value, str) and value.strip().lower() not in NOTHING | TRUE | FALSE:
            return value.strip()
    images = header.values.get("images")
    return images[0] if isinstance(images, list) and images and isinstance(images[0], str) else ""


def summary(header: Header, body: str) -> str:
    """A post's summary as plain text: from its header, else what stands before `<!--more-->`."""
    text = header.text(*SUMMARIES)
    if not text:
        before, more, _ = re.split(r"(<!--\s*more\s*-->|\Z)", body, maxsplit=1)
        text = before if more else ""
    return shorten(plain(text[: 10 * LONGEST_SUMMARY]), LONGEST_SUMMARY)


def plain(text: str) -> str:
    """Markdown or HTML of a line or two as plain text.

    >>> plain('See <a href="/x">**the** docs</a> of [C](/c) &amp; `a < b`.')
    'See the docs of C & a < b.'
    """
    text = re.sub(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)", r"\1", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+)(?<=\S)\1(?![\w*])", r"\2", text)
    return " ".join(html.unescape(text).split())


def shorten(text: str, longest: int) -> str:
    """Cut a text at a word, with “…”, to at most so many characters."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(None, 1)[0].rstrip(",;:") + "…"
