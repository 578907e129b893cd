"""Codes as an authenticator app shows them."""

from base64 import b32decode

from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import totp

from accounts import second_factor
from accounts.models import Authenticator
from tests.support.signing_in import PASSWORD


def code_of(key: bytes, steps: int = 0) -> str:
    """Return the code that is valid now, or some steps of 30 seconds later."""
    return f"{totp(key, drift=steps):06}"


def code_of_secret(shown: str) -> str:
    """Return the code for a secret as a page shows it."""
    return code_of(b32decode(shown.replace(" ", "")))


def give_second_factor(user: User) -> tuple[bytes, list[str]]:
    """Give a user a second factor; return its key and the recovery codes."""
    device = second_factor.device_for(user, second_factor.new_secret(user))
    assert isinstance(device, Authenticator)
    device.save()
    return device.bin_key, second_factor.renew_recovery_codes(user)


def give_password(user: User, path: str = "/admin/login/", destination: str = "", client: Client | None = None) -> Client:
    """Return a browser that has given the right password at an address."""
    client = client or Client()
    client.post(path, {"username": user.get_username(), "password": PASSWORD, "next": destination})
    return client
