"""Adoption of a changed LANGUAGE_CODE by the stored pages' locale. Messages are not stored but translated at rendering."""

from django.conf import settings
from wagtail.models import Locale, Site


def rename_locale() -> None:
    """Set the pages' locale to LANGUAGE_CODE: Wagtail finds no locale once the setting has changed."""
    if not Locale.all_objects.filter(language_code=settings.LANGUAGE_CODE).exists():
        of_pages = Site.objects.filter(is_default_site=True).values("root_page__locale")
        Locale.all_objects.filter(pk__in=of_pages).update(language_code=settings.LANGUAGE_CODE)
