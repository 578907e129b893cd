"""Comments on the post “Harbour” as a visitor sends them, and what pages then say."""

import re
from typing import Any

from django.test import Client

from mail import compose
from mail.models import Delivery
from tests.support.signup_factories import stamp

FORM, SENT = "/harbour/comment/", "/harbour/comment/sent/"


def send(client: Client, text: str = "Well said.", **more: str) -> Any:
    """Send the form as someone does who took a minute over it."""
    return client.post(FORM, {"name": "Ada", "email": "ada@example.org", "text": text, "stamp": stamp(), **more})


def link(mail: Delivery, view: str) -> str:
    """The address an email leads to, as it is sent."""
    found = re.search(rf"http://testserver(/comments/{view}/\S+)", str(compose.compose(mail).body))
    assert found
    return found[1]
