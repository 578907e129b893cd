"""The site and its worker, killed again and again amid sign-ups, comments, publishing, sending and importing.

Each kind of visitor notes what the site has acknowledged. Afterwards all of it must be there (or it is lost) once (or it is
doubled), and what nobody may see must not have been seen (or it is leaked).
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from bs4 import BeautifulSoup
from django.conf import settings
from django.urls import reverse

from blog.models import BlogPage
from tests.faults.report import report
from tests.support.checkout import free_port
from tests.support.editors import client_of, member_of
from tests.support.factories import make_blog, make_post
from tests.support.importing import simple, write_tree
from tests.support.signup_factories import stamp
from tests.support.smtp_server import SMTPServer
from tests.support.worker_processes import ROOT, ForkServer, WorkerProcesses, is_alive, is_answering, until
from tests.unit.blog.admin.test_editing import post_form

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

SECRET = "not to be read by anybody"
IMPORTED = 120  # posts


class Site:
    """The units kimonote-web@1 and @2, started again when they have died; and how visitors reach them, as through nginx."""

    def __init__(self, workers: WorkerProcesses) -> None:
        self.workers = workers
        self.ports = [free_port(), free_port()]
        self.pids = [self.start(port) for port in self.ports]
        self.over = threading.Event()
        self.refused = 0  # requests that neither of the two took
        until(lambda: all(map(is_answering, self.ports)), "the site answers")

    def start(self, port: int) -> int:
        pid = self.workers.fork_server.start(self.workers.database, port, granian=True, **self.workers.settings)
        self.workers.pids.append(pid)
        return pid

    def kill(self, number: int, whole: bool) -> None:
        """Kill one unit: all its processes, or only the one that serves, which granian replaces."""
        pid = self.pids[number]
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if whole:
                os.killpg(pid, signal.SIGKILL)
            else:
                for child in psutil.Process(pid).children():
                    child.kill()

    def tend(self) -> None:
        """Start what has died, as systemd does."""
        for number, pid in enumerate(self.pids):
            if not is_alive(pid):
                self.pids[number] = self.start(self.ports[number])

    def request(self, browser: requests.Session, method: str, path: str, **more: Any) -> requests.Response | None:
        """Ask one process, and the other if that refuses the connection; None where the response was cut off."""
        for port in random.sample(self.ports, 2):
            try:
                return browser.request(method, f"http://127.0.0.1:{port}{path}", timeout=60, allow_redirects=False, **more)
            except requests.exceptions.ChunkedEncodingError:  # within the response
                return None
            except requests.ConnectionError as error:
                if "refused" not in str(error):
                    return None
        self.refused += 1
        time.sleep(0.2)
        return None


class Visitor(threading.Thread):
    """Does one thing after another until the end, and notes what was acknowledged, and how often each was tried."""

    def __init__(self, site: Site, name: str, act: Callable[["Visitor", str], bool]) -> None:
        super().__init__(daemon=True)
        self.site, self.kind, self.act = site, name, act
        self.browser = requests.Session()
        self.acknowledged: list[str] = []
        self.tries: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.site.over.is_set():
            number += 1
            what = f"{self.kind}{number}"
            while not self.site.over.is_set():
                self.tries[what] += 1
                if self.act(self, what):
                    self.acknowledged.append(what)
                    break

    def send(self, form: str, expected: int, fields: dict[str, Any]) -> bool:
        """Open a form and send it; return whether the site has said that it was taken."""
        shown = self.site.request(self.browser, "GET", form)
        if shown is None or not self.good(shown, 200):
            return False
        token = BeautifulSoup(shown.content, "html.parser").select_one("[name=csrfmiddlewaretoken]")
        sent = self.site.request(self.browser, "POST", form, data={"csrfmiddlewaretoken": token and token["value"], **fields})
        return sent is not None and self.good(sent, expected)

    def good(self, response: requests.Response, status: int) -> bool:
        if response.status_code not in (status, 502, 503):
            self.wrong.append(f"{response.status_code}: {response.text[:200]}")
        return response.status_code == status


def sign_up(visitor: Visitor, what: str) -> bool:
    return visitor.send("/signup/", 303, {"email": f"{what}@example.org", "tags": "", "stamp": stamp()})


def comment(visitor: Visitor, what: str) -> bool:
    fields = {"name": "Ada", "email": f"{what}@example.org", "text": f"Comment {what}.", "stamp": stamp()}
    return visitor.send("/whale/comment/", 303, fields)


def publish(visitor: Visitor, what: str) -> bool:
    form = reverse("wagtailadmin_pages:add", args=("blog", "postpage", BLOG[0]))
    return visitor.send(form, 302, post_form(title=what, slug=what.lower(), tags="sea", **{"action-publish": "yes"}))


def read(visitor: Visitor, what: str) -> bool:
    """Read lists, and look for what nobody may see."""
    for path in ("/", "/tags/sea/", "/feed.atom", "/tags/draft/", "/hidden/"):
        response = visitor.site.request(visitor.browser, "GET", path)
        if response is not None:
            if SECRET in response.text:
                visitor.wrong.append(f"leaked at {path}")
            if response.status_code >= 500 and response.status_code not in (502, 503):
                visitor.wrong.append(f"{response.status_code} at {path}")
    return True


BLOG = [0]  # the page's id
WRITERS = ("signup", "comment", "Post")  # of each in turn something is taken between two kills


@pytest.fixture
def fork_server(django_db_setup: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    for name in ("SIGNUP_LIMITS", "COMMENT_LIMITS"):
        monkeypatch.setenv(name, "network:100000/hour")
    fork_server = ForkServer(tmp_path / "site.log")
    yield fork_server
    fork_server.close()


@pytest.fixture
def blog() -> BlogPage:
    """A blog with a post, a draft, and an editor who is signed in."""
    blog = make_blog()
    BLOG[0] = blog.pk
    make_post(blog, "sea", slug="whale", body="Seen.")
    make_post(blog, "draft", slug="hidden", body=SECRET, live=False)
    return blog


def import_all(workers: WorkerProcesses, folder: Path, kills: int, chance: random.Random) -> int:
    """Import a folder, killed so many times and begun anew; return how often it was killed before its end."""
    command = [sys.executable, "manage.py", "import_posts", str(folder), "--jobs", "1"]
    killed = 0
    while True:
        process = subprocess.Popen(
            command, cwd=ROOT, env=workers.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(chance.uniform(3, 8) if killed < kills else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        else:
            assert process.returncode == 0
            return killed


def test_site_and_worker_killed_amid_everything(
    blog: BlogPage, fork_server: ForkServer, tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    session = client_of(member_of("Moderators")).cookies[settings.SESSION_COOKIE_NAME].value
    chance = random.Random(1)
    folder = write_tree(tmp_path / "texts", {f"{n}.md": simple(f"Imported {n}", tags="[sea]") for n in range(IMPORTED)})
    with (
        SMTPServer(delay=0.01) as smtp_server,
        WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url, OUTBOX_LEASE=1) as workers,
    ):
        site = Site(workers)
        acts = {"reader": read, "signup": sign_up, "comment": comment, "Post": publish}
        visitors = {name: Visitor(site, name, act) for name, act in acts.items()}
        visitors["Post"].browser.cookies.set(settings.SESSION_COOKIE_NAME, session)
        killed = Counter[str]()
        importing = threading.Thread(
            target=lambda: killed.update(imports=import_all(workers, folder, max(1, kills // 20), chance))
        )
        worker = workers.start_worker()
        for thread in (*visitors.values(), importing):
            thread.start()
        for number in range(kills):
            writer = visitors[WRITERS[number % len(WRITERS)]]
            before = len(writer.acknowledged)
            until(lambda: site.tend() or len(writer.acknowledged) > before, "what is sent is taken")  # noqa: B023
            time.sleep(chance.uniform(0.1, 0.8))
            site.kill(number % 2, whole=number % 4 < 2)
            killed["web"] += 1
            if number % 2:
                workers.kill(worker)
                killed["worker"] += 1
                until(lambda: not is_alive(worker), "the worker has died")  # noqa: B023
                worker = workers.start_worker()
            until(lambda: site.tend() or all(map(is_answering, site.ports)), "both units are there")
        importing.join()
        site.over.set()
        for visitor in visitors.values():
            visitor.join()
        until(lambda: workers.states() <= {"sent"}, "all mail has been sent")
        workers.kill(worker)
        subscribers = Counter(address for (address,) in workers.rows("SELECT address FROM signup_subscriber"))
        comments = Counter(text for (text,) in workers.rows("SELECT text FROM blog_comment"))
        titles = Counter(title for (title,) in workers.rows("SELECT title FROM wagtailcore_page WHERE live"))
        mails = Counter(mail.message["Message-ID"] for mail in smtp_server.mails)
        written = workers.rows("SELECT COUNT(*) FROM mail_delivery")[0][0]

    found = {
        "signup": Counter({address.removesuffix("@example.org"): n for address, n in subscribers.items()}),
        "comment": Counter({text.removeprefix("Comment ").removesuffix("."): n for text, n in comments.items()}),
        "Post": Counter({title: n for title, n in titles.items() if title in visitors["Post"].tries}),
    }
    rows = [f"killed: {dict(killed)}; requests that neither process took: {site.refused}"]
    lost, doubled = 0, 0
    for kind, there in found.items():
        visitor = visitors[kind]
        missing = [what for what in visitor.acknowledged if not there[what]]
        too_many = sum(max(0, n - visitor.tries[what]) for what, n in there.items())
        again = sum(n - 1 for n in there.values())
        lost, doubled = lost + len(missing), doubled + too_many
        cut = sum(visitor.tries.values()) - len(visitor.acknowledged)
        rows.append(
            f"{kind}: acknowledged {len(visitor.acknowledged)}, cut off {cut}, lost {len(missing)}, "
            f"there twice after being sent again {again}"
        )
    imported = {title: n for title, n in titles.items() if title.startswith("Imported ")}
    rows.append(f"import: {IMPORTED} texts, lost {IMPORTED - len(imported)}, doubled {sum(imported.values()) - len(imported)}")
    rows.append(f"mail: {written} written, lost {written - len(mails)}, sent twice {mails.total() - len(mails)}")
    report("Web and worker killed", rows, capsys)
    assert [visitor.wrong for visitor in visitors.values()] == [[], [], [], []]
    assert (lost, doubled, len(imported), sum(imported.values()), len(mails)) == (0, 0, IMPORTED, IMPORTED, written)
    assert mails.total() - written <= killed["worker"]
    assert min(len(visitor.acknowledged) for visitor in visitors.values()) > 0
