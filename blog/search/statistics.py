"""The query planner's statistics."""

from django.db import connection

ROWS = 1000  # of each index that SQLite reads for its statistics: enough to tell large tables from small


def analyze_tables() -> None:
    """Update the query planner's statistics of this site's tables.

    Without them a planner may take a large table for a small one, and read all of it for every row of another. PostgreSQL's
    autovacuum comes a minute after a table grew; SQLite updates none by itself, and connections opened later read them. Tables
    are named: `ANALYZE` alone locks PostgreSQL's shared catalogues, which every database of a server has in common, until the
    transaction ends.
    """
    tables = [connection.ops.quote_name(name) for name in connection.introspection.django_table_names(only_existing=True)]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {ROWS}")
        for table in tables:
            cursor.execute(f"ANALYZE {table}")
