"""The language of a member of the admin."""

from typing import Any

from django.conf import settings


def language_of(user: Any) -> str:
    """Return the language that a user chose, else that of the site."""
    profile = getattr(user, "wagtail_userprofile", None)
    return str((profile and profile.get_preferred_language()) or settings.LANGUAGE_CODE)
