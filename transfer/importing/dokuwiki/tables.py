"""A table of DokuWiki as one of Markdown."""

import re
from collections.abc import Callable, Sequence

DELIMITER = re.compile(r"[|^]")


def convert_table(lines: Sequence[str], inline: Callable[[str], str]) -> str:
    """Return rows such as `^ a ^ b ^` and `| c | d |`; cells that a neighbour spans are empty. Links hold no delimiters."""
    rows = [_cells(line) for line in lines]
    width = max(len(row) for row in rows)
    head = rows[0] if all(is_head for is_head, _ in rows[0]) else []
    body = rows[1:] if head else rows
    written = [[inline(text) for _, text in head], ["---"] * width]
    written += [[_cell(is_head, inline(text)) for is_head, text in row] for row in body]
    return "\n".join(f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in written)


def _cells(line: str) -> list[tuple[bool, str]]:
    """Return the cells of a row, and which are heads."""
    line = line.rstrip()
    texts = DELIMITER.split(line)[1:]
    signs = DELIMITER.findall(line)
    if texts and not texts[-1].strip():
        texts.pop()
    cells = [text.strip() for text in texts]
    return [(sign == "^", "" if text == ":::" else text) for sign, text in zip(signs, cells, strict=False)] or [(False, "")]


def _cell(is_head: bool, markdown: str) -> str:
    plain = not markdown or markdown.startswith(("**", "!", "<"))
    return f"**{markdown}**" if is_head and not plain else markdown
