"""Resolution of URLs to selections: parsing, canonical redirects, and suggestions for unknown tags."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.utils.text import slugify
from rapidfuzz import fuzz, process

from blog.models import Stream, TagAlias, TagRedirect
from blog.paths import selection_path
from blog.selections.query import Reading, query
from blog.selections.selection import Selection
from blog.selections.typed import read_search, read_typed
from blog.tagindex import Positions, TagIndex

NEAR = 5  # names offered for an unknown tag
SIMILAR = 60  # similarity of two names; 100 is the greatest
MOST_COMPARED = 20  # similar names, of which those with posts are offered
SLUGS = re.compile(r"[^\s,#+−]+(?:\+[^\s,#+−]+)*").fullmatch  # words that are joined as in a URL


class UnknownTags(LookupError):
    """Tags (or an author) without a post visible to the reader."""

    def __init__(self, selection: Selection, unknown: tuple[str, ...], reading: Reading | None = None) -> None:
        super().__init__(", ".join(unknown))
        self.selection = selection
        self.unknown = unknown
        self.reading = reading or Reading()


class CanonicalRedirect(LookupError):
    """A URL that is not canonical; `selection` is the one to redirect to."""

    def __init__(self, selection: Selection) -> None:
        super().__init__(str(selection))
        self.selection = selection


class Near(NamedTuple):
    """A tag or author with a similar name, the selection with it in place of the unknown one, and its number of posts."""

    name: str
    typed: str  # by which a form takes it: `@handle` of an author
    address: str
    posts: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Similar tags or authors for an unknown one."""

    unknown: str  # an author as `@handle`
    near: list[Near]

    @property
    def is_author(self) -> bool:
        return self.unknown.startswith("@")


def read(text: str, index: TagIndex, limit: int | None = None) -> Selection:
    """Parse what a visitor typed: slugs as in a URL, or names, such as `how we work, -C++`.

    `limit` is the most tags it may have, if not TAG_LIMIT. Raise SelectionError.
    """
    limit = limit or settings.TAG_LIMIT
    if SLUGS(text):
        selection = Selection.parse(text, limit)
        if not index.unknown(selection):
            return selection
    selection = read_typed(text, index.known, limit)
    if "+" in text and index.unknown(selection):
        with_blanks = read_typed(text.replace("+", " "), index.known, limit)  # as forms encode a name
        return selection if index.unknown(with_blanks) else with_blanks
    return selection


def narrow_by_terms(selection: Selection, terms: str, index: TagIndex) -> tuple[Selection, str]:
    """Return the selection with the tags, author, source and time that a search box's text names, and the other terms.

    Raise SelectionError.
    """
    more, rest = read_search(terms, index.known, settings.TAG_LIMIT)
    if not more:
        return selection, rest
    narrowed = Selection.of(
        (*selection.wanted, *more.wanted),
        (*selection.unwanted, *more.unwanted),
        **{name: getattr(more, name) or getattr(selection, name) for name in ("author", "source", "year", "month")},
    )
    narrowed.check(settings.TAG_LIMIT)
    return narrowed, rest


def find(expression: str, handle: str, index: TagIndex) -> Selection:
    """Return the selection of a URL. Raise SelectionError, CanonicalRedirect for another spelling, UnknownTags."""
    selection = read(f"{expression}+@{handle}" if handle else expression, index)
    if selection.parameters:  # written among the tags: they belong in the query string
        raise CanonicalRedirect(selection)
    check_known(selection, index)
    return selection


def came_by(given: Mapping[str, str], blog: int, index: TagIndex) -> Stream | Selection:
    """Return the stream of `?stream=`, or the selection of `?in=`, by which a reader came to a post. Raise SelectionError."""
    return find_stream(given.get("stream", ""), blog) or read(given.get("in", ""), index)


def find_stream(slug: str, blog: int) -> Stream | None:
    """Return the blog's stream of this slug, which may be any text that was sent; None where there is none."""
    if not slug or "\0" in slug:  # which PostgreSQL refuses
        return None
    return Stream.objects.filter(blog_id=blog, slug=slug).first()


def check_known(selection: Selection, index: TagIndex) -> None:
    """Raise CanonicalRedirect if an unknown tag is a former slug of a known one, else UnknownTags.

    Raise SelectionError where the selection under present names is invalid.
    """
    unknown = index.unknown(selection)
    if not unknown:
        return
    renamed = {old: new for old, new in TagAlias.present(unknown).items() if index.tag(new)}
    if renamed:
        present = selection.renaming(renamed)
        present.check(settings.TAG_LIMIT)
        raise CanonicalRedirect(present)
    followed = TagRedirect.followed(selection)
    if followed != selection and not index.unknown(followed):
        followed.check(settings.TAG_LIMIT)
        raise CanonicalRedirect(followed)
    raise UnknownTags(selection, unknown)


def without_unknown(selection: Selection, unknown: tuple[str, ...]) -> Selection:
    """Return the selection without these tags, or its author where that is `@handle` among them."""
    known = selection.dropping(*unknown)
    return replace(known, author=None) if f"@{known.author}" in unknown else known


def suggest(error: UnknownTags, unknown: str, index: TagIndex, among: Positions | None = None) -> Suggestion:
    """Return the known tags, or authors for `@handle`, of similar names that have posts within the rest of the listing.

    `among` are the posts that its search finds.
    """
    selection = error.selection
    rest = without_unknown(selection, index.unknown(selection))
    if unknown.startswith("@"):
        handles = _similar_authors(unknown[1:], index)
        found = ((index.author_name(handle), f"@{handle}", replace(rest, author=handle)) for handle in handles)
    else:
        names = {facet.tag.slug: facet.tag.name for facet in index.tags()}
        near = similar(unknown, names)
        near += [
            slug for slug in names if slug.startswith(slugify(unknown, allow_unicode=True)[:4] or "\0") and slug not in near
        ]
        extend = rest.leaving_out if unknown in selection.unwanted else rest.adding
        found = ((names[slug], names[slug], extend(slug)) for slug in near if slug not in rest.tags)
    counted = ((name, written, chosen, len(index.select(chosen, among))) for name, written, chosen in found)
    return Suggestion(
        unknown,
        [
            Near(name, written, address(chosen, error.reading), count)
            for name, written, chosen, count in islice((near for near in counted if near[-1]), NEAR)
        ],
    )


def address(selection: Selection, reading: Reading) -> str:
    """Return the URL of the first page of a selection's listing, read in some way."""
    return selection_path(selection) + query(selection.parameters, reading.start.parameters)


def _similar_authors(name: str, index: TagIndex) -> list[str]:
    """Return the handles of the authors of visible posts whose handle or name is similar."""
    handles = {handle: handle for handle in index.authors()}
    handles |= {index.author_name(handle).lower(): handle for handle in index.authors()}
    return list(dict.fromkeys(handles[near] for near in similar(name, handles)))


def similar(name: str, names: Iterable[str]) -> list[str]:
    """Return the most similar ones of some names, the most similar first."""
    return [
        near
        for near, *_score in process.extract(name, list(names), scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=MOST_COMPARED)
    ]
