"""Fifty requests with one token, and two editors at one post."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import requests
from django.test import Client
from django.urls import reverse

from blog.models import BlogPage, PostPage
from signup.models import State
from tests.faults.report import report
from tests.support.checkout import free_port
from tests.support.editors import client_of, member_of
from tests.support.factories import make_blog, make_post
from tests.support.signup_factories import make_subscriber
from tests.support.worker_processes import ForkServer, WorkerProcesses, is_answering, until
from tests.unit.blog.admin.test_editing import post_form
from tests.unit.signup.test_links import link

REQUESTS = 50


@pytest.fixture
def fork_server(django_db_setup: None, tmp_path: Path) -> Iterator[ForkServer]:
    fork_server = ForkServer(tmp_path / "site.log")
    yield fork_server
    fork_server.close()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_fifty_requests_with_one_token(fork_server: ForkServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link is opened by mail scanners and people at once: it does what it does a single time."""
    make_blog()
    path = link("confirm", make_subscriber("ada@example.org", state=State.PENDING))
    together = Barrier(REQUESTS)
    with WorkerProcesses(fork_server, tmp_path, EMAIL_URL="smtp://127.0.0.1:9") as workers:
        ports = [free_port(), free_port()]
        workers.pids += [fork_server.start(workers.database, port, granian=True) for port in ports]
        until(lambda: all(map(is_answering, ports)), "the site answers")

        def press(number: int) -> int:
            together.wait()
            address = f"http://127.0.0.1:{ports[number % 2]}{path}"
            return requests.post(address, timeout=60, allow_redirects=False).status_code

        with ThreadPoolExecutor(REQUESTS) as threads:
            statuses = Counter(threads.map(press, range(REQUESTS)))
        events = Counter(event for (event,) in workers.rows("SELECT event FROM signup_consentrecord"))
        states = workers.rows("SELECT state FROM signup_subscriber")
    report(f"{REQUESTS} requests with one token", [f"responses {dict(statuses)}, recorded {dict(events)}"], capsys)
    assert (statuses, events, states) == ({303: REQUESTS}, {"confirmed": 1}, [("confirmed",)])


def test_second_of_two_editors_is_told(blog: BlogPage) -> None:
    """Whoever still has the former text in the form learns who has saved another, and that saving would overwrite it."""
    post = make_post(blog, slug="whale")
    post.save_revision()
    ada, bob = (client_of(member_of("Editors", name=name)) for name in ("ada", "bob"))
    edit = reverse("wagtailadmin_pages:edit", args=[post.pk])
    page = bob.get(edit)
    loaded = post.latest_revision_id, page.context_data["loaded_revision_created_at"]
    assert ada.post(edit, post_form(title="Whale, by Ada", slug="whale")).status_code == 302
    assert "ada" in ping(bob, page.context_data["editing_sessions"], post)
    late = {"loaded_revision_id": loaded[0], "loaded_revision_created_at": loaded[1]}
    refused = bob.post(edit, post_form(title="Whale, by Bob", slug="whale") | late, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["error_code"]) == (400, "invalid_revision")
    assert PostPage.objects.get().get_latest_revision_as_object().title == "Whale, by Ada"


def ping(client: Client, session: object, post: PostPage) -> str:
    """Return what an open form is told, as text."""
    address = session.ping_url  # type: ignore[attr-defined]
    response = client.post(address, {"revision_id": post.latest_revision_id or "", "is_editing": "1"})
    return json.dumps(response.json())
