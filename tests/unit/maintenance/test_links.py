"""Broken links: of this site as visitors find it, of others only where their addresses are public."""

import ipaddress
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from blog.models import BlogPage, PostPage
from jobs.models import Job
from jobs.running import JobRun, run_pending
from maintenance.links import AddressChecker, NothingThere, links_in
from tests.support.editors import client_of, member_of
from tests.support.factories import make_blog, make_post
from transfer.importing.fetching import FetchError, HostError


def check(**asked: str) -> Job:
    client_of(member_of("Moderators")).post("/admin/broken-links/", asked)
    run_pending()
    return Job.objects.latest("pk")


@pytest.mark.django_db
def test_links_of_this_site_are_followed_as_by_a_visitor(blog: BlogPage) -> None:
    there = make_post(blog, "reading", title="There")
    hidden = make_post(blog, title="Hidden", live=False)
    good = f"[a](/{there.slug}/#part) [b](page:{there.pk}) [c](/tags/reading/) [d](http://testserver/tags/Reading/) [e](#x)"
    bad = f"[a](/nowhere/) [b](page:{hidden.pk}) [c](/{hidden.slug}/) [d](http://testserver/tags/none/) "
    bad += "![e](/media/none.png) [f](nowhere)"
    fine = make_post(blog, title="Fine", body=good)
    post = make_post(blog, title="Bad", body=bad)
    job = check()
    assert (job.state, job.total, job.done) == ("done", 3, 3), job.log
    assert [one["post"] for one in job.result["posts"]] == [post.pk], (fine.pk, job.result)
    assert {address for address, _reason in job.result["posts"][0]["links"]} == {
        "/nowhere/",
        f"/{hidden.slug}/",
        "http://testserver/tags/none/",
        "/media/none.png",
        "nowhere",
        f"page:{hidden.pk}",
    }
    page = client_of(member_of("Moderators", name="m2")).get(f"/admin/jobs/{job.pk}/")
    assert page.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_others_may_write_while_links_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a query of many posts still open, SQLite refuses a writer, and the job itself once another has written."""
    blog, step = make_blog(), JobRun.step
    for number in range(102):
        make_post(blog, title=str(number), body="[a](/nowhere/)")

    def write() -> None:
        PostPage.objects.filter(title="0").update(subtitle="written meanwhile")
        connection.close()

    def write_and_step(run: JobRun, count: int = 1) -> None:
        if run.done == 1:
            thread = Thread(target=write)
            thread.start()
            thread.join()
        step(run, count)

    monkeypatch.setattr(JobRun, "step", write_and_step)
    job = check()
    assert (job.state, job.done, len(job.result["posts"])) == ("done", 102, 102), job.log
    assert PostPage.objects.get(title="0").subtitle == "written meanwhile"


@pytest.mark.django_db
def test_private_addresses_are_not_asked(blog: BlogPage) -> None:
    make_post(
        blog, title="Inside", body="[a](http://127.0.0.1:1/secret) [b](http://[::1]/) [c](http://)", link="http://10.0.0.1/"
    )
    job = check(others="on")
    assert (job.state, job.result) == ("done", {"posts": []})
    assert sorted(job.log.splitlines()) == [
        "cannot be checked: http://10.0.0.1/",
        "cannot be checked: http://127.0.0.1:1/secret",
        "cannot be checked: http://[::1]/",
    ]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = {"/there": 200, "/moved": 301, "/loop": 302, "/closed": 403}.get(self.path, 404)
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "/there" if status == 301 else "/loop")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.sockets
def test_what_another_site_says(address: str, tmp_path: Path) -> None:
    checker = AddressChecker(tmp_path, allowed=[ipaddress.ip_network("127.0.0.0/8")], seconds=5)
    for path in ("/there", "/moved", "/closed"):
        checker.fetch(address + path)
    with pytest.raises(NothingThere):
        checker.fetch(address + "/none")
    with pytest.raises(FetchError, match="redirects more than"):
        checker.fetch(address + "/loop")
    with pytest.raises(HostError):
        checker.fetch("http://127.0.0.1:1/")
    with pytest.raises(FetchError, match="no public address"):
        AddressChecker(tmp_path).fetch(address + "/there")
    assert list(tmp_path.iterdir()) == []


def test_links_are_found_as_they_are_written() -> None:
    html = '<p><a href="/a?b=1&amp;c=2">x</a> <img src="/d.png"> <a data-page="5" data-rest="#e">y</a></p>'
    assert list(links_in(html)) == ["/a?b=1&c=2", "/d.png", "page:5"]
