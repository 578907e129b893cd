"""Paths of a selection extended by one tag: a listing has dozens of them, a tag cloud thousands."""

from bisect import bisect

from blog.paths import expression_route
from blog.selections.selection import Selection, quoted


class SelectionLinks:
    """The percent-encoded paths of a selection extended by one tag; their common parts are built once.

    The same as of `Selection.adding` and `leaving_out`, in a tenth of the time.

    >>> links = SelectionLinks(Selection.parse("a+c+-d"))
    >>> links.adding("b"), links.leaving_out("b"), links.expression_adding("b")
    ('/tags/a+b+c+-d/', '/tags/a+c+-b+-d/', 'a+b+c+-d')
    """

    def __init__(self, selection: Selection) -> None:
        self._wanted, self._unwanted = selection.wanted, selection.unwanted
        self._start, self._end = expression_route(selection).split("{expression}")
        words = [*selection.wanted, *(f"-{tag}" for tag in selection.unwanted)]
        # by insertion position among the sorted tags: the text before and after the new tag
        self._before = [quoted("".join(f"{word}+" for word in words[:place])) for place in range(len(words) + 1)]
        self._after = [quoted("".join(f"+{word}" for word in words[place:])) for place in range(len(words) + 1)]

    def expression_adding(self, tag: str) -> str:
        """Return the expression of the selection with a tag that it does not contain."""
        place = bisect(self._wanted, tag)
        return self._before[place] + quoted(tag) + self._after[place]

    def adding(self, tag: str) -> str:
        """Return the path of the selection with a tag that it does not contain."""
        return self._start + self.expression_adding(tag) + self._end

    def leaving_out(self, tag: str) -> str:
        """Return the path of the selection that excludes a tag."""
        place = len(self._wanted) + bisect(self._unwanted, tag)
        return f"{self._start}{self._before[place]}-{quoted(tag)}{self._after[place]}{self._end}"
