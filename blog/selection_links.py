"""The addresses of a selection with one tag more: a listing has dozens, a cloud thousands. Pure."""

from bisect import bisect

from blog.selection import Selection, quoted


class SelectionLinks:
    """The paths, percent-encoded, of a selection with one more tag; what they share is made once.

    The same as of `Selection.adding` and `leaving_out`, in a tenth of the time.

    >>> links = SelectionLinks(Selection.parse("a+c+-d"))
    >>> links.adding("b"), links.leaving_out("b")
    ('/tags/a+b+c+-d/', '/tags/a+c+-b+-d/')
    """

    def __init__(self, selection: Selection) -> None:
        self._wanted, self._unwanted = selection.wanted, selection.unwanted
        start = f"/@{selection.author}/tags/" if selection.author else "/tags/"
        words = [*selection.wanted, *(f"-{tag}" for tag in selection.unwanted)]
        # by place among the words: what stands before a tag that belongs there, and after it
        self._before = [quoted(start + "".join(f"{word}+" for word in words[:place])) for place in range(len(words) + 1)]
        self._after = [quoted("".join(f"+{word}" for word in words[place:]) + "/") for place in range(len(words) + 1)]

    def adding(self, tag: str) -> str:
        place = bisect(self._wanted, tag)
        return self._before[place] + quoted(tag) + self._after[place]

    def leaving_out(self, tag: str) -> str:
        place = len(self._wanted) + bisect(self._unwanted, tag)
        return f"{self._before[place]}-{quoted(tag)}{self._after[place]}"
