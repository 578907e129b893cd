"""Numbers as the site's language writes them."""

from django.utils.formats import number_format


def number(count: int) -> str:
    """A count as a reader writes it: “1,234”, in German “1.234”. Years are no counts."""
    return str(count) if count < 1000 else number_format(count, force_grouping=True)
