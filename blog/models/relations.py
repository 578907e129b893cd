"""Relations of posts to tags and authors: rows of which thousands may go at once."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection, models
from modelcluster.models import model_from_serializable_data

from blog.batches import batched

Relation = TypeVar("Relation", bound=models.Model)
ROWS_AT_ONCE = 500  # in one statement


class RelationQuerySet(models.QuerySet[Relation]):
    """Queries of the rows of a relation."""

    def delete_at_once(self) -> int:
        """Delete these rows by one statement, without the signals of each, and return their number.

        Nothing refers to such a row; whoever calls this raises the revision for all of them.
        """
        return self._raw_delete(self.db)


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, except those that are there, without making an object of each: hundreds by one statement.

    SQLite has the rows one by one, which takes no longer there and needs no more than one row's parameters.
    """
    quoted = [connection.ops.quote_name(name) for name in (model._meta.db_table, *columns)]
    names, signs = ", ".join(quoted[1:]), f"({', '.join(['%s'] * len(columns))})"
    statement = f"INSERT INTO {quoted[0]} ({names}) VALUES {{}} ON CONFLICT DO NOTHING"  # noqa: S608 (names of columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(statement.format(signs), list(rows))
            return
        for some in batched(rows, ROWS_AT_ONCE):
            cursor.execute(statement.format(", ".join([signs] * len(some))), [value for row in some for value in row])


def read_children(model: type[Relation], name: str, rows: list[dict[str, Any]], check: bool) -> list[Relation]:
    """Return a revision's rows of a relation, with `check` with their tags or authors, without those gone: one query.

    modelcluster asks twice for each.
    """
    there: dict[int, models.Model] = {}
    if check and rows:
        to: Any = model._meta.get_field(name).related_model
        there = to._default_manager.in_bulk([row[name] for row in rows])
        rows = [row for row in rows if row[name] in there]
    children: list[Relation] = [model_from_serializable_data(model, row, check_fks=False) for row in rows]
    if there:
        for child, row in zip(children, rows, strict=True):
            setattr(child, name, there[row[name]])
    return children


def forget_unchanged(parent: models.Model, *names: str) -> dict[str, list[Any]]:
    """Drop from memory the rows of relations that are stored as they are: modelcluster would save each of them again.

    Return those that remain, by the name of their relation.
    """
    in_memory: dict[str, list[Any]] = getattr(parent, "_cluster_related_objects", None) or {}
    for name in names if parent.pk else ():
        if (rows := in_memory.get(name)) and rows_of(rows) == rows_of(getattr(parent, name).get_live_queryset()):
            del in_memory[name]
    return in_memory


def rows_of(children: Iterable[models.Model]) -> list[list[Any]]:
    """Return objects as rows: what their columns hold."""
    return [[getattr(child, field.attname) for field in child._meta.concrete_fields] for child in children]
