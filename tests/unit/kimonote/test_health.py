"""The health check, and what visitors get where nothing can be written."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, OperationalError, connection
from django.test import Client

from blog.availability import CircuitBreaker, DatabaseUnavailable, cannot_write, is_unavailable
from blog.models import BlogPage
from kimonote.health import disk_fault
from signup.models import Subscriber
from tests.support.factories import make_blog
from tests.support.signup_factories import sign_up


@contextmanager
def read_only_database() -> Iterator[None]:
    """Have the database refuse writes."""
    on, off = ("PRAGMA query_only = 1", "PRAGMA query_only = 0")
    if connection.vendor == "postgresql":
        on, off = "SET default_transaction_read_only = on", "SET default_transaction_read_only = off"
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


def test_all_is_well(client: Client, blog: BlogPage) -> None:
    response = client.get("/_util/health/")
    assert (response.status_code, response.content[:13]) == (200, b"ok, revision ")


def test_disk_that_cannot_be_used(client: Client, blog: BlogPage, settings: LazySettings) -> None:
    settings.VAR = Path("/proc")  # without a byte of room, or read-only
    response = client.get("/_util/health/")
    assert response.status_code == 503
    assert response.content in (b"disk: full, 0 MB are free in /proc.\n", b"disk: /proc is read-only.\n")


def test_folder_that_is_gone(tmp_path: Path) -> None:
    assert disk_fault(tmp_path) == ""
    assert disk_fault(tmp_path / "none") == f"{tmp_path / 'none'} cannot be read (No such file or directory)"


@pytest.mark.django_db(transaction=True)
def test_read_only_database(client: Client) -> None:
    make_blog()
    client.raise_request_exception = False
    with read_only_database():
        assert client.get("/").status_code == 200
        response = sign_up(client)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "The site can store nothing at present. What you sent was not saved." in response.content.decode()
        if connection.vendor == "postgresql":
            assert client.get("/_util/health/").content == b"database: read-only.\n"
    assert not Subscriber.objects.exists()


@pytest.mark.django_db
def test_full_database() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL cannot be given a limit")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            with pytest.raises(DatabaseError, match="full") as caught:
                cursor.execute("CREATE TABLE large AS SELECT randomblob(1000000)")
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert cannot_write(caught.value)
    assert not is_unavailable(caught.value)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_disk_errors(number: int) -> None:
    assert cannot_write(OSError(number, os.strerror(number)))


def test_other_errors() -> None:
    for error in (OSError(errno.ENOENT, "no such file"), ValueError(), DatabaseError("syntax")):
        assert not cannot_write(error)
        assert not is_unavailable(error)


def test_breaker_refuses_until_a_query_succeeds() -> None:
    breaker = CircuitBreaker()
    with pytest.raises(OperationalError), breaker:
        raise OperationalError("could not connect")
    with pytest.raises(DatabaseUnavailable), breaker:
        pytest.fail("it was queried at once")
    breaker.retry_after = 0
    breaker.open(OperationalError("could not connect"))
    with breaker, pytest.raises(DatabaseUnavailable), breaker:
        pytest.fail("two queries at a time")
    with breaker:
        pass  # closed again


def test_breaker_stays_closed_after_other_errors() -> None:
    breaker = CircuitBreaker()
    with pytest.raises(DatabaseError), breaker:
        raise DatabaseError("syntax")
    with breaker:
        pass
