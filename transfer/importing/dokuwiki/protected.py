"""Pieces of a text that no further rule may touch: each is replaced by a mark until the end."""

import re

MARK = re.compile("\ue000(\\d+)\ue001")


class Protected:
    """The pieces of one text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def keep(self, markdown: str) -> str:
        """Return the mark of a piece."""
        self.pieces.append(markdown)
        return f"\ue000{len(self.pieces) - 1}\ue001"

    def restore(self, text: str) -> str:
        """Return a text with its pieces in place of their marks; pieces may hold marks of earlier ones."""
        while MARK.search(text):
            text = MARK.sub(lambda found: self.pieces[int(found[1])], text)
        return text


def without_marks(text: str) -> str:
    return re.sub("[\ue000\ue001]", "", text)
