"""Full-text search within a blog, and excerpts around the matches."""

import re
import unicodedata
from functools import lru_cache, reduce
from html import unescape
from operator import and_, or_
from typing import NamedTuple

from django.db import connection

from blog.models import PostPage
from blog.tagindex import Positions, TagIndex

NOT_WORDS = re.compile(r"[^\w\u0300-\u036f]|_")
TAGS = re.compile(r"<[^>]*>")
ROWS = 1000  # of each index that SQLite reads for its statistics: enough to tell large tables from small
NAMES = 20_000  # names of tags whose words are cached
CONTEXT_LENGTH = 80  # characters of text before and after a word that was found


class ExcerptPart(NamedTuple):
    """A part of an excerpt: a search term, or the text around it."""

    text: str
    is_sought: bool


def words_of(text: str) -> list[str]:
    """Return the search terms, without punctuation, which SQLite's FTS5 would parse as its query syntax."""
    return NOT_WORDS.sub(" ", text).split()


def search(path: str, index: TagIndex, text: str) -> Positions:
    """Return the positions of the posts below a tree path that match all search terms, each in the text or a tag's name.

    Texts are searched by Wagtail's search, names in the index, so that a renamed tag is found immediately.
    """
    words = list(dict.fromkeys(words_of(text)))
    named = {word: found for word in words if (found := _tagged_with(index, word))}
    only_in_text = [word for word in words if word not in named]
    matches = [named[word] | index.among(search_ids(path, word)) for word in named]
    if only_in_text:
        matches.append(index.among(search_ids(path, " ".join(only_in_text))))
    return reduce(and_, matches, index.all_positions) if matches else Positions()


def search_ids(path: str, text: str) -> list[int]:
    """Return the ids of the posts below a tree path whose texts match all terms; visibility is not checked."""
    words = words_of(text)
    if not words:
        return []
    found = PostPage.objects.of_blog(path).search(" ".join(words), operator="and", order_by_relevance=False)
    return list(found.get_queryset().values_list("pk", flat=True))


def _tagged_with(index: TagIndex, word: str) -> Positions:
    """Return the positions of the posts with a tag whose name contains a word."""
    sought = _folded(word)
    if not sought:
        return Positions()
    numbers = [number for number in index.numbers.values() if sought <= _folded(index.tag_list[number].name)]
    return reduce(or_, map(index.postings_of, numbers), Positions())


@lru_cache(NAMES)
def _folded(name: str) -> frozenset[str]:
    """Return the words of a name without case and accents, as in the databases' full-text search."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return frozenset(words_of("".join(sign for sign in decomposed if not unicodedata.combining(sign))))


def analyze_tables() -> None:
    """Update the query planner's statistics of this site's tables.

    Without them a planner may take a large table for a small one, and read all of it for every row of another. PostgreSQL's
    autovacuum comes a minute after a table grew; SQLite updates none by itself, and connections opened later read them. Tables
    are named: `ANALYZE` alone locks PostgreSQL's shared catalogues, which every database of a server has in common, until the
    transaction ends.
    """
    tables = [connection.ops.quote_name(name) for name in connection.introspection.django_table_names(only_existing=True)]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {ROWS}")
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def excerpt(html: str, text: str) -> list[ExcerptPart]:
    """Return the part of a post's text around the first search term, split at each term; empty without a match.

    >>> [tuple(part) for part in excerpt("<p>Tea &amp; <b>toast</b> at five.</p>", "TOAST")]
    [('Tea & ', False), ('toast', True), (' at five.', False)]
    """
    plain = " ".join(unescape(TAGS.sub(" ", html)).split())
    sought = re.compile("|".join(rf"\b{re.escape(word)}\w*" for word in words_of(text)) or r"(?!)", re.IGNORECASE)
    first = sought.search(plain)
    if not first:
        return []
    start, end = _cut(plain, first.start() - CONTEXT_LENGTH, -1), _cut(plain, first.end() + CONTEXT_LENGTH, 1)
    parts: list[ExcerptPart] = []
    before, last = "… " if start else "", start
    for found in sought.finditer(plain, start, end):
        parts += [ExcerptPart(before + plain[last : found.start()], False), ExcerptPart(found[0], True)]
        before, last = "", found.end()
    parts.append(ExcerptPart(plain[last:end] + (" …" if end < len(plain) else ""), False))
    return [part for part in parts if part.text]


def _cut(text: str, place: int, direction: int) -> int:
    """Return the word boundary next to a position: before it where `direction` is negative, else after it."""
    if place <= 0 or place >= len(text):
        return max(0, min(place, len(text)))
    space = text.rfind(" ", 0, place) + 1 if direction < 0 else text.find(" ", place)
    return space if space >= 0 else len(text)
