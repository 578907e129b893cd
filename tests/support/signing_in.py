"""Signing in as browsers of some networks do."""

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

PASSWORD = "a long enough passphrase"
HOME, OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.20", "192.0.2.66"
SIGN_IN_PATHS = ("/admin/login/", "/_util/login/")


def make_user(name: str = "ada", email: str = "ada@example.org") -> User:
    """Return an administrator who has PASSWORD."""
    return User.objects.create_superuser(name, email, PASSWORD)


def try_password(
    path: str = SIGN_IN_PATHS[0], name: str = "ada", password: str = "wrong", address: str = ELSEWHERE
) -> tuple[int, str]:
    """Send the form as a browser of this address does; return the status and Retry-After."""
    response = Client(REMOTE_ADDR=address).post(path, {"username": name, "password": password})
    return response.status_code, response.headers.get("Retry-After", "")


def is_signed_in(client: Client) -> bool:
    """Return whether a browser may ask for what the admin shows to whoever may enter it."""
    return client.get(reverse("wagtailadmin_tag_autocomplete"), {"term": "a"}).status_code == 200
