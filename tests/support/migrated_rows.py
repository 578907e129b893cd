"""The rows that migrations make (Wagtail's root page, collection, locale, groups), made again after each flush.

A test with transactions of its own ends with a flush. Which tests follow it on the same worker depends on how fast the
machine is; without these rows they would find no collection that an image could be in.
"""

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_migrate

MADE_BY_DJANGO = (ContentType, Permission)  # after each flush, with other primary keys


def _rows() -> list[Model]:
    """Return every row of a database that has just been migrated, what others refer to first."""
    models = serializers.sort_dependencies([(config, list(config.get_models())) for config in apps.get_app_configs()])
    kept = (model for model in models if model not in MADE_BY_DJANGO and not model._meta.proxy and model._meta.managed)
    return [row for model in kept for row in model._base_manager.order_by("pk")]


def restore_after_flush() -> None:
    """Write the rows of now again, with their primary keys, whenever a flush has emptied the test database."""
    rows = serializers.serialize("json", _rows(), use_natural_foreign_keys=True)

    def restore(**_: Any) -> None:
        with transaction.atomic():
            for row in serializers.deserialize("json", rows):
                row.save()

    last = [config for config in apps.get_app_configs() if config.models_module][-1]  # by then all contenttypes are there
    post_migrate.connect(restore, sender=last, weak=False)
