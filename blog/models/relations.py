"""Relations of posts to tags and authors: rows of which thousands may go at once."""

from typing import TypeVar

from django.db import models

Relation = TypeVar("Relation", bound=models.Model)


class RelationQuerySet(models.QuerySet[Relation]):
    """Queries of the rows of a relation."""

    def delete_at_once(self) -> int:
        """Delete these rows by one statement, without the signals of each, and return their number.

        Nothing refers to such a row; whoever calls this raises the revision for all of them.
        """
        return self._raw_delete(self.db)
