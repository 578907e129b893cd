"""Sign-up as a visitor does it: in Chromium, without script, from the form to the goodbye."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site

from mail import compose
from mail.models import Delivery
from signup.models import State, Subscriber, Subscription, Wording
from tests.support.factories import make_blog, make_post
from tests.support.signup_factories import make_subscriber, signed_at
from tests.support.tokens import SIGNUP, make_token
from web import antispam

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blog with tagged notes, whose form may be sent at once."""
    monkeypatch.setattr(antispam, "MIN_AGE", timedelta(0))
    make_post(make_blog(), "food travel work")


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A tab in which no script runs."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def link(server: LiveServer, mail: Delivery, purpose: str) -> str:
    """The link of an email in the outbox, as it is sent, on the server under test."""
    found = re.search(rf"http://testserver(/signup/{purpose}/\S+)", str(compose.compose(mail).body))
    assert found
    return f"{server.url}{found[1]}"


def test_from_the_form_to_the_goodbye(live_server: LiveServer, plain: Page) -> None:
    plain.goto(f"{live_server.url}/signup/?tags=travel+food+-work")
    expect(plain.get_by_label("Only notes tagged")).to_have_value("food travel -work")
    expect(plain.get_by_text("You would get: Notes tagged food and travel, without work.")).to_be_visible()
    plain.get_by_label("E-mail address").fill("ada@gmial.com")
    plain.get_by_role("button", name="Send me the confirmation").click()
    expect(plain).to_have_title("Error: New notes by e-mail · Notes")
    expect(plain.get_by_role("alert")).to_be_focused()
    expect(plain.get_by_label("E-mail address")).to_have_value("ada@gmial.com")
    plain.get_by_role("button", name="Send it to ada@gmail.com instead").click()
    expect(plain).to_have_url(f"{live_server.url}/signup/sent/")
    expect(plain.get_by_role("heading", name="Look into your inbox")).to_be_visible()

    mail = Delivery.objects.get()
    assert (mail.kind, mail.to) == ("confirm", "ada@gmail.com")
    plain.goto(link(live_server, mail, "confirm"))
    expect(plain.get_by_text("Notes tagged food and travel, without work")).to_be_visible()
    assert Subscriber.objects.get().state == State.PENDING
    plain.get_by_role("button", name="Yes, send me new notes").click()
    expect(plain.get_by_role("heading", name="Confirmed")).to_be_visible()
    assert Subscriber.objects.get().state == State.CONFIRMED

    plain.get_by_role("link", name="See or change the subscription").click()
    form = plain.get_by_role("form", name="Notes tagged food and travel, without work")
    form.get_by_label("Only notes tagged").fill("food")
    form.get_by_label("How often").select_option("weekly")
    form.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("status")).to_have_text("Saved.")
    assert list(Subscription.objects.values_list("expression", "rhythm")) == [("food", "weekly")]
    plain.get_by_role("link", name="Erase my address").click()
    plain.get_by_role("button", name="Erase it all").click()
    expect(plain.get_by_role("heading", name="Your address is erased")).to_be_visible()
    assert (Subscriber.objects.get().address, Delivery.objects.count()) == ("", 0)


def test_enter_sends_the_form_as_it_is(live_server: LiveServer, plain: Page) -> None:
    plain.goto(f"{live_server.url}/signup/")
    for _time in range(2):
        plain.get_by_label("E-mail address").fill("ada@gmial.com")
        plain.get_by_label("E-mail address").press("Enter")
    expect(plain).to_have_url(f"{live_server.url}/signup/sent/")
    assert Subscriber.objects.get().address == "ada@gmial.com"


def test_an_idn_address_arrives_in_its_own_script(live_server: LiveServer, plain: Page) -> None:
    plain.goto(f"{live_server.url}/signup/")
    plain.get_by_label("E-mail address").fill("ada@münchen.de")
    plain.get_by_role("button", name="Send me the confirmation").click()
    expect(plain).to_have_url(f"{live_server.url}/signup/sent/")
    assert Subscriber.objects.get().address == "ada@münchen.de"


def test_only_the_form_sets_a_cookie(live_server: LiveServer, plain: Page) -> None:
    ada = make_subscriber(state=State.PENDING)
    for purpose in SIGNUP:
        plain.goto(f"{live_server.url}/signup/{purpose}/{make_token(purpose, ada)}/")
    plain.goto(f"{live_server.url}/signup/sent/")
    assert plain.context.cookies() == []
    plain.goto(f"{live_server.url}/signup/")
    assert [cookie["name"] for cookie in plain.context.cookies()] == ["csrftoken"]


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_their_width(live_server: LiveServer, plain: Page, width: int, scheme: str) -> None:
    ada = make_subscriber(
        "a.very.long.address.that.goes.on.and.on@subdomain.of.a.long.domain.example.org", expression="food+-work"
    )
    plain.set_viewport_size({"width": width, "height": 800})
    plain.emulate_media(color_scheme=scheme)
    ben = make_subscriber(state=State.PENDING)
    old = signed_at(timezone.now() - timedelta(days=8), lambda: make_token("confirm", ben))
    asked = [(purpose, make_token(purpose, ada)) for purpose in SIGNUP]
    asked += [("confirm", make_token("confirm", ben)), ("confirm", old)]
    for path in ["/signup/", "/signup/sent/", *(f"/signup/{purpose}/{token}/" for purpose, token in asked)]:
        plain.goto(f"{live_server.url}{path}")
        main = plain.locator("main").bounding_box()
        assert main is not None
        assert main["x"] + main["width"] <= width
        for button in plain.locator("main button, main input:visible, main select").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 24
            assert box["x"] + box["width"] <= width


def test_the_wording_preview_shows_an_email(live_server: LiveServer, tab: Page, admin_client: Client) -> None:
    site = Site.objects.get()
    Wording.objects.create(site=site, confirm_subject="Is it you?")
    cookie = admin_client.cookies["sessionid"].value
    tab.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    tab.goto(f"{live_server.url}/admin/settings/signup/wording/{site.pk}/")
    tab.get_by_role("button", name="Toggle preview").click()
    shown = tab.frame_locator("iframe[title=Preview]").last
    expect(shown.get_by_role("heading", name="New notes by e-mail")).to_be_visible()
    tab.get_by_label("Preview mode").select_option("confirm")
    expect(shown.get_by_text("Is it you?").first).to_be_visible()
    expect(shown.frame_locator("iframe").get_by_role("link").first).to_be_visible()
