"""The site's own language, for what is rendered in another's presence: Wagtail's admin speaks each editor's."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils.translation import override


def in_site_language() -> AbstractContextManager[None]:
    """Render what is stored, or shown as readers would see it, in LANGUAGE_CODE."""
    return override(settings.LANGUAGE_CODE)
