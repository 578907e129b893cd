"""Which part of a series a feed's entry is: the line that its content begins with."""

from collections.abc import Iterable, Sequence

from django.template.loader import get_template

from blog.request import Series
from blog.tagindex import TagIndex


def part_lines(ids: Iterable[int], index: TagIndex, series: Sequence[Series], site: str) -> dict[int, str]:
    """Return the lines, as HTML, of those posts that are parts of a series.

    They do not say of how many: an entry would be another in all feed readers whenever a part is published.
    """
    if not series:
        return {}
    positions = [(id_, position) for id_ in ids if (position := index.position(id_)) is not None]
    lines: dict[int, str] = {}
    for one in series:
        chosen = index.select(one.selection)
        if len(chosen) > 1:
            found = {id_: _line(one, chosen.rank(position), site) for id_, position in positions if position in chosen}
            lines |= {id_: lines.get(id_, "") + line for id_, line in found.items()}
    return lines


def _line(series: Series, rank: int, site: str) -> str:
    context = {"label": series.name, "address": site + series.address, "rank": rank}
    return get_template("blog/part_line.html").render(context)
