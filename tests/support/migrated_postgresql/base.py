"""A backend of PostgreSQL whose test databases begin as copies of one that was migrated once."""

from typing import Any

from django.db.backends.postgresql import base, creation

from tests.support.migrated_once import kept_name


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args: Any, **options: Any) -> str:
        """Create the test database; the first process to come keeps a copy in the server for others, which wait."""
        with kept_name() as kept:
            with self._nodb_cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept])
                is_kept = cursor.fetchone() is not None
            if is_kept:
                self.connection.settings_dict["TEST"]["TEMPLATE"] = kept
            name: str = super().create_test_db(*args, **options)
            if not is_kept:
                self.connection.close()  # a database can be copied while nobody uses it
                with self._nodb_cursor() as cursor:
                    cursor.execute(f'CREATE DATABASE "{kept}" TEMPLATE "{name}"')
        return name


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
