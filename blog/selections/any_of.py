"""AnyOf: one or several selections of which a post has to be in any: “design or typography”. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from blog.selections.selection import Selection

SEPARATOR = "|"  # which no slug holds
CONJUNCTIONS = ("or", "oder")
OR = re.compile(rf"\s*[|\n]\s*|\s+(?:{'|'.join(CONJUNCTIONS)})\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A disjunction of selections, with one canonical spelling; one alone is just that selection.

    >>> str(AnyOf.parse("typography | design+-work"))
    'design+-work|typography'
    >>> AnyOf.parse("design|").choices
    (Selection(wanted=(), unwanted=(), author=None, source=None, year=None, month=None),)
    """

    choices: tuple[Selection, ...] = (Selection(),)

    @classmethod
    def of(cls, choices: Iterable[Selection]) -> Self:
        """Return the disjunction of selections, in any order, with repeats; with that of every post among them, it alone."""
        found = {str(choice): choice for choice in choices} or {"": Selection()}
        return cls((Selection(),)) if "" in found else cls(tuple(found[text] for text in sorted(found)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse what is stored; see `Selection.stored`. Raise SelectionError for an invalid source, year or month."""
        return cls.of(Selection.stored(part) for part in text.split(SEPARATOR))

    def __str__(self) -> str:
        return SEPARATOR.join(map(str, self.choices))

    def __len__(self) -> int:
        """Return the number of tags that are named."""
        return sum(map(len, self.choices))

    def __bool__(self) -> bool:
        return self != AnyOf()

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for choice in self.choices for tag in choice.tags)

    @property
    def authors(self) -> tuple[str, ...]:
        return tuple(choice.author for choice in self.choices if choice.author)

    def check(self, limit: int | None = None) -> None:
        """Raise a SelectionError if a selection is invalid, or names more than `limit` tags."""
        for choice in self.choices:
            choice.check(limit)


def split(text: str) -> list[str]:
    """Return the parts of what a visitor typed with “or” between them.

    >>> split("design or open source | -work")
    ['design', 'open source', '-work']
    """
    return [part for part in OR.split(text.strip()) if part] or [""]
