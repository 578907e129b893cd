"""The file that names whom to tell of a vulnerability."""

from datetime import UTC, datetime, timedelta

from django.conf import LazySettings
from django.test import Client

from blog.models import BlogPage

ADDRESS = "/.well-known/security.txt"


def test_contact(client: Client, blog: BlogPage, settings: LazySettings) -> None:
    assert client.get(ADDRESS).status_code == 404
    settings.SECURITY_CONTACT, settings.SITE_URL = "mailto:security@notes.example", "https://notes.example"
    response = client.get(ADDRESS)
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(days=100) < expires - datetime.now(UTC) < timedelta(days=366)
    assert fields == {
        "Contact": "mailto:security@notes.example",
        "Preferred-Languages": "en",
        "Canonical": "https://notes.example/.well-known/security.txt",
    }
