"""Mails per second by the site's backend and by Django's own, to the same servers in one run: `python -m benchmarks.mail`.

The two take turns, so that what else the machine does meets both. Each mail is as a confirmation is: text, HTML, own headers.
"""

import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimonote.settings")
os.environ.setdefault("DEVELOPMENT", "true")

import django
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

MAILS = 200  # in one turn
TURNS = 5  # of each backend at each server
TARGET = 0.9  # of the speed of Django's own, at exim
OWN, DJANGO = "mail.smtp.EmailBackend", "django.core.mail.backends.smtp.EmailBackend"


def mails(number: int) -> list[EmailMultiAlternatives]:
    made = []
    for count in range(number):
        headers = {
            "Message-ID": f"<{count}.{time.time_ns()}@notes.example>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<https://notes.example/signup/leave/{'x' * 120}/>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        link = f"https://notes.example/signup/confirm/{'x' * 120}/"
        text = f"Someone asked for the notes of notes.example to be sent here.\n\nTo confirm:\n{link}\n" + "A line.\n" * 20
        mail = EmailMultiAlternatives(
            "Please confirm", text, "Notes <notes@notes.example>", [f"r{count}@example.net"], headers=headers
        )
        mail.attach_alternative(f'<p>Hello.</p><p><a href="{link}">Confirm</a></p>' + "<p>A line.</p>\n" * 20, "text/html")
        made.append(mail)
    return made


def connection(backend: str, url: str) -> BaseEmailBackend:
    if backend == OWN:
        return get_connection(OWN, url=url)
    server = urlsplit(url)
    return get_connection(DJANGO, host=server.hostname, port=server.port)


def seconds(backend: str, url: str) -> float:
    """For MAILS over one connection; opening it and saying goodbye are not counted (exim takes 200 ms to answer QUIT)."""
    sent = mails(MAILS)
    server = connection(backend, url)
    server.open()
    start = time.perf_counter()
    assert server.send_messages(sent) == MAILS
    taken = time.perf_counter() - start
    server.close()
    return taken


def speeds(url: str) -> tuple[float, float]:
    """Mails per second by Django's backend and by ours: the median of the turns."""
    taken: dict[str, list[float]] = {DJANGO: [], OWN: []}
    for turn in range(TURNS + 1):
        for backend, times in taken.items():
            measured = seconds(backend, url)
            if turn:  # the first warms up
                times.append(measured)
    return MAILS / statistics.median(taken[DJANGO]), MAILS / statistics.median(taken[OWN])


@contextmanager
def exim() -> Iterator[str]:
    from tests.support.exim import Exim
    from tests.support.smtp_server import SMTPServer

    with SMTPServer() as smtp_server, Exim(smtp_server.port, arguments=("-odq",)) as server:
        yield server.url


@contextmanager
def smtp_server() -> Iterator[str]:
    from tests.support.smtp_server import SMTPServer

    with SMTPServer() as server:
        yield server.url


def main() -> int:
    django.setup()
    logging.disable(logging.WARNING)  # the SMTP server's, a line for each command
    from tests.support.exim import EXIM

    servers = {"aiosmtpd, a server in Python": smtp_server}
    if EXIM.exists():
        servers["exim4"] = exim
    print(f"Mails per second over one connection, {TURNS} turns of {MAILS} each, medians")
    print(f"{'':30}{'Django':>10}{'Kimonote':>10}{'ratio':>8}")
    ratios = {}
    for name, server in servers.items():
        with server() as url:
            theirs, ours = speeds(url)
        ratios[name] = ours / theirs
        print(f"{name:30}{theirs:10.0f}{ours:10.0f}{ratios[name]:8.2f}")
    if "exim4" not in ratios:
        print("exim4 is not installed, so the target was not measured: apt-get install exim4-daemon-light")
        return 0
    print(f"target at exim4: {TARGET} — {'met' if ratios['exim4'] >= TARGET else 'missed'}")
    return int(ratios["exim4"] < TARGET)


if __name__ == "__main__":
    sys.exit(main())
