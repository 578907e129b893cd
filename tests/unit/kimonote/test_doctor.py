"""The doctor on a site that is well, and on each thing that can be broken."""

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from blog.models import BlogPage
from kimonote.backup import swapping
from kimonote.doctor import examine
from kimonote.doctor.address import address_findings
from kimonote.heartbeat import Heartbeat
from kimonote.models import WorkerProcess
from kimonote.scheduler import Scheduler
from mail.deliverability.findings import Finding, Level
from mail.models import Delivery, DeliveryState
from tests.support.certificates import make_certificate, server_context
from tests.support.outbox_factories import put_test


def found(*, network: bool = False) -> dict[str, Finding]:
    """Return the findings that are not well, by their codes; each has a cure."""
    unwell = {finding.code: finding for finding in examine(network=network) if finding.level in (Level.ERROR, Level.WARNING)}
    assert all(finding.cure for finding in unwell.values())
    return unwell


@pytest.fixture
def site(blog: BlogPage, settings: LazySettings, tmp_path: Path) -> BlogPage:
    """A site that is well."""
    settings.DEVELOPMENT = False
    settings.SITE_URL = "http://testserver"
    settings.VAR = tmp_path
    for name in ("static", "media", "media/images"):
        (tmp_path / name).mkdir(mode=0o750)
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    settings.STATIC_ROOT, settings.MEDIA_ROOT = str(tmp_path / "static"), str(tmp_path / "media")
    WorkerProcess.objects.create(process="a:1", seen=timezone.now(), since=timezone.now())
    return blog


def of_settings(codes: dict[str, Finding]) -> dict[str, Finding]:
    """Return the findings but for those of Django's own checks: the tests' settings are not a production's."""
    return {code: finding for code, finding in codes.items() if finding.subject != "settings"}


def test_site_that_is_well(site: BlogPage) -> None:
    assert of_settings(found()) == {}
    subjects = {finding.subject for finding in examine(network=False) if finding.level is Level.OK}
    assert subjects == {"disk", "static files", "database", "worker", "outbox"}


def test_worker_that_is_gone(site: BlogPage) -> None:
    WorkerProcess.objects.update(seen=timezone.now() - timedelta(hours=1))
    assert "None has run since" in of_settings(found())["worker"].sentence
    WorkerProcess.objects.all().delete()
    assert "None has ever run here" in of_settings(found())["worker"].sentence


def test_worker_at_one_task_for_long(site: BlogPage) -> None:
    stop = threading.Event()
    scheduler = Scheduler([], stop)
    heartbeat = Heartbeat(scheduler, 1)
    WorkerProcess.objects.update(process="gone:1", seen=timezone.now() - timedelta(days=30))
    scheduler.current = ("tidy up", timezone.now() - timedelta(minutes=30))
    heartbeat.beat()
    assert of_settings(found()) == {}
    assert not WorkerProcess.objects.filter(process="gone:1").exists()
    scheduler.current = ("tidy up", timezone.now() - timedelta(hours=2))
    heartbeat.beat()
    assert "has been at “tidy up” since" in of_settings(found())["long-task"].sentence
    scheduler.current = None
    heartbeat.beat()
    assert of_settings(found()) == {}


def test_restore_that_was_killed(site: BlogPage) -> None:
    swapping.begin()
    assert "manage.py prepare" in of_settings(found())["restore"].cure
    swapping.end()
    assert of_settings(found()) == {}


def test_mail_that_does_not_leave(site: BlogPage) -> None:
    put_test(due=timezone.now() + timedelta(days=1))  # it waits for its time
    assert of_settings(found()) == {}
    Delivery.objects.update(created=timezone.now() - timedelta(hours=2), due=timezone.now() - timedelta(hours=1))
    Delivery.objects.filter(pk=put_test().pk).update(state=DeliveryState.STUCK)
    unwell = of_settings(found())
    assert (unwell.keys(), unwell["stuck"].sentence) == ({"stuck", "outbox-age"}, "Mails that are stuck: 1.")


def test_database_that_is_not_prepared(site: BlogPage, client: Client) -> None:
    assert client.get("/readyz").content == b"ready\n"
    site.unpublish()
    assert of_settings(found()).keys() == {"no-blog"}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'mail'")
    assert of_settings(found())["migrations"].cure == "manage.py prepare"
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"database: The database lacks migrations.\n")


def test_site_of_another_name(site: BlogPage) -> None:
    Site.objects.update(hostname="notes.example", port=443)
    sentence = of_settings(found())["site"].sentence
    assert sentence == "SITE_URL is http://testserver, but the sites in the admin are https://notes.example."


def test_folders_and_disk(site: BlogPage, settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "media" / "images").chmod(0o700)
    (tmp_path / "static" / "staticfiles.json").unlink()
    unwell = of_settings(found())
    assert unwell["media-rights"].cure == f"chmod g+rx {tmp_path}/media/images"
    assert unwell["static"].cure == "manage.py collectstatic --noinput"
    settings.VAR = Path("/proc")  # without a byte of room, or read-only
    assert "disk" in of_settings(found())


def test_command(site: BlogPage, settings: LazySettings) -> None:
    settings.DEVELOPMENT = True
    output = StringIO()
    call_command("doctor", offline=True, stdout=output)
    assert "warning     settings: DEVELOPMENT is on" in output.getvalue()
    WorkerProcess.objects.all().delete()
    with pytest.raises(SystemExit):
        call_command("doctor", offline=True, stdout=output)
    assert "→ systemctl restart kimonote-worker" in output.getvalue()


class Healthy(BaseHTTPRequestHandler):
    """Answers as the site does; `status` and `text` may be set."""

    status, text = 200, "ok, revision 7\n"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.text.encode())

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


class Broken(Healthy):
    status, text = 503, "database: read-only.\n"


def codes(context: ssl.SSLContext | None = None) -> list[str]:
    return [finding.code for finding in address_findings(context)]


@pytest.mark.sockets
class TestAddress:
    """Over TLS, with a certificate that holds for a day."""

    @pytest.fixture
    def server(self, tmp_path: Path, settings: LazySettings) -> Iterator[HTTPServer]:
        server = HTTPServer(("127.0.0.1", 0), Healthy)
        server.socket = server_context(*make_certificate(tmp_path)).wrap_socket(server.socket, server_side=True)
        settings.SITE_URL = f"https://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
        server.server_close()

    def test_certificate_and_answer(self, server: HTTPServer, tmp_path: Path) -> None:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        assert codes(trusted) == ["dns", "certificate-expires", "site"]
        server.RequestHandlerClass = Broken
        *_others, last = address_findings(trusted)
        assert (last.code, last.sentence[-33:]) == ("unhealthy", "answers 503: database: read-only.")

    def test_certificate_that_browsers_refuse(self, server: HTTPServer) -> None:
        found = {finding.code: finding for finding in address_findings()}
        assert found["certificate"].sentence == "Browsers refuse the certificate: self-signed certificate."
        assert "unreachable" in found

    def test_nothing_there(self, settings: LazySettings) -> None:
        settings.SITE_URL = "https://localhost:1"
        assert codes() == ["dns", "tls", "unreachable"]
        settings.SITE_URL = "http://nothing-here.invalid"
        assert codes() == ["dns"]
