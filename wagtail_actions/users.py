"""Members of the admin: who is signed in, and in which language."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest


def admin_user(request: HttpRequest) -> User:
    """Return who is signed in to the admin."""
    assert isinstance(request.user, User)  # the admin lets in nobody else
    return request.user


def language_of(user: Any) -> str:
    """Return the language that a user chose, else that of the site."""
    profile = getattr(user, "wagtail_userprofile", None)
    return str((profile and profile.get_preferred_language()) or settings.LANGUAGE_CODE)
