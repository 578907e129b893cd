"""A worker started before the site is prepared, or beside one that writes for long, waits and says so in a line."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.support.factories import make_blog
from tests.support.outbox_factories import put_test
from tests.support.smtp_server import SMTPServer
from tests.support.worker_processes import ROOT, ForkServer, WorkerProcesses, until

pytestmark = pytest.mark.processes

AT_WORK = "The worker is at work."


class Program:
    """A command of the site as a process, and what it has printed."""

    def __init__(self, log: Path, *arguments: str, **variables: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env={**os.environ, "DEVELOPMENT": "true", "PYTHONUNBUFFERED": "1", **variables},
                stdout=output,
                stderr=output,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()


@contextmanager
def program(log: Path, *arguments: str, **variables: str) -> Iterator[Program]:
    started = Program(log, *arguments, **variables)
    try:
        yield started
    finally:
        started.process.terminate()
        started.process.wait()


@pytest.mark.once
def test_worker_begins_after_the_demo_is_complete(migrated_database: Path, tmp_path: Path) -> None:
    """Beside a database that is being migrated it waits in `make run`, which test_make starts."""
    file = shutil.copyfile(migrated_database, tmp_path / "new.sqlite3")
    place = {"DATABASE_URL": f"sqlite:///{file}?timeout=1", "VAR_DIR": str(tmp_path), "SECRET_KEY": "of this test alone"}
    with program(tmp_path / "worker.log", "worker", **place) as worker:
        with program(tmp_path / "prepare.log", "prepare", "--demo", **place) as preparing:
            until(lambda: AT_WORK in worker.output or preparing.process.poll(), "the worker is at work", 300)
            with closing(sqlite3.connect(file)) as database:
                posts, streams = database.execute(
                    "SELECT (SELECT count(*) FROM blog_postpage), count(*) FROM blog_stream"
                ).fetchone()
            assert preparing.process.wait() == 0, preparing.output
        assert worker.process.poll() is None
    assert posts > 20
    assert streams > 0
    assert "Traceback" not in worker.output + preparing.output


@pytest.mark.once
def test_worker_whose_database_server_is_down_waits_and_says_so(tmp_path: Path) -> None:
    url = "postgres://nobody@127.0.0.1:1/nothing"
    with program(tmp_path / "worker.log", "worker", DATABASE_URL=url, SECRET_KEY="of this test alone") as worker:
        until(lambda: "nothing is done until" in worker.output or worker.process.poll(), "the worker says that it waits")
        assert worker.process.poll() is None
    assert "The database cannot be used (connection to server at" in worker.output
    assert "Traceback" not in worker.output


@pytest.fixture(scope="module")
def fork_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    fork_server = ForkServer(tmp_path_factory.mktemp("workers") / "workers.log")
    yield fork_server
    fork_server.close()


@pytest.mark.django_db(transaction=True)
def test_worker_waits_while_the_database_is_locked_for_longer_than_the_timeout(fork_server: ForkServer, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL lets others write meanwhile.")
    make_blog()
    put_test("reader@example.org")
    with SMTPServer() as smtp_server, WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url) as workers:
        place = workers.environment | {"DATABASE_URL": f"sqlite:///{workers.file}?timeout=1"}
        with closing(sqlite3.connect(workers.file, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with program(tmp_path / "worker.log", "worker", **place) as worker:
                waits = "The task “send mail” waits for the database: database is locked"
                until(lambda: worker.output.count(waits) >= 2, "the worker has waited twice")
                assert workers.states() == {"waiting"}
                writer.execute("ROLLBACK")
                until(lambda: workers.states() == {"sent"}, "the mail has been sent")
    assert "Traceback" not in worker.output
    assert "failed" not in worker.output
