"""`/metrics` for Prometheus: requests of all processes, and what waits. Off unless METRICS_TOKEN is set, which it asks for.

No label holds an address, a tag or a name: what may not be seen cannot be read here.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from secrets import compare_digest
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest, multiprocess

from blog.models import IndexRevision, PostPage
from kimonote.models import last_heartbeat
from mail.models import Delivery, DeliveryState
from signup.models import Subscriber

SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)  # bounds of the histogram's buckets

REQUESTS = Histogram(
    "kimonote_request_seconds", "Time until a response began, by the first digit of its status.", ["status"], buckets=SECONDS
)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def measured(application: Application) -> Application:
    """Return a WSGI application that counts its requests and their time."""

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began = time.perf_counter()

        def start(status: str, *arguments: Any) -> Any:
            REQUESTS.labels(f"{status[0]}xx").observe(time.perf_counter() - began)
            return start_response(status, *arguments)

        return application(environ, start)

    return respond


def clear() -> None:
    """Forget what the processes of the last start have counted."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics in Prometheus' text format; respond with 401 without the token."""
    if not compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        headers = {"WWW-Authenticate": "Bearer", "Content-Type": "text/plain; charset=utf-8"}
        return HttpResponse("Unauthorized\n", status=401, headers=headers)
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
    return HttpResponse(generate_latest(registry) + generate_latest(_of_database()), content_type=CONTENT_TYPE_LATEST)


def _of_database() -> CollectorRegistry:
    """Return what the database says now, as gauges."""
    registry = CollectorRegistry()
    now = timezone.now()

    def gauge(name: str, text: str, values: Mapping[str, float]) -> None:
        made = Gauge(f"kimonote_{name}", text, ["state"] if set(values) != {""} else [], registry=registry)
        for key, value in values.items():
            (made.labels(key) if key else made).set(value)

    counts = dict(Delivery.objects.order_by().values_list("state").annotate(Count("pk")))
    oldest = Delivery.objects.due(now).aggregate(oldest=Min("due"))["oldest"]
    gauge("outbox", "Mails in the outbox.", {state: counts.get(state, 0) for state in DeliveryState.values})
    gauge("outbox_oldest_due_seconds", "How long the oldest mail that is due has waited.", {"": _age(oldest, now)})
    gauge("subscribers", "Subscribers.", Subscriber.objects.counts())
    gauge("posts", "Posts that are published, for whomever.", {"": PostPage.objects.live().count()})
    gauge("revision", "The number that rises with every visible change.", {"": _revision()})
    gauge(
        "worker_silent_seconds",
        "How long no worker has been at work; -1 if none ever was.",
        {"": _age(last_heartbeat(), now, -1)},
    )
    return registry


def _age(moment: Any, now: Any, missing: float = 0) -> float:
    return max((now - moment).total_seconds(), 0) if moment else missing


def _revision() -> int:
    return IndexRevision.objects.values_list("number", flat=True).first() or 0
