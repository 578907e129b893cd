"""A member of Authors in Chromium: makes and ends a token, and gives one to a program by IndieAuth, which publishes by it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from blog.models import PostPage
from publishing.indieauth.codes import challenge_of
from tests.support.axe import violations
from tests.support.browser import wait_for_responses
from tests.support.editors import leave, look, member_of, sign_in
from tests.support.factories import make_blog

pytestmark = [pytest.mark.browser, pytest.mark.sockets, pytest.mark.django_db(transaction=True)]

VERIFIER = "a verifier of the program that is long enough"


class Listening(HTTPServer):
    """A program on the user's own machine, to which browsers come back; `asked` are the paths they asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Back)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Back(BaseHTTPRequestHandler):
    server: Listening

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Back</title>Thank you.")

    def log_message(self, *_arguments: Any) -> None:
        """Write nothing."""


@pytest.fixture
def program() -> Iterator[Listening]:
    with Listening() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post(url: str, token: str = "", **fields: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urlopen(Request(url, urlencode(fields).encode(), headers)) as response:
        return response.status, response.read()


def wrong(tab: Tab, axe: str) -> list[Any]:
    """Return what is wrong with a page, once it is there as a whole."""
    wait_for_responses(tab)
    return violations(tab, axe)


def test_author_gives_and_ends_tokens(tab: Tab, live_server: LiveServer, program: Listening, axe: str) -> None:
    make_blog("localhost")
    author, base = member_of("Authors"), live_server.url
    sign_in(tab, live_server, author)
    tab.goto(f"{base}/admin/account/#tab-programs")
    tab.get_by_role("link", name="New token").click()
    expect(tab.get_by_role("button", name="Make the token")).to_be_visible()
    assert wrong(tab, axe) == []
    tab.get_by_role("textbox", name="Name").fill("Phone")
    tab.get_by_role("button", name="Make the token").click()
    token = tab.locator("#token").inner_text()
    assert wrong(tab, axe) == []
    assert post(f"{base}/micropub/", token, content="From a phone")[0] == 202
    tab.get_by_role("link", name="I have copied it").click()
    expect(tab.get_by_role("button", name="End “Phone”")).to_be_visible()
    assert wrong(tab, axe) == []
    tab.get_by_role("button", name="End “Phone”").click()
    expect(tab.get_by_text("The token has ended.")).to_be_visible()

    asked = {"client_id": program.address, "redirect_uri": f"{program.address}back", "state": "s", "response_type": "code"}
    challenge = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    tab.goto(f"{base}/admin/indieauth/?{urlencode({**asked, **challenge, 'scope': 'create delete'})}")
    look(tab, "consent")
    assert wrong(tab, axe) == []
    tab.get_by_label("move posts to the bin").uncheck()
    tab.get_by_role("button", name="Agree").click()
    expect(tab.get_by_text("Thank you.")).to_be_visible()
    code = parse_qs(urlsplit(program.asked[0]).query)["code"][0]
    fields = {"client_id": program.address, "redirect_uri": f"{program.address}back", "code_verifier": VERIFIER}
    given = json.loads(post(f"{base}/indieauth/token/", grant_type="authorization_code", code=code, **fields)[1])
    assert given["scope"] == "create"
    assert post(f"{base}/micropub/", given["access_token"], content="From a program")[0] == 202
    leave(tab)
    assert set(PostPage.objects.values_list("title", "live")) == {("From a phone", False), ("From a program", False)}
