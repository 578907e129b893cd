"""Slugs that no page of the blog may have, since their URLs are routes of the site; and what is taken in place of one."""

import re
from collections.abc import Iterator
from itertools import count

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

RESERVED_SLUGS = frozenset(
    "tags streams signup admin anymail feed feeds search static media documents random comments archive".split()
    + "robots sitemap favicon _util new readyz metrics api micropub indieauth".split()
)
KEPT_SLUGS = frozenset("export page comment".split())  # for routes to come; old addresses may begin so
MOST_SLUG = 255  # characters
MOST_BEFORE_NUMBER = MOST_SLUG - 10  # characters
YEAR = re.compile(r"[0-9]{4}").fullmatch


def is_reserved(slug: str) -> bool:
    """Return whether a slug's URL is a route of the site, may become one, or reads as a year."""
    return slug.lower() in RESERVED_SLUGS | KEPT_SLUGS or YEAR(slug) is not None


def refuse_reserved(slug: str) -> None:
    """Raise ValidationError for a reserved slug."""
    if is_reserved(slug):
        raise ValidationError({"slug": _("“%s” is an address of the site itself: choose another slug.") % slug})


def numbered(slug: str) -> Iterator[str]:
    """Yield a slug, then the slug with 2, 3 and so on."""
    yield slug
    for number in count(2):
        yield f"{slug[:MOST_BEFORE_NUMBER]}-{number}"
