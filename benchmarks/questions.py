"""What a listing asks, of the tag index beside the usual queries over Wagtail's pages and SQL on a narrow table.

`DATABASE_URL=… python -m benchmarks.questions` after `python -m benchmarks.filling SIZE`.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.filling import start_django
from benchmarks.tables import figure, spread, table, times

if TYPE_CHECKING:
    from blog.selection import Selection
    from blog.tagindex import TagIndex

PAGE, FACETS = 20, 30
PATIENCE = float(os.environ.get("PATIENCE", "0.05"))  # seconds for which one question is asked again and again
SLOW = 300  # milliseconds; what takes longer is asked once
MOST = 200  # times
LONGEST = 20  # seconds, after which PostgreSQL is to break off

Questions = dict[str, Callable[[], object]]


def main() -> None:
    start_django()
    from django.db import connection

    from benchmarks.choosing import cases
    from benchmarks.narrow import Narrow, narrow_table
    from benchmarks.orm import questions as usual_questions
    from blog import snapshots
    from blog.models import BlogPage, Tag

    index = snapshots.snapshot(BlogPage.objects.get().path)
    numbers = dict(Tag.objects.values_list("slug", "pk"))
    totals = {facet.tag.slug: facet.count for facet in index.tags()}
    rows: list[list[str]] = []
    with narrow_table():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", [LONGEST * 1000])
        for kind, selection in cases(index):
            middle = _middle(index, selection)
            ours = _index(index, selection, middle)
            theirs = usual_questions(selection, _time(index, middle), len(index.select(selection)) // 2)
            sql = Narrow(selection, numbers, totals).questions(index.cursor(middle))
            _check(ours, theirs, sql)
            rows.append([kind, *_row(index, selection, ours, theirs, sql)])
    print(
        "Milliseconds of the index, median / 95th percentile; then how many times that (a) Wagtail's pages and (b) SQL took; "
        f"> where it was broken off after {LONGEST} seconds.\n"
    )
    print(table(["tags", "posts", "(c) bare AND", *ours], rows))


def _row(index: "TagIndex", selection: "Selection", ours: Questions, theirs: Questions, sql: Questions) -> Iterator[str]:
    yield f"{len(index.select(selection)):,}"
    bitmaps = [index.postings_of(index.numbers[tag]) for tag in selection.wanted]
    bare = _measure(lambda: len(bitmaps[0].intersection(*bitmaps[1:])))
    yield figure(median(bare))
    for name, ask in ours.items():
        by_index = _measure(ask)
        others = " ".join(_beside(_measure(asked[name]), by_index) for asked in (theirs, sql))
        yield f"{spread(by_index)} · {others}"


def _beside(taken: list[float], by_index: list[float]) -> str:
    broken_off = ">" if median(taken) >= LONGEST * 1000 else ""
    return broken_off + times(median(taken) / median(by_index))


def _measure(ask: Callable[[], object]) -> list[float]:
    """Milliseconds of each time it was asked, but for the first, unless that was slow."""
    first = _milliseconds(ask)
    if first > SLOW:
        return [first]
    taken: list[float] = []
    end = time.perf_counter() + PATIENCE
    while not taken or (len(taken) < MOST and time.perf_counter() < end):
        taken.append(_milliseconds(ask))
    return taken


def _milliseconds(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    _ask(ask)
    return (time.perf_counter() - start) * 1000


def _ask(ask: Callable[[], object]) -> object:
    """The answer; None where it was broken off."""
    from django.db import OperationalError

    try:
        return ask()
    except OperationalError as error:
        if "statement timeout" not in str(error):
            raise
        return None


def _middle(index: "TagIndex", selection: "Selection") -> int:
    """The position of the post in the midst of a selection; where it is empty, of the whole."""
    chosen = index.select(selection) or index.all_positions
    return int(chosen[len(chosen) // 2])


def _time(index: "TagIndex", position: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=index.cursor(position).published)


def _index(index: "TagIndex", selection: "Selection", middle: int) -> Questions:
    """What the views ask, from the selection on."""
    place = index.cursor(middle)
    return {
        "count": lambda: len(index.select(selection)),
        "first page": lambda: index.page(index.select(selection), PAGE).ids,
        "deep page": lambda: index.page(index.select(selection), PAGE, before=place).ids,
        "oldest first": lambda: index.page(index.select(selection), PAGE, oldest_first=True).ids,
        "facets": lambda: index.facets(index.select(selection), selection.tags, FACETS),
        "years": lambda: index.years(index.select(selection)),
        "neighbours": lambda: index.neighbours(index.select(selection), middle),
    }


def _check(ours: Questions, theirs: Questions, sql: Questions) -> None:
    """All three must say the same of the first page, where they say anything."""
    expected, usual, narrow = (_ask(asked["first page"]) for asked in (ours, theirs, sql))
    if usual not in (None, expected) or narrow not in (None, [(post,) for post in expected]):  # type: ignore[attr-defined]
        raise AssertionError(f"The ways differ: {expected}, {usual}, {narrow}.")


if __name__ == "__main__":
    main()
