"""Selection: a set of wanted and unwanted tags, perhaps with an author, a source and a time. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote

from blog.selections.errors import SelectionError, gettext_noop
from blog.selections.slugs import fold

INTERNAL, EXTERNAL = "internal", "external"
SOURCES = (INTERNAL, EXTERNAL)
SEPARATORS = re.compile(r"[+\s]+")
ADDRESS_SAFE = "/@+:-_~"
PLAIN = re.compile(r"[A-Za-z0-9/@+:_~.-]*").fullmatch


@dataclass(frozen=True, slots=True)
class Selection:
    """A set of wanted and unwanted tags, perhaps with an author, a source and a time; immutable, with one canonical spelling.

    >>> str(Selection.parse("Python +-email+django+@ada"))
    'django+python+-email+@ada'
    >>> Selection.parse("b a -c year:2018").expression
    'a+b+-c'
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    author: str | None = None
    source: str | None = None
    year: int | None = None
    month: int | None = None  # of that year

    @classmethod
    def of(cls, wanted: Iterable[str] = (), unwanted: Iterable[str] = (), **more: Any) -> Self:
        """Return a selection from tags in any order and case, with repeats."""
        return cls(_sorted(wanted), _sorted(unwanted), **more)

    @classmethod
    def parse(cls, text: str, limit: int | None = None) -> Self:
        """Parse a selection: tags separated by `+` or spaces, `-` before an unwanted one,
        and `@author`, `source:internal`, `year:2018`, `month:3` among them.

        Input of visitors is parsed with `limit=settings.TAG_LIMIT`; stored selections without a limit.
        Raise SelectionError above `limit` tags, and for a tag both wanted and unwanted, an invalid character, source, year or
        month.
        """
        selection = cls.stored(text)
        selection.check(limit)
        return selection

    @classmethod
    def stored(cls, text: str) -> Self:
        """Parse a stored selection, which may have come to contradict itself: no post is in it then."""
        words = [word for word in map(fold, SEPARATORS.split(text)) if word]
        tags = [word for word in words if not _is_attribute(word)]
        attributes = dict(_attribute(word) for word in words if _is_attribute(word))
        return cls.of(
            (tag for tag in tags if not tag.startswith("-")),
            (tag.lstrip("-") for tag in tags if tag.startswith("-")),
            **attributes,
        )

    def check(self, limit: int | None = None) -> None:
        """Raise a SelectionError if this selection is invalid; see `parse`."""
        if limit is not None and len(self) > limit:
            sentence = gettext_noop("%(count)d tags are more than a selection may name: leave all but %(limit)d of them out.")
            raise SelectionError(sentence, count=len(self), limit=limit)
        for tag in (*self.tags, self.author or ""):
            if not tag.isprintable() and any(unicodedata.category(sign)[0] == "C" for sign in tag):
                raise SelectionError(gettext_noop("The tag %(tag)a holds a control character: leave it out."), tag=tag)
        for tag in self.wanted:
            if tag in self.unwanted:
                raise SelectionError(
                    gettext_noop("The tag “%(tag)s” is both wanted and unwanted: leave one of the two out."), tag=tag
                )
        if self.month and not self.year:
            raise SelectionError(gettext_noop("The month %(month)d is of no year: name a year too."), month=self.month)

    def __str__(self) -> str:
        return "+".join([*self._words, *self.attributes])

    def __len__(self) -> int:
        """Return the number of tags."""
        return len(self.wanted) + len(self.unwanted)

    def __bool__(self) -> bool:
        return any((self.wanted, self.unwanted, self.author, self.source, self.year, self.month))

    @property
    def tags(self) -> tuple[str, ...]:
        return self.wanted + self.unwanted

    @property
    def _words(self) -> list[str]:
        return [*self.wanted, *(f"-{tag}" for tag in self.unwanted)]

    @property
    def attributes(self) -> list[str]:
        """Return author, source, year and month as in a URL: `["@ada", "year:2018"]`."""
        author = [f"@{self.author}"] if self.author else []
        return [*author, *(f"{name}:{value}" for name, value in self.parameters.items())]

    @property
    def expression(self) -> str:
        """Return the tags as in a URL: `a+b+-c`."""
        return "+".join(self._words)

    @property
    def typed(self) -> str:
        """Return it as people type it: `a b -c @ada`."""
        return str(self).replace("+", " ")

    @property
    def parameters(self) -> dict[str, str]:
        """Return source, year and month as query parameters."""
        pairs = (("source", self.source), ("year", self.year), ("month", self.month))
        return {name: str(value) for name, value in pairs if value is not None}

    def adding(self, tag: str) -> Self:
        """Return this selection with `tag` wanted."""
        return replace(self.dropping(tag), wanted=_sorted((*self.dropping(tag).wanted, tag)))

    def leaving_out(self, tag: str) -> Self:
        """Return this selection with `tag` unwanted."""
        return replace(self.dropping(tag), unwanted=_sorted((*self.dropping(tag).unwanted, tag)))

    def dropping(self, *tags: str) -> Self:
        """Return this selection with `tags` removed, wanted or unwanted."""
        return replace(
            self,
            wanted=tuple(tag for tag in self.wanted if tag not in tags),
            unwanted=tuple(tag for tag in self.unwanted if tag not in tags),
        )

    def renaming(self, names: dict[str, str]) -> Self:
        """Return this selection with each tag in `names` renamed."""
        return replace(
            self,
            wanted=_sorted(names.get(tag, tag) for tag in self.wanted),
            unwanted=_sorted(names.get(tag, tag) for tag in self.unwanted),
        )

    def replacing(self, tag: str, other: "Selection") -> Self:
        """Return this selection with the tags of another in place of the wanted `tag`.

        >>> str(Selection.parse("a+b").replacing("b", Selection.parse("c+-d")))
        'a+c+-d'
        """
        if tag not in self.wanted:
            return self
        rest = self.dropping(tag)
        return replace(rest, wanted=_sorted((*rest.wanted, *other.wanted)), unwanted=_sorted((*rest.unwanted, *other.unwanted)))


def quoted(path: str) -> str:
    """Percent-encode a URL's path (RFC 3986), except the delimiters of selections."""
    return path if PLAIN(path) else quote(path, safe=ADDRESS_SAFE)


def _sorted(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({tag for tag in map(fold, tags) if tag}))


def _is_attribute(word: str) -> bool:
    return word.startswith(("@", "source:", "year:", "month:"))


def _attribute(word: str) -> tuple[str, str | int | None]:
    if word.startswith("@"):
        return "author", word[1:] or None
    name, _, value = word.partition(":")
    return name, READERS[name](value)


def read_source(text: str) -> str:
    """Parse `internal` or `external`. Raise SelectionError for anything else."""
    if text.lower() not in SOURCES:
        raise SelectionError(
            gettext_noop("The source %(source)a is unknown: write “internal” or “external”."), source=text[:20]
        )
    return text.lower()


def read_year(text: str) -> int:
    """Parse a year of four digits. Raise SelectionError for anything else."""
    if not re.fullmatch("[0-9]{4}", text) or text == "0000":
        raise SelectionError(gettext_noop("The year %(year)a cannot be read: write four digits, such as 2018."), year=text[:20])
    return int(text)


def read_month(text: str) -> int:
    """Parse a month. Raise SelectionError for anything but 1 to 12."""
    if not re.fullmatch("0?[1-9]|1[0-2]", text):
        raise SelectionError(gettext_noop("The month %(month)a cannot be read: write a number from 1 to 12."), month=text[:20])
    return int(text)


READERS: dict[str, Callable[[str], str | int]] = {"source": read_source, "year": read_year, "month": read_month}
