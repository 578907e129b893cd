"""The one door to the site's language: what is found is said through it, and nothing else here knows Django."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

__all__ = ["_", "gettext_noop"]
