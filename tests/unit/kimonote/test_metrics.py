"""What Prometheus reads."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import LazySettings
from django.test import Client, RequestFactory
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from blog.models import BlogPage
from kimonote.metrics import measured, metrics
from kimonote.models import WorkerProcess
from tests.support.factories import make_post
from tests.support.outbox_factories import make_subscriber, put_test

TOKEN = "a-token-of-this-test"


def read(**headers: str) -> tuple[int, dict[tuple[str, str], float]]:
    """Return the status, and the values by name and label."""
    response = metrics(RequestFactory().get("/metrics", **headers))
    text = response.content.decode()
    if response.status_code != 200:
        return response.status_code, {}
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return 200, {(sample.name, next(iter(sample.labels.values()), "")): sample.value for sample in samples}


def test_values(blog: BlogPage, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN
    now = timezone.now()
    WorkerProcess.objects.create(process="a:1", seen=now - timedelta(seconds=100), since=now)
    make_post(blog, "a")
    make_post(blog, "a", live=False)
    make_subscriber()
    put_test(due=now - timedelta(seconds=50))

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("404 Not Found", [])
        return []

    before = read(HTTP_AUTHORIZATION=f"Bearer {TOKEN}")[1].get(("kimonote_request_seconds_count", "4xx"), 0)
    measured(application)({}, lambda *arguments: None)
    status, values = read(HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert status == 200
    assert values["kimonote_request_seconds_count", "4xx"] == before + 1
    assert 50 <= values["kimonote_outbox_oldest_due_seconds", ""] < 5000
    assert 100 <= values["kimonote_worker_silent_seconds", ""] < 5000
    exact = {("kimonote_posts", ""): 1, ("kimonote_subscribers", "confirmed"): 1, ("kimonote_outbox", "waiting"): 1}
    assert {name: values[name] for name in exact} == exact


def test_only_with_the_token(db: None, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN
    for sent in ("", TOKEN, "Bearer ", f"Bearer {TOKEN}x", "Bearer ü"):
        assert read(HTTP_AUTHORIZATION=sent)[0] == 401


def test_off_unless_asked_for(client: Client, blog: BlogPage) -> None:
    assert client.get("/metrics", follow=True).status_code == 404
