"""Lets the pages be in the site's language when that is another now. No word of it is stored: pages say them when made."""

from django.conf import settings
from wagtail.models import Locale, Site


def rename_locale() -> None:
    """Let the pages be in LANGUAGE_CODE: Wagtail finds no locale of its own once that is another."""
    if not Locale.all_objects.filter(language_code=settings.LANGUAGE_CODE).exists():
        of_pages = Site.objects.filter(is_default_site=True).values("root_page__locale")
        Locale.all_objects.filter(pk__in=of_pages).update(language_code=settings.LANGUAGE_CODE)
