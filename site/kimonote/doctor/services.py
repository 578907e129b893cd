"""Findings on what the site stands on: the database, the worker and the outbox."""

import secrets
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.db import Error, connection
from django.utils import timezone
from wagtail.models import Site

from blog.availability import summary
from blog.models import BlogPage
from kimonote import health
from kimonote.database import is_behind
from kimonote.models import WorkerProcess, last_heartbeat
from kimonote.replica import examine_replica
from mail.deliverability.findings import Finding, Level
from mail.models import Delivery

HEARTBEAT_TIMEOUT = timedelta(minutes=2)  # after the last one, sent every 10 seconds, a worker counts as gone
LONG = timedelta(hours=1)  # of one run of a task
AGE = timedelta(minutes=15)  # of mail that is due and was never tried
SLOW = 2.0  # seconds to connect and look
PREPARE = "manage.py prepare"
RESTART = "systemctl restart kimonote-worker; journalctl -u kimonote-worker -n 50"


def database_findings() -> Iterator[Finding]:
    """Yield whether the database can be used, is up to date, and holds the site that SITE_URL names."""
    started = time.monotonic()
    try:
        connection.ensure_connection()
        read_only = health.is_read_only()
        behind = is_behind()
    except Error as error:
        cure = "Is it running, and does DATABASE_URL name it? systemctl status postgresql"
        yield Finding("database", Level.ERROR, "database", f"It cannot be used: {summary(error)}.", cure)
        return
    took = time.monotonic() - started
    version = ".".join(map(str, connection.get_database_version()))
    yield Finding("database", Level.OK, "database", f"{connection.display_name} {version} answers.")
    if read_only:
        yield Finding("database", Level.ERROR, "read-only", "It is read-only: a replica, or out of space.", "DATABASE_URL=…")
    if took > SLOW:
        yield Finding(
            "database", Level.WARNING, "slow", f"To connect and look took {took:.1f} s.", "Is it far away, or overloaded?"
        )
    if behind:
        yield Finding("database", Level.ERROR, "migrations", "It lacks migrations of this version of the site.", PREPARE)
        return
    if not BlogPage.objects.live().exists():
        yield Finding("database", Level.ERROR, "no-blog", "It holds no blog that readers may see.", PREPARE)
    yield from _site_findings()


def replica_findings() -> Iterator[Finding]:
    """Yield whether the replica can be used, is one, and keeps up; nothing where there is none."""
    state = examine_replica()
    if state is None:
        return
    if state.fault:
        sentence = f"It cannot be used: {state.fault}. Readers' pages are read from the primary."
        cure = "Is it running, and does REPLICA_DATABASE_URL name it? systemctl status postgresql"
        yield Finding("replica", Level.ERROR, "replica", sentence, cure)
    elif not state.is_standby:
        sentence = "It takes writes of its own, so it is no streaming replica: it was promoted, or is the primary itself."
        cure = "REPLICA_DATABASE_URL=… of a standby, or leave it out"
        yield Finding("replica", Level.ERROR, "no-standby", sentence, cure)
    elif state.behind:
        sentence = f"It is {state.behind} revisions behind the primary, which is read meanwhile."
        cure = "SELECT * FROM pg_stat_replication (on the primary); SELECT * FROM pg_stat_wal_receiver (on the replica)"
        yield Finding("replica", Level.WARNING, "replica-behind", sentence, cure)
    else:
        yield Finding("replica", Level.OK, "replica", "It answers and is up to date.")


def cache_findings() -> Iterator[Finding]:
    """Yield whether the cache that CACHE_URL names takes what is written; nothing where it is each process's memory."""
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        return
    word = secrets.token_hex(8)
    try:
        cache = caches[settings.SESSION_CACHE_ALIAS]
        cache.set("kimonote.doctor", word, 60)
        fault = "" if cache.get("kimonote.doctor") == word else "it forgets what is written"
    except Exception as error:  # each backend raises its own
        fault = summary(error)
    if fault:
        is_used = settings.SESSIONS == "cache"
        sentence = f"It cannot be used: {fault}." + (" No session can be ended." if is_used else "")
        cure = "Is it running, and does CACHE_URL name it? systemctl status redis-server"
        yield Finding("cache", Level.ERROR if is_used else Level.WARNING, "cache", sentence, cure)
    else:
        yield Finding("cache", Level.OK, "cache", "It keeps what is written.")


def _site_findings() -> Iterator[Finding]:
    urls = {site.root_url for site in Site.objects.all()}
    if settings.SITE_URL in urls:
        return
    sentence = f"SITE_URL is {settings.SITE_URL}, but the sites in the admin are {', '.join(sorted(urls)) or 'none'}."
    cure = "Settings › Sites in the admin: the hostname and port of SITE_URL; or set SITE_URL accordingly."
    yield Finding("database", Level.WARNING, "site", sentence, cure)


def worker_findings() -> Iterator[Finding]:
    """Yield whether a worker runs, and which are at the same task for very long."""
    last = last_heartbeat()
    if last is None:
        yield Finding(
            "worker", Level.ERROR, "worker", "None has ever run here: no mail is sent, nothing is published.", RESTART
        )
    elif timezone.now() - last > HEARTBEAT_TIMEOUT:
        sentence = f"None has run since {last:%Y-%m-%d %H:%M} UTC: no mail is sent, nothing scheduled is published."
        yield Finding("worker", Level.ERROR, "worker", sentence, RESTART)
    else:
        yield Finding("worker", Level.OK, "worker", f"It was at work at {last:%H:%M:%S} UTC.")
    now = timezone.now()
    for worker in WorkerProcess.objects.filter(seen__gt=now - HEARTBEAT_TIMEOUT, since__lt=now - LONG).exclude(task=""):
        sentence = f"{worker.process} has been at “{worker.task}” since {worker.since:%Y-%m-%d %H:%M} UTC."
        yield Finding("worker", Level.WARNING, "long-task", sentence, RESTART)


def outbox_findings() -> Iterator[Finding]:
    """Yield whether mail leaves: what is stuck, and what is due and was never tried."""
    stuck = Delivery.objects.stuck().count()
    old = Delivery.objects.waiting_since(timezone.now() - AGE).order_by("created").first()
    if stuck:
        cure = "Outbox in the admin shows the server's words, and sends again or cancels."
        yield Finding("outbox", Level.WARNING, "stuck", f"Mails that are stuck: {stuck}.", cure)
    if old:
        sentence = f"The oldest mail that is due and was never tried is of {old.created:%Y-%m-%d %H:%M} UTC."
        yield Finding("outbox", Level.ERROR, "outbox-age", sentence, RESTART)
    if not stuck and not old:
        yield Finding("outbox", Level.OK, "outbox", "Nothing is stuck, and nothing waits that is due.")
