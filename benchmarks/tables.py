"""Figures as people read them: Markdown tables that are lined up, and numbers with as many digits as mean something."""

from collections.abc import Iterable, Sequence
from statistics import median


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its first column to the left and the others to the right.

    >>> print(table(["page", "ms"], [["post", "0.5"], ["listing", "12"]]))
    | page    |  ms |
    | :------ | --: |
    | post    | 0.5 |
    | listing |  12 |
    """
    lines = [list(heads), *map(list, rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(heads))]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    aligned = [_line(line, widths) for line in lines]
    return "\n".join([aligned[0], "| " + " | ".join(rule) + " |", *aligned[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "| " + " | ".join([first, *others]) + " |"


def figure(number: float) -> str:
    """A number with three digits that count.

    >>> [figure(number) for number in (0.01234, 1.5, 12.34, 1234.5)]
    ['0.0123', '1.50', '12.3', '1,234']
    """
    if number == 0:
        return "0"
    digits = next((digits for limit, digits in ((100, 0), (10, 1), (1, 2), (0.1, 3)) if abs(number) >= limit), 4)
    return f"{number:,.{digits}f}"


def times(number: float) -> str:
    """A ratio.

    >>> times(2.345)
    '2.35×'
    """
    return f"{figure(number)}×"


def percentile(numbers: Sequence[float], part: float) -> float:
    return sorted(numbers)[round(part * (len(numbers) - 1))]


def spread(numbers: Sequence[float]) -> str:
    """The median and the 95th percentile."""
    return f"{figure(median(numbers))} / {figure(percentile(numbers, 0.95))}"
