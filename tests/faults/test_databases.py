"""Databases that are full, read-only, without a connection left, or wanted by four writers at once."""

import subprocess
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from blog.models import BlogPage
from tests.faults.report import report
from tests.integration.test_database_outage import (
    LONGEST_WAIT,
    NOT_KEPT,
    assert_outage,
    get,
    port,  # noqa: F401 (fixtures)
    proxy,  # noqa: F401
    recovery,
    site,  # noqa: F401
)
from tests.integration.test_full_disk import files, noise, small_disk  # noqa: F401
from tests.support.database_proxy import DatabaseProxy
from tests.support.factories import make_blog, make_post
from tests.support.images import SimpleUploadedFile
from tests.support.publishing_processes import hear, processes, tell
from tests.support.worker_processes import until

OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> ALL(%s)"
SECONDS = 10  # for which four write
END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> ALL(%s)"


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_four_writers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blog = make_blog()
    kinds = [["save", str(make_post(blog).pk)] for _ in range(4)]
    with processes(kinds, tmp_path) as started:
        for process in started:
            tell(process, SECONDS)
        done = [hear(process) for process in started]
    report(
        f"Four writers on {connection.vendor}, {SECONDS} s", [f"saved {saved}, failed {len(f)}" for saved, f in done], capsys
    )
    assert [failed for _saved, failed in done] == [[]] * 4


@pytest.mark.processes
@pytest.mark.once
def test_no_connection_left(
    proxy: DatabaseProxy,  # noqa: F811
    port: int,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    held: list[psycopg2.extensions.connection] = []

    def take_all() -> None:
        while True:
            try:
                held.append(psycopg2.connect(proxy.url))
            except psycopg2.OperationalError as error:
                assert "too many clients" in str(error)
                return

    try:
        take_all()
        held[0].autocommit = True  # each look is a new one
        with held[0].cursor() as cursor:
            cursor.execute(END_OTHERS, ([one.info.backend_pid for one in held],))
            until(lambda: others(cursor, held) == 0, "the site has no connection")
        take_all()
        assert get(port, NOT_KEPT)[0] == 503
        assert_outage(port)
    finally:
        for one in held:
            one.close()
    took = recovery(port)
    report("PostgreSQL without a connection left", [f"{len(held)} held; well {took:.1f} s after they were given back"], capsys)
    assert took < LONGEST_WAIT


def others(cursor: psycopg2.extensions.cursor, held: list[psycopg2.extensions.connection]) -> int:
    """Return how many connections others have: to end one takes a moment."""
    cursor.execute(OTHERS, ([one.info.backend_pid for one in held],))
    return int(cursor.fetchall()[0][0])


def test_read_only_disk(admin_client: Client, blog: BlogPage, small_disk: Path) -> None:  # noqa: F811
    make_post(blog, "sea", slug="whale")
    admin_client.raise_request_exception = False
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    fields = {"title": "A", "files[]": SimpleUploadedFile("a.png", noise(50), "image/png"), "collection": "1"}
    headers = {"x-requested-with": "XMLHttpRequest"}
    response = admin_client.post(reverse("wagtailimages:add_multiple"), fields, headers=headers)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "What you sent was not saved." in response.content.decode()
    assert files(small_disk) == []
    assert Client().get("/whale/").status_code == 200
