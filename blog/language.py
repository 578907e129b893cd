"""Rendering in the site's language inside the admin, where each editor's own language is active."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils.translation import override


def in_site_language() -> AbstractContextManager[None]:
    """Activate LANGUAGE_CODE within the block, for stored HTML and previews."""
    return override(settings.LANGUAGE_CODE)
