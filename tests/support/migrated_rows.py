"""The rows that migrations make (Wagtail's root page, collection, locale, groups), left by each test for the next.

A test with transactions of its own ends with a flush. Which tests follow it on the same worker depends on how fast the
machine is; without these rows they would find no collection that an image could be in.
"""

from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import transaction
from django.db.models import Model
from django.test import TransactionTestCase

Rows = dict[type[Model], list[Model]]

_migrated: Rows = {}


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


def restore_after_flush() -> None:
    """Let the tests that end with a flush write the rows of now again.

    That is a tenth of the time that Django's `post_migrate` would take to make its permissions and content types anew.
    """
    _migrated.update(_rows())

    def flush_and_restore(case: Any) -> None:
        flush()

    TransactionTestCase._fixture_teardown = flush_and_restore


def flush() -> None:
    """Leave the database, which no transaction is open in, as the migrations left it."""
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
    restore(_migrated)
