"""Migrations that the version before does not survive: it goes on serving while `prepare` of the new one has run."""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

BREAKING = (
    *(
        migrations.RemoveField,
        migrations.RenameField,
        migrations.DeleteModel,
        migrations.RenameModel,
        migrations.AlterModelTable,
    ),
    *(migrations.AddConstraint, migrations.AlterUniqueTogether, migrations.RunSQL),
)


def breaking(migration: type[migrations.Migration] | migrations.Migration) -> list[str]:
    """Return the operations at which a process of the version before fails, as it reads or writes what has changed."""
    return [operation.describe() for operation in migration.operations if _breaks(operation)]


def _breaks(operation: Operation) -> bool:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return any(map(_breaks, operation.database_operations))
    if isinstance(operation, migrations.AddField):  # the version before writes rows without it
        field = operation.field
        return not (field.null or field.has_db_default() or isinstance(field, models.ManyToManyField))
    if isinstance(operation, migrations.AlterField):  # it may write what is no longer allowed
        return not operation.field.null
    return isinstance(operation, BREAKING)
