"""No migration is one that the version before does not survive, unless CHANGELOG says so: an upgrade refuses no request."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.support.breaking_migrations import breaking

ROOT = Path(__file__).parents[3]


def test_version_before_survives_every_migration() -> None:
    """One that it does not is named in CHANGELOG, as app.name: operators stop the site first (docs/operations.md)."""
    ours = {
        app.label for app in apps.get_app_configs() if Path(app.path).is_relative_to(ROOT) and "site-packages" not in app.path
    }
    found = MigrationLoader(None).disk_migrations
    later = {key: migration for key, migration in found.items() if key[0] in ours and not migration.initial}
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert {".".join(key): breaking(one) for key, one in later.items() if breaking(one) and ".".join(key) not in changes} == {}
    assert {"blog", "signup", "mail", "kimonote"} <= ours


@pytest.mark.parametrize(
    ("operation", "is_breaking"),
    [
        (migrations.CreateModel("a", []), False),
        (migrations.AddField("a", "b", models.IntegerField(null=True)), False),
        (migrations.AddField("a", "b", models.IntegerField(db_default=0)), False),
        (migrations.AddField("a", "b", models.IntegerField(default=0)), True),
        (migrations.AlterField("a", "b", models.IntegerField(null=True)), False),
        (migrations.AlterField("a", "b", models.CharField(max_length=3)), True),
        (migrations.RemoveField("a", "b"), True),
        (migrations.RenameModel("a", "b"), True),
        (migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("a", "b")]), False),
        (migrations.SeparateDatabaseAndState([migrations.DeleteModel("a")]), True),
        (migrations.RunPython(migrations.RunPython.noop), False),
    ],
)
def test_operation(operation: migrations.operations.base.Operation, is_breaking: bool) -> None:
    class Migration(migrations.Migration):
        operations = [operation]

    assert bool(breaking(Migration)) == is_breaking
