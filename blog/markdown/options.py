"""How a site wants its texts rendered: what authors may switch. Pure."""

from typing import NamedTuple

QUOTES = {"de": "„“‚‘"}  # by language; double ones, then single ones
ENGLISH_QUOTES = "“”‘’"
EMOJI, WITHOUT_LINKS = ":", "#"  # in a code
MAX_CODE = 6  # characters


class RenderOptions(NamedTuple):
    """Typographic signs, emoji codes, and headings that link to themselves.

    `quotes` are the four signs that stand for typewriter's quotation marks; empty: these stay, and so do `--` and `...`.
    """

    quotes: str = ""
    emoji: bool = False
    heading_links: bool = True

    @property
    def code(self) -> str:
        """Return the options as a short text, which `of` reads; empty for the defaults.

        >>> RenderOptions(ENGLISH_QUOTES, emoji=True).code
        '“”‘’:'
        """
        return f"{self.quotes}{EMOJI if self.emoji else ''}{'' if self.heading_links else WITHOUT_LINKS}"

    @classmethod
    def of(cls, code: str) -> "RenderOptions":
        """Return the options of a code."""
        return cls(code.rstrip(EMOJI + WITHOUT_LINKS), EMOJI in code, WITHOUT_LINKS not in code)


def quotes_of(language: str) -> str:
    """Return the quotation marks of a language, such as `de` or `de-at`."""
    return QUOTES.get(language.partition("-")[0], ENGLISH_QUOTES)


DEFAULTS = RenderOptions()
