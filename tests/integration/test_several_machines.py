"""Three web and two worker processes that share a PostgreSQL with a streaming replica, and nothing else.

`make test-faults` goes through more rounds (`--kills`).
"""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.urls import reverse

from blog.models import BlogPage, PostPage
from tests.integration.test_mail_workers import Visitor
from tests.support.checkout import free_port
from tests.support.editors import client_of, member_of
from tests.support.factories import make_blog, make_post
from tests.support.replication import Replica
from tests.support.smtp_server import SMTPServer
from tests.support.worker_processes import TIMEOUT, ForkServer, WorkerProcesses, is_answering, until
from tests.unit.blog.admin.test_editing import post_form

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("replica_server"), pytest.mark.django_db(transaction=True)]

LIMIT = 8  # sign-ups from one network
VISITORS = 12
LISTINGS = ("/", "/tags/sea/", "/feed.atom", "/?view=full", "/?q=tide", "/tags/", "/earlier/", "/earlier/?in=sea")
TOKEN = "a" * 32


@pytest.fixture
def fork_server(replica_server: Replica, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    monkeypatch.setenv("REPLICA_DATABASE_URL", replica_server.url)
    monkeypatch.setenv("SIGNUP_LIMITS", f"network:{LIMIT}/hour")
    fork_server = ForkServer(tmp_path / "site.log")
    yield fork_server
    fork_server.close()


@pytest.fixture
def blog() -> BlogPage:
    return make_blog()


@pytest.fixture
def lagging(replica_server: Replica) -> Iterator[Replica]:
    """The replica, which goes on at the test's end."""
    yield replica_server
    replica_server.resume()


class Editor:
    """Signed in, at whichever process answers."""

    def __init__(self, blog: BlogPage) -> None:
        self.blog = blog
        self.browser = requests.Session()
        cookies = client_of(member_of("Moderators")).cookies
        self.browser.cookies.set(settings.SESSION_COOKIE_NAME, cookies[settings.SESSION_COOKIE_NAME].value)
        self.browser.cookies.set(settings.CSRF_COOKIE_NAME, TOKEN)

    def post(self, site: str, address: str, **fields: Any) -> None:
        sent = {"csrfmiddlewaretoken": TOKEN, **fields}
        response = self.browser.post(site + address, sent, timeout=TIMEOUT, allow_redirects=False)
        assert response.status_code == 302, response.text

    def publish(self, site: str, title: str) -> None:
        form = post_form(
            title=title, slug=title.lower(), body=f"{title} tide", tags=f"sea, {title}", **{"action-publish": "yes"}
        )
        self.post(site, reverse("wagtailadmin_pages:add", args=("blog", "postpage", self.blog.pk)), **form)

    def unpublish(self, site: str, title: str) -> None:
        self.post(site, reverse("wagtailadmin_pages:unpublish", args=(PostPage.objects.get(title=title).pk,)))


def showing(sites: list[str], title: str) -> list[set[str]]:
    """Return what names a post, at each process: addresses that readers ask for one after the other."""
    addresses = (*LISTINGS, f"/{title.lower()}/", f"/{title.lower()}.md", f"/tags/{title.lower()}/feed.json")
    return [{address for address in addresses if _names(f"{site}{address}", title)} for site in sites]


def _names(address: str, title: str) -> bool:
    response = requests.get(address, timeout=TIMEOUT)
    assert response.status_code in (200, 404), response.text
    return response.status_code == 200 and title in response.text


def test_publish_is_seen_and_a_hidden_post_is_not_by_the_next_request_at_every_process(
    blog: BlogPage, fork_server: ForkServer, lagging: Replica, tmp_path: Path, kills: int
) -> None:
    make_post(blog, "sea", title="Earlier", slug="earlier")
    editor = Editor(blog)
    with SMTPServer() as smtp_server, WorkerProcesses(fork_server, tmp_path, EMAIL_URL=smtp_server.url) as workers:
        sites = start_sites(workers, 3)
        for _worker in range(2):
            workers.start_worker()
        for number in range(max(4, kills // 2)):
            title, is_lagging = f"Wave{number}", number % 2 == 1
            lagging.pause() if is_lagging else lagging.catch_up()
            editor.publish(sites[number % 3], title)
            assert all("/tags/sea/" in seen and f"/{title.lower()}/" in seen for seen in showing(sites, title)), title
            editor.unpublish(sites[(number + 1) % 3], title)
            assert showing(sites, title) == [set()] * 3
            lagging.resume()
        lagging.catch_up()
        assert showing(sites, "Wave1") == [set()] * 3
        assert clients_of(lagging) >= 3  # they did read there

        taken = sign_up_everywhere(sites)
        until(lambda: workers.states() == {"sent"}, "all mail has been sent")
        mails = Counter(recipient for mail in smtp_server.mails for recipient in mail.recipients)
    assert taken == {200: VISITORS}  # whatever the limit: the same response
    assert (len(mails), mails.total()) == (LIMIT, LIMIT)


def start_sites(workers: WorkerProcesses, number: int) -> list[str]:
    ports = [free_port() for _ in range(number)]
    for port in ports:
        workers.pids.append(workers.fork_server.start(workers.database, port, granian=True, **workers.settings))
    until(lambda: all(map(is_answering, ports)), "every process answers")
    return [f"http://127.0.0.1:{port}" for port in ports]


def clients_of(replica: Replica) -> int:
    """Return how many connections to the replica were opened."""
    return int(replica.ask("SELECT COUNT(*) FROM pg_stat_activity WHERE datname LIKE 'test%' AND usename IS NOT NULL"))


def sign_up_everywhere(sites: list[str]) -> Counter[int]:
    """Let visitors sign up all at once, each at another process than the one before; return how often each status came."""
    visitors = [Visitor(sites[number % len(sites)]) for number in range(VISITORS)]
    statuses: Counter[int] = Counter()

    def sign_up(number: int) -> None:
        statuses[visitors[number].sign_up(f"reader{number}@example.org")[0]] += 1

    threads = [threading.Thread(target=sign_up, args=[number]) for number in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses
