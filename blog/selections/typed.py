"""Selections as people type them: tags by name, with blanks and signs; and the text of a search box. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

from blog.selections.selection import Selection
from blog.selections.slugs import fold_name, slug

SEPARATORS = " +,"
MINUS = "-−"
SIGNS = re.compile(r"[+/]").search  # of an unknown name, which as they are would be parts of an address
ATTRIBUTES = ("@", "source:", "year:", "month:")
MARKED = re.compile(r"(?:^|\s)(?:[-−]?#|@|source:|year:|month:)\S").search  # in a search box's text: not of words alone
ATTRIBUTE = re.compile(r"@\S+|source:(?:internal|external)|year:[0-9]{4}|month:[0-9]{1,2}").fullmatch
MOST = 100  # tags and attributes that are read


@dataclass(frozen=True, slots=True)
class KnownTags:
    """The tags that typed text may name."""

    slug_of: dict[str, str]  # by folded name, and by slug
    longest: int  # characters of the longest key of `slug_of`

    @classmethod
    def of(cls, tags: Iterable[tuple[str, str]]) -> Self:
        """Return the known tags of pairs of slug and name; what is one tag's slug and another's name is read as the slug."""
        pairs = [*tags]
        by_name = {name: slug for slug, full_name in pairs if (name := fold_name(full_name))}
        slug_of = by_name | {slug: slug for slug, _name in pairs}
        return cls(slug_of, max(map(len, slug_of), default=0))

    def named(self, text: str) -> str | None:
        """Return the slug of the tag of this name, if there is one."""
        return self.slug_of.get(fold_name(text))


def read_typed(text: str, known: KnownTags, limit: int | None = None) -> Selection:
    """Parse typed tags and attributes, the longest known names first. Raise SelectionError as `Selection.parse` does.

    >>> known = KnownTags.of([("open-source", "Open Source"), ("c", "C"), ("c-plus-plus", "C++")])
    >>> str(read_typed("open source, -C++ agile @ada", known))
    'agile+open-source+-c-plus-plus+@ada'
    """
    return Selection.parse("+".join(islice(_words(fold_name(text), known), MOST)), limit)


def read_search(text: str, known: KnownTags, limit: int | None = None) -> tuple[Selection, str]:
    """Parse a search box's text: `#tags`, `-#tags`, `@author` as a selection, and what remains as search terms.

    >>> known = KnownTags.of([("how-we-work", "How we work"), ("c-plus-plus", "C++")])
    >>> selection, terms = read_search('#how we work "high speed" -#C++ trains', known)
    >>> str(selection), terms
    ('how-we-work+-c-plus-plus', '"high speed" trains')
    >>> read_search('#"How we work" well', known)[1]
    'well'
    """
    if not MARKED(text):
        return Selection(), text
    text = fold_name(text)
    tags: list[str] = []
    terms: list[str] = []
    place = 0
    while place < len(text):
        sign = "-" if text[place] in MINUS and text[place + 1 : place + 2] == "#" else ""
        start = place + len(sign)
        if text[start] == "#" and text[start + 1 : start + 2].strip(SEPARATORS):
            end, found = _quoted(text, start + 1, known) or _longest(text, start + 1, known)
            tags.append(sign + found)
        else:
            end = _term_end(text, place)
            word = text[place:end]
            if ATTRIBUTE(word.rstrip(",")):
                tags.append(word)
            else:
                terms.append(word)
        place = next((after for after in range(end, len(text)) if text[after] not in SEPARATORS), len(text))
    return Selection.parse("+".join(tags), limit), " ".join(terms)


def typed(selection: Selection, terms: str, name_of: Callable[[str], str]) -> str:
    """Return what to type into a search box for a selection and search terms: what `read_search` reads.

    `name_of` gives a tag's name for its slug, and "" for one that is unknown.

    >>> names = {"c-plus-plus": "C++", "agile": "agile"}
    >>> typed(Selection.parse("agile+-c-plus-plus+year:2018"), "speed", lambda tag: names.get(tag, ""))
    'speed year:2018 #agile -#C++'
    """
    tags = [f"#{typed_name(tag, name_of)}" for tag in selection.wanted] + [
        f"-#{typed_name(tag, name_of)}" for tag in selection.unwanted
    ]
    return " ".join(filter(None, [terms, *selection.attributes, *tags]))


def typed_name(tag: str, name_of: Callable[[str], str]) -> str:
    """Return a tag's name if it is read as that tag; else, where an editor chose another slug, the slug."""
    name = " ".join(name_of(tag).split())
    is_of_another = fold_name(name) != tag and bool(name_of(fold_name(name)))
    return name if name[:1].strip(SEPARATORS) and slug(name) == tag and not is_of_another else tag


def _words(text: str, known: KnownTags) -> Iterator[str]:
    """Yield the tags and attributes of normalised text, each as `Selection.parse` reads it."""
    place = 0
    while place < len(text):
        if text[place] in SEPARATORS:
            place += 1
            continue
        sign = "-" if text[place] in MINUS else ""
        start = place + len(sign)
        start += text[start : start + 1] == "#" and bool(text[start + 1 : start + 2].strip(SEPARATORS))
        if text.startswith(ATTRIBUTES, start):
            place, word = _end(text, start, SEPARATORS), text[start : _end(text, start, SEPARATORS)]
        else:
            place, word = _longest(text, start, known)
        yield sign + word


def _quoted(text: str, start: int, known: KnownTags) -> tuple[int, str] | None:
    """Return where a name in quotation marks that begins at `start` ends, and its slug; None where there is none."""
    closing = text.find('"', start + 1) if text[start] == '"' else -1
    name = text[start + 1 : max(closing, 0)].strip()
    return (closing + 1, known.slug_of.get(name) or slug(name)) if name else None


def _longest(text: str, start: int, known: KnownTags) -> tuple[int, str]:
    """Return where the longest known name that begins at `start` ends, and its slug; else of the word that begins there."""
    ends = [end for end in range(start + 1, min(len(text), start + known.longest) + 1) if _may_end(text, end)]
    for end in reversed(ends):
        if found := known.slug_of.get(text[start:end]):
            return end, found
    end = next((end for end in range(start, len(text)) if _may_end(text, end)), len(text))
    word = text[start:end]
    return end, slug(word) if SIGNS(word) else word


def _may_end(text: str, end: int) -> bool:
    """Return whether a name may end here: before separators, but not before the signs of “c++”."""
    rest = text[end : end + MOST]
    if rest[:1] == text[end - 1] == "+":
        return False
    following = rest.lstrip("+")
    signs = len(rest) - len(following)
    is_word_after = bool(following[:1].strip(" ,"))
    return signs > 0 if is_word_after else signs < 2


def _term_end(text: str, place: int) -> int:
    """Return the end of the search term that begins here: a word, or a phrase in quotation marks."""
    closing = text.find('"', place + 1) if text[place] == '"' else -1
    return closing + 1 if closing > 0 else _end(text, place, " ")


def _end(text: str, place: int, separators: str) -> int:
    return next((end for end in range(place, len(text)) if text[end] in separators), len(text))
