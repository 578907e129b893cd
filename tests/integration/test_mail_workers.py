"""Workers as real processes, killed, doubled, cut off: no mail is lost, and none sent twice that need not be."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from django.db import connection

from blog.models import BlogPage
from tests.support.factories import make_blog
from tests.support.outbox_factories import put_test
from tests.support.signup_factories import stamp
from tests.support.smtp_server import ReceivedMail, SMTPServer
from tests.support.worker_processes import ROOT, TIMEOUT, ForkServer, WorkerProcesses, is_alive, until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

MAILS = 200
KILLS = 20
AT_SENDING = "SELECT seen FROM kimonote_workerprocess WHERE task = 'send mail'"
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def blog() -> BlogPage:
    """A blog in a database that the test before may have emptied."""
    return make_blog()


@pytest.fixture(scope="module")
def fork_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    fork_server = ForkServer(tmp_path_factory.mktemp("workers") / "workers.log")
    yield fork_server
    fork_server.close()


def put_mails(number: int) -> dict[str, str]:
    """Put so many mails into the outbox; give their recipients by Message-ID."""
    mails = [put_test(f"reader-{count}@example.org") for count in range(number)]
    return {mail.message_id: mail.to for mail in mails}


def received(smtp_server: SMTPServer) -> list[tuple[str, str]]:
    return [(mail.message["Message-ID"], mail.recipients[0]) for mail in smtp_server.mails]


class Killer:
    """Kills a worker from within the server: before a mail is answered, the worst of moments, or a little later."""

    def __init__(self) -> None:
        self.victim = self.mails = 0
        self.late = 0.0

    def aim(self, victim: int, mails: int, late: float) -> None:
        """Kill this process when it has sent so many mails: `late` seconds after the last, or before it has its answer."""
        self.mails, self.late, self.victim = mails, late, victim

    def __call__(self, mail: ReceivedMail) -> None:
        self.mails -= 1
        if self.victim and self.mails <= 0:
            victim, self.victim = self.victim, 0
            if self.late:
                asyncio.get_running_loop().call_later(self.late, os.kill, victim, signal.SIGKILL)
            else:
                os.kill(victim, signal.SIGKILL)


class Visitor:
    """Someone with a browser, who took a minute over the form."""

    def __init__(self, site: str) -> None:
        self.browser, self.form = requests.Session(), f"{site}/signup/"
        answer = self.browser.get(self.form, timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
        page = BeautifulSoup(answer.content, "html.parser")
        self.fields = {"csrfmiddlewaretoken": page.select_one("[name=csrfmiddlewaretoken]")["value"], "stamp": stamp()}

    def sign_up(self, address: str) -> tuple[int, str]:
        """The status and heading of the answer, past its redirect."""
        answer = self.browser.post(self.form, {**self.fields, "email": address}, timeout=TIMEOUT)
        return answer.status_code, BeautifulSoup(answer.content, "html.parser").h1.get_text()


def test_worker_killed_twenty_times_loses_nothing_and_doubles_one_mail_a_kill_at_most(
    blog: BlogPage, fork_server: ForkServer, tmp_path: Path
) -> None:
    put, chance, killer = put_mails(MAILS), random.Random(1), Killer()
    with (
        SMTPServer(delay=0.02, received=killer) as smtp_server,
        WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url, OUTBOX_LEASE=1) as workers,
    ):
        for number in range(KILLS):
            worker = workers.start_worker()
            killer.aim(worker, mails=chance.randint(1, 5), late=chance.uniform(0.001, 0.04) if number % 2 else 0)
            until(lambda worker=worker: not is_alive(worker), "the worker has been killed")
        assert "waiting" in workers.states()  # it was killed at work, not after
        workers.start_worker()
        until(lambda: workers.states() == {"sent"}, "all mails have been sent")
        arrived = Counter(received(smtp_server))

    assert dict(arrived.keys()) == put
    doubles = arrived.total() - MAILS
    assert KILLS // 2 <= doubles <= KILLS


def test_server_that_was_down_gets_every_mail_once(blog: BlogPage, fork_server: ForkServer, tmp_path: Path) -> None:
    put, smtp_server = put_mails(20), SMTPServer()
    smtp_server.start()
    smtp_server.stop()
    with WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url) as workers:
        workers.start_worker()
        refused = "SELECT answer FROM mail_delivery WHERE answer <> '' AND state = 'waiting'"
        until(lambda: workers.rows(refused), "the worker has been turned away")
        with smtp_server:
            until(lambda: workers.states() == {"sent"}, "all mails have been sent")
            assert Counter(received(smtp_server)) == Counter(put.items())
        assert set(workers.rows("SELECT attempts FROM mail_delivery")) == {(1,)}


def test_sign_ups_are_answered_while_the_server_is_down_and_their_emails_arrive_when_it_is_up(
    blog: BlogPage, fork_server: ForkServer, tmp_path: Path
) -> None:
    smtp_server, turned_away = SMTPServer(), "SELECT answer FROM mail_delivery WHERE answer <> '' AND state = 'waiting'"
    smtp_server.start()
    smtp_server.stop()
    with WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url) as workers:
        workers.start_worker()
        visitor = Visitor(workers.start_site())
        assert visitor.sign_up("first@example.org") == (200, "Look into your inbox")
        until(lambda: workers.rows(turned_away), "the worker has been turned away")
        for number in range(4):
            assert visitor.sign_up(f"reader-{number}@example.org") == (200, "Look into your inbox")
        assert workers.states() <= {"waiting", "sending"}
        with smtp_server:
            until(lambda: workers.states() == {"sent"}, "all emails have been sent")
            arrived = [recipient for _message_id, recipient in received(smtp_server)]
    assert sorted(arrived) == ["first@example.org", *(f"reader-{number}@example.org" for number in range(4))]


def test_two_workers_send_no_mail_twice(blog: BlogPage, fork_server: ForkServer, tmp_path: Path) -> None:
    put = put_mails(MAILS)
    with SMTPServer(delay=0.005) as smtp_server, WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url) as workers:
        workers.start_worker()
        workers.start_worker()
        until(lambda: workers.states() == {"sent"}, "all mails have been sent")
        assert Counter(received(smtp_server)) == Counter(put.items())
        assert len({mail.peer for mail in smtp_server.mails}) > 1


def test_mail_that_takes_longer_than_a_lease_is_sent_once(blog: BlogPage, fork_server: ForkServer, tmp_path: Path) -> None:
    put, seen = put_mails(1), set[tuple[object]]()
    with (
        SMTPServer(delay=4) as smtp_server,
        WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url, OUTBOX_LEASE=2) as workers,
    ):
        workers.start_worker()
        workers.start_worker()
        until(lambda: seen.update(workers.rows(AT_SENDING)) or len(seen) > 3, "a worker lives while it sends one mail")
        assert workers.states() != {"sent"}
        until(lambda: workers.states() == {"sent"}, "the mail has been sent")
        assert received(smtp_server) == list(put.items())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_finishes_its_mail_on_sigterm(
    blog: BlogPage, fork_server: ForkServer, tmp_path: Path, number: signal.Signals
) -> None:
    put_mails(20)
    with SMTPServer(delay=0.1) as smtp_server, WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url) as workers:
        worker = workers.start_worker()
        until(lambda: smtp_server.mails, "a mail has been sent")
        workers.kill(worker, number)
        until(lambda: not is_alive(worker), "the worker has stopped")
        sent = workers.rows("SELECT message_id FROM mail_delivery WHERE state = 'sent'")
        assert workers.states() == {"sent", "waiting"}
        assert sorted(sent) == sorted((message_id,) for message_id, _recipient in received(smtp_server))


def test_worker_outlives_a_lost_connection_to_the_database(blog: BlogPage, fork_server: ForkServer, tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection to lose.")
    with SMTPServer() as smtp_server, WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url) as workers:
        workers.start_worker()
        put_mails(1)
        until(lambda: workers.states() == {"sent"}, "the first mail has been sent")
        with connection.cursor() as cursor:
            cursor.execute(END_OTHERS)
        put = put_mails(1)
        until(lambda: workers.states() == {"sent"}, "the second mail has been sent")
        assert received(smtp_server)[1:] == list(put.items())


def test_worker_once_does_what_is_due_and_ends(blog: BlogPage, fork_server: ForkServer, tmp_path: Path) -> None:
    put = put_mails(3)
    with SMTPServer() as smtp_server:
        workers = WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url)
        command = [sys.executable, "manage.py", "worker", "--once"]
        done = subprocess.run(command, cwd=ROOT, env=workers.environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert received(smtp_server) == list(put.items())
