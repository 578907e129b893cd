"""The rows that migrations make (Wagtail's root page, collection, locale, groups), left by each test for the next.

A test with transactions of its own ends with a flush. Which tests follow it on the same worker depends on how fast the
machine is; without these rows they would find no collection that an image could be in.
"""

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.test import TransactionTestCase

Rows = dict[type[Model], list[Model]]
Contents = set[tuple[str, int, Decimal | None]]  # of each table: name, number of rows, sum of their hashes

_migrated: Rows = {}
_contents: Contents = set()


def _rows() -> Rows:
    """Return every row of a database that has just been migrated."""
    models = (model for config in apps.get_app_configs() for model in config.get_models(include_auto_created=True))
    kept = (model for model in models if not model._meta.proxy and model._meta.managed)
    return {model: rows for model in kept if (rows := list(model._base_manager.all()))}


def restore(rows: Rows) -> None:
    """Write these rows again, with their primary keys, into an empty database."""
    with transaction.atomic():
        for model, found in rows.items():
            if not model._meta.parents:
                model._base_manager.bulk_create(found)
                continue
            for row in found:  # in two tables, which `bulk_create` cannot
                row.save_base(raw=True, force_insert=True)
    ContentType.objects.clear_cache()


def _read_contents() -> Contents:
    """Return what PostgreSQL has in each table."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    one = "SELECT '{0}', count(*), sum(hashtextextended(content::text, 0)) FROM \"{0}\" AS content"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(map(one.format, tables)))
        return set(cursor.fetchall())


def restore_after_flush() -> None:
    """Let the tests that end with a flush write the rows of now again.

    That is a tenth of the time that Django's `post_migrate` would take to make its permissions and content types anew.
    """
    _migrated.update(_rows())
    if connection.vendor == "postgresql":
        _contents.update(_read_contents())

    def flush_and_restore(case: Any) -> None:
        flush()

    TransactionTestCase._fixture_teardown = flush_and_restore


def flush() -> None:
    """Leave the database, which no transaction is open in, as the migrations left it."""
    if connection.vendor == "postgresql":
        _restore_changed()
        return
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
    restore(_migrated)


def _restore_changed() -> None:
    """Empty those tables whose content has changed, and write their rows again.

    Django's TRUNCATE makes new files for all tables and their indexes, which takes PostgreSQL a hundred times as long.
    """
    changed = {name for name, *_ in _read_contents() - _contents}
    with transaction.atomic(), connection.cursor() as cursor:
        for name in sorted(changed):
            cursor.execute(f'DELETE FROM "{name}"')  # foreign keys are looked at in the end
        restore({model: rows for model, rows in _migrated.items() if model._meta.db_table in changed})
