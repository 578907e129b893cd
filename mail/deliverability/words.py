"""gettext for the findings: the only module here that imports Django."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

__all__ = ["_", "gettext_noop", "joined"]


def joined(words: Iterable[str]) -> str:
    """Return texts as a list in a sentence: “a and b and c”."""
    conjunction = _("and")
    return f" {conjunction} ".join(words)
