"""The streaming replica (REPLICA_DATABASE_URL): how its setting is read, and how it does."""

import re
from typing import Any, Final, NamedTuple

import dj_database_url
from django.db import DEFAULT_DB_ALIAS, Error, connections
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

POSTGRESQL: Final = "django.db.backends.postgresql"
CONNECTION_AGE: Final = 600  # seconds
LONGEST_WAIT: Final = 1.0  # seconds


class ReplicaState(NamedTuple):
    """What the replica says of itself."""

    fault: str = ""  # why it cannot be used
    behind: int = 0  # revisions
    is_standby: bool = True  # it replays what another server has written

    def __str__(self) -> str:
        if self.fault:
            return f"unavailable ({self.fault})"
        return f"{self.behind} revisions behind" if self.behind else "up to date"


def read_replica_url(url: str, primary: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of DATABASES for a URL. Raise ValueError with a sentence.

    A request reads it in one transaction, all of whose statements see the same state of the database (REPEATABLE READ).
    """
    if primary["ENGINE"] != POSTGRESQL:
        raise ValueError("DATABASE_URL names no PostgreSQL, which alone has replicas. Leave one of the two out.")
    if not re.match(r"postgres(ql)?://", url):
        raise ValueError("it names no PostgreSQL. Write postgres://user:password@host/name.")
    database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=CONNECTION_AGE))
    database["OPTIONS"] = options | {"isolation_level": ISOLATION_LEVEL_REPEATABLE_READ} | database.get("OPTIONS", {})
    database["TEST"] = {"MIRROR": DEFAULT_DB_ALIAS}
    return database


def examine_replica() -> ReplicaState | None:
    """Return how the replica does; None where there is none."""
    from blog.availability import summary, time_limit
    from blog.replica import REPLICA, is_configured, read_stamp

    if not is_configured():
        return None
    try:
        with time_limit(LONGEST_WAIT):
            with connections[REPLICA].cursor() as cursor:
                cursor.execute("SELECT pg_is_in_recovery()")
                is_standby = bool(cursor.fetchone()[0])
            behind = read_stamp(DEFAULT_DB_ALIAS).number - read_stamp(REPLICA).number
    except Error as error:
        connections[REPLICA].close()
        return ReplicaState(fault=summary(error))
    return ReplicaState(behind=max(0, behind), is_standby=is_standby)
