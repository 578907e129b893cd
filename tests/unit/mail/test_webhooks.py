import base64
import types

import pytest
from anymail.urls import urlpatterns as addresses
from django.test import Client
from pytest_django.fixtures import Settings

from kimonote.urls import urlpatterns
from mail.webhooks import webhook_urls
from signup.models import State, Subscriber
from tests.support.outbox_factories import make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]

POSTMARK = "/anymail/postmark/tracking/"
SECRET = "postmark:correct horse"
BOUNCE = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "TypeCode": 1,
    "Email": "ada@example.org",
    "ID": 1,
    "MessageID": "1",
    "BouncedAt": "2018-01-24T10:15:00Z",
}


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber("ada@example.org")


def state(ada: Subscriber) -> str:
    return Subscriber.objects.get(pk=ada.pk).state


def report(address: str, secret: str = "") -> int:
    """Post a bounce as Postmark does, like any service without cookie or CSRF token; give the status of the answer."""
    authorization = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
    service = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return service.post(address, BOUNCE, content_type="application/json", headers=authorization).status_code


def guarded(settings: Settings, secret: str) -> None:
    """Let the site have the addresses that it has when it is started with this secret."""
    urls = types.ModuleType("guarded")
    urls.__dict__["urlpatterns"] = [*webhook_urls(secret), *urlpatterns]
    settings.ANYMAIL, settings.ROOT_URLCONF = {"WEBHOOK_SECRET": secret}, urls


def test_without_a_secret_no_webhook_is_there(ada: Subscriber) -> None:
    services = {pattern.name.partition("_")[0] for pattern in addresses if pattern.name}
    assert {"postmark", "mailgun", "sendgrid"} <= services
    for service in services:
        assert report(f"/anymail/{service}/tracking/") in (403, 404)
    assert state(ada) == State.CONFIRMED


@pytest.mark.parametrize("secret", ["", "postmark:wrong", "correct horse"])
def test_with_a_secret_a_webhook_asks_for_it(settings: Settings, ada: Subscriber, secret: str) -> None:
    guarded(settings, SECRET)
    assert (report(POSTMARK, secret), state(ada)) == (400, State.CONFIRMED)


def test_a_services_bounce_enters_as_our_own_do(settings: Settings, ada: Subscriber) -> None:
    guarded(settings, SECRET)
    assert (report(POSTMARK, SECRET), state(ada)) == (200, State.SUPPRESSED)
