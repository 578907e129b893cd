"""gettext for what the report says: the only module that the readers of files have of Django."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

__all__ = ["_", "gettext_noop"]
