"""What is searched for in texts: words or a regular expression, within limits of time and size."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import FrameType
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

MAX_PATTERN: Final = 500  # characters
MAX_REPLACEMENT: Final = 1_000  # characters
MAX_TEXT: Final = 400_000  # characters that a text may have afterwards: more is no post
SECONDS: Final = 2.0  # for one text
FAULTS: Final = (re.error, IndexError, OverflowError, RecursionError)  # of expressions
AROUND: Final = 40  # characters shown before and after a match


class PatternFault(ValueError):
    """Raised for a pattern that cannot be used, or not on this text; the message says why."""


class Match(NamedTuple):
    """What is found in a text, with what stands around it, and what is to stand there."""

    before: str
    found: str
    replacement: str
    after: str


@dataclass(frozen=True)
class Pattern:
    """What is searched for, and what is to stand there."""

    find: str
    replacement: str = ""
    is_expression: bool = False
    match_case: bool = True

    @cached_property
    def compiled(self) -> "re.Pattern[str]":
        flags = re.MULTILINE | (0 if self.match_case else re.IGNORECASE)
        return re.compile(self.find if self.is_expression else re.escape(self.find), flags)

    def check_syntax(self) -> None:
        """Raise PatternFault where this is no expression."""
        try:
            _compiled = self.compiled
        except FAULTS as error:
            raise PatternFault(str(error)) from error

    def check(self) -> None:
        """Raise PatternFault where this is no expression, finds nothing at all, or the replacement names no group of it."""
        self.check_syntax()
        try:
            with time_limit():
                self.compiled.sub(self.replacement if self.is_expression else "", "")
                is_empty = self.compiled.search("") is not None
        except FAULTS as error:
            raise PatternFault(str(error)) from error
        if is_empty:
            raise PatternFault(_("It finds the empty text."))

    def matches(self, text: str, most: int) -> tuple[int, list[Match]]:
        """Return how often it stands in a text, and the first matches."""
        number = 0
        shown: list[Match] = []
        with time_limit():
            for match in self.compiled.finditer(text):
                number += 1
                if len(shown) < most:
                    start, end = match.span()
                    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
                    shown.append(Match(before, match[0], self._expanded(match), after))
        return number, shown

    def replace(self, text: str) -> tuple[str, int]:
        """Return a text with the replacements, and their number."""
        length = len(text)

        def expanded(match: "re.Match[str]") -> str:
            nonlocal length
            new = self._expanded(match)
            length += len(new) - len(match[0])
            if length > MAX_TEXT:
                raise PatternFault(_("The text would be longer than %(most)d characters.") % {"most": MAX_TEXT})
            return new

        with time_limit():
            return self.compiled.subn(expanded, text)

    def _expanded(self, match: "re.Match[str]") -> str:
        return match.expand(self.replacement) if self.is_expression else self.replacement


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise PatternFault where the block takes longer than SECONDS: the engine of `re` looks for signals as it searches.

    Signals reach the main thread alone: this is for the process that does jobs, not for requests.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise PatternFault(_("The expression takes longer than %(seconds)d seconds on a text.") % {"seconds": SECONDS})

    former: Any = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
