"""Listing queries in SQL written by hand, on a narrow table: a row for each tag of each post, in a listing's order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from blog.selections.selection import Selection

PAGE, FACETS = 20, 30

Rows = list[tuple[Any, ...]]


@contextmanager
def narrow_table() -> Iterator[None]:
    """Make the table, filled from the posts' tags, for the time of the block."""
    with connection.cursor() as cursor:
        for statement in _statements():
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_narrow")


def _statements() -> Iterator[str]:
    sqlite = connection.vendor == "sqlite"
    moment = (
        "CAST(strftime('%s', published) AS INTEGER) * 1000000"
        if sqlite
        else "CAST(EXTRACT(epoch FROM published) * 1000000 AS bigint)"
    )
    year = "CAST(strftime('%Y', published) AS INTEGER)" if sqlite else "CAST(EXTRACT(year FROM published) AS smallint)"
    end = ") WITHOUT ROWID" if sqlite else ")"
    yield (
        "CREATE TABLE bench_narrow (tag INTEGER NOT NULL, moment BIGINT NOT NULL, post INTEGER NOT NULL, "
        f"year SMALLINT NOT NULL, PRIMARY KEY (tag, moment, post){end}"
    )
    yield (
        f"INSERT INTO bench_narrow SELECT tag_id, {moment}, content_object_id, {year} FROM blog_posttag "
        "JOIN blog_postpage ON page_ptr_id = content_object_id ORDER BY 1, 2, 3"
    )
    yield "CREATE INDEX bench_narrow_post ON bench_narrow (post, tag)"
    yield "ANALYZE bench_narrow"


class HandwrittenSQL:
    """The listing queries of one selection; joins begin with its rarest tag."""

    def __init__(self, selection: "Selection", numbers: dict[str, int], totals: dict[str, int]) -> None:
        first, *others = sorted(selection.wanted, key=totals.__getitem__)
        self._first = numbers[first]
        self._others = [numbers[tag] for tag in others]
        self._unwanted = [numbers[tag] for tag in selection.unwanted]

    def queries(self, middle: tuple[int, int]) -> dict[str, Callable[[], Rows]]:
        """Return every query by name; those for a place in the listing are of `middle` (moment, post)."""
        return {
            "count": lambda: self._rows("SELECT COUNT(*)"),
            "first page": lambda: self._rows("SELECT a.post", end=f"ORDER BY a.moment DESC, a.post DESC LIMIT {PAGE}"),
            "deep page": lambda: self._page_from(middle, "<", "DESC", PAGE),
            "oldest first": lambda: self._rows("SELECT a.post", end=f"ORDER BY a.moment, a.post LIMIT {PAGE}"),
            "facets": self._facets,
            "years": lambda: self._rows("SELECT a.year, COUNT(*)", end="GROUP BY a.year ORDER BY a.year DESC"),
            "neighbours": lambda: self._page_from(middle, "<", "DESC", 1) + self._page_from(middle, ">", "ASC", 1),
        }

    def _rows(self, head: str, where: str = "", end: str = "", source: str = "bench_narrow a") -> Rows:
        joins = "".join(
            f" JOIN bench_narrow t{tag} ON t{tag}.tag = {tag} AND t{tag}.moment = a.moment AND t{tag}.post = a.post"
            for tag in self._others
        )
        without = "".join(
            f" AND NOT EXISTS (SELECT 1 FROM bench_narrow n WHERE n.tag = {tag} AND n.moment = a.moment AND n.post = a.post)"
            for tag in self._unwanted
        )
        with connection.cursor() as cursor:
            cursor.execute(f"{head} FROM {source}{joins} WHERE a.tag = {self._first}{without} {where} {end}")
            rows: Rows = cursor.fetchall()
        return rows

    def _page_from(self, place: tuple[int, int], side: str, direction: str, most: int) -> Rows:
        where = f"AND (a.moment, a.post) {side} ({place[0]}, {place[1]})"
        return self._rows("SELECT a.post", where, f"ORDER BY a.moment {direction}, a.post {direction} LIMIT {most}")

    def _facets(self) -> Rows:
        given = ", ".join(map(str, [self._first, *self._others, *self._unwanted]))
        return self._rows(
            "SELECT f.tag, COUNT(*)",
            where=f"AND f.tag NOT IN ({given})",
            end=f"GROUP BY f.tag ORDER BY COUNT(*) DESC, f.tag LIMIT {FACETS}",
            source="bench_narrow a JOIN bench_narrow f ON f.post = a.post",
        )
