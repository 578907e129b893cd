"""Slugs that no post can have."""

import pytest

from blog.models.reserved_slugs import is_reserved

pytestmark = pytest.mark.pure

RESERVED = "new feed api export micropub page comment tags streams signup admin 2018 0001"
FREE = "news feeding pages-of-mine 20180 201 links-2 москва"


def test_addresses_of_the_site_are_reserved_in_any_case() -> None:
    assert [slug for slug in RESERVED.split() if not (is_reserved(slug) and is_reserved(slug.upper()))] == []
    assert [slug for slug in FREE.split() if is_reserved(slug)] == []
