"""URLs of a selection extended by one tag: a listing has dozens of them, a tag cloud thousands."""

from bisect import bisect

from blog.paths import expression_route
from blog.selections.selection import Selection, quoted


class SelectionLinks:
    """The percent-encoded paths of a selection extended by one tag; their common parts are built once.

    The same as of `Selection.adding` and `leaving_out`, in a tenth of the time. `address` is a format string for other URLs.

    >>> links = SelectionLinks(Selection.parse("a+c+-d"))
    >>> links.adding("b"), links.leaving_out("b")
    ('/tags/a+b+c+-d/', '/tags/a+c+-b+-d/')
    >>> SelectionLinks(Selection.parse("a"), "/tags/?with={expression}").adding("b")
    '/tags/?with=a+b'
    """

    def __init__(self, selection: Selection, address: str = "") -> None:
        self._wanted, self._unwanted = selection.wanted, selection.unwanted
        start, end = (address or expression_route(selection)).split("{expression}")
        words = [*selection.wanted, *(f"-{tag}" for tag in selection.unwanted)]
        # by insertion position among the sorted tags: the text before and after the new tag
        self._before = [start + quoted("".join(f"{word}+" for word in words[:place])) for place in range(len(words) + 1)]
        self._after = [quoted("".join(f"+{word}" for word in words[place:])) + end for place in range(len(words) + 1)]

    def adding(self, tag: str) -> str:
        """Return the URL of the selection with a tag that it does not contain."""
        place = bisect(self._wanted, tag)
        return self._before[place] + quoted(tag) + self._after[place]

    def leaving_out(self, tag: str) -> str:
        """Return the URL of the selection that excludes a tag."""
        place = len(self._wanted) + bisect(self._unwanted, tag)
        return f"{self._before[place]}-{quoted(tag)}{self._after[place]}"
