"""What the operations of the desk have in common: words as the member reads them, messages with their undo, the worker."""

from typing import Any

from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from jobs.running import run_pending
from tests.support.desk import Desk

SEND = """async ([address, form]) => {
    const token = JSON.parse(document.getElementById("wagtail-config").textContent).CSRF_TOKEN
    const response = await fetch(address, {method: "POST", headers: {"X-CSRFToken": token}, body: new URLSearchParams(form)})
    await response.text()
    return [response.status, new URL(response.url).pathname]
}"""


def read(desk: Desk, lazy: Any) -> str:
    """Return a lazy translation as the member reads it."""
    return desk.named(lambda: str(lazy))


def counted(desk: Desk, words: tuple[str, str], count: int) -> str:
    """Return words for a number, which is in them."""
    return desk.words(*words, count) % {"count": count}


def expect_message(desk: Desk, words: str) -> None:
    expect(desk.tab.locator(".messages")).to_contain_text(words)


def undo(desk: Desk) -> None:
    """Press the button in the message."""
    desk.press(desk.tab.locator(".messages").get_by_role("button", name=desk.word("Undo")).first)


def run_worker(server: LiveServer) -> None:
    """Do what waits, while no request is answered: in the test they share a connection to the database."""
    with server.thread.httpd.get_app().lock:
        run_pending()
