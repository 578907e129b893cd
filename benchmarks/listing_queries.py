"""Time the queries of a listing: on the tag index, by the ORM over Wagtail's pages, and by SQL on a narrow table.

`DATABASE_URL=… python -m benchmarks.listing_queries` after `python -m benchmarks.fill_database SIZE`.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.fill_database import start_django
from benchmarks.tables import figure, spread, table, times

if TYPE_CHECKING:
    from blog.selections.selection import Selection
    from blog.tagindex import TagIndex

PAGE, FACETS = 20, 30
MEASURED_SECONDS = float(os.environ.get("MEASURED_SECONDS", "0.05"))  # seconds for which one query is repeated
SLOW = 300  # milliseconds; what takes longer is run once
MOST = 200  # repetitions
LONGEST = 20  # seconds, after which PostgreSQL is to break off

Queries = dict[str, Callable[[], object]]


def main() -> None:
    start_django()
    from django.db import connection

    from benchmarks.handwritten_sql import HandwrittenSQL, narrow_table
    from benchmarks.orm_queries import orm_queries
    from benchmarks.sample_selections import cases
    from blog.models import BlogPage, Tag
    from blog.tagindex import store

    index = store.snapshot(BlogPage.objects.get().path)
    numbers = dict(Tag.objects.values_list("slug", "pk"))
    totals = {facet.tag.slug: facet.count for facet in index.tags()}
    rows: list[list[str]] = []
    with narrow_table():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", [LONGEST * 1000])
        for kind, selection in cases(index):
            middle = _middle(index, selection)
            by_index = _index_queries(index, selection, middle)
            by_orm = orm_queries(selection, _time(index, middle), len(index.select(selection)) // 2)
            sql = HandwrittenSQL(selection, numbers, totals).queries(index.cursor(middle))
            _check(by_index, by_orm, sql)
            rows.append([kind, *_row(index, selection, by_index, by_orm, sql)])
    print(
        "Milliseconds of the index, median / 95th percentile; then how many times that (a) Wagtail's pages and (b) SQL took; "
        f"> where it was broken off after {LONGEST} seconds.\n"
    )
    print(table(["tags", "posts", "(c) bare AND", *by_index], rows))


def _row(index: "TagIndex", selection: "Selection", by_index: Queries, by_orm: Queries, sql: Queries) -> Iterator[str]:
    yield f"{len(index.select(selection)):,}"
    bitmaps = [index.postings_of(index.numbers[tag]) for tag in selection.wanted]
    bare = _measure(lambda: len(bitmaps[0].intersection(*bitmaps[1:])))
    yield figure(median(bare))
    for name, query in by_index.items():
        measured = _measure(query)
        others = " ".join(_ratio(_measure(way[name]), measured) for way in (by_orm, sql))
        yield f"{spread(measured)} · {others}"


def _ratio(taken: list[float], of_index: list[float]) -> str:
    broken_off = ">" if median(taken) >= LONGEST * 1000 else ""
    return broken_off + times(median(taken) / median(of_index))


def _measure(query: Callable[[], object]) -> list[float]:
    """Return the milliseconds of each repetition; the first counts only where it was slow."""
    first = _milliseconds(query)
    if first > SLOW:
        return [first]
    taken: list[float] = []
    end = time.perf_counter() + MEASURED_SECONDS
    while not taken or (len(taken) < MOST and time.perf_counter() < end):
        taken.append(_milliseconds(query))
    return taken


def _milliseconds(query: Callable[[], object]) -> float:
    start = time.perf_counter()
    _run(query)
    return (time.perf_counter() - start) * 1000


def _run(query: Callable[[], object]) -> object:
    """Return the query's result; None where it timed out."""
    from django.db import OperationalError

    try:
        return query()
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


def _index_queries(index: "TagIndex", selection: "Selection", middle: int) -> Queries:
    """Return every query by name, as the views ask the index."""
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


def _check(by_index: Queries, by_orm: Queries, sql: Queries) -> None:
    """Raise AssertionError where the first pages of the three differ; one that timed out is left out."""
    expected, usual, narrow = (_run(way["first page"]) for way in (by_index, by_orm, sql))
    if usual not in (None, expected) or narrow not in (None, [(post,) for post in expected]):  # type: ignore[attr-defined]
        raise AssertionError(f"The ways differ: {expected}, {usual}, {narrow}.")


if __name__ == "__main__":
    main()
