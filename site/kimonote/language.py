"""Adoption of a changed LANGUAGE_CODE: by the pages' locale and the search index. Messages are translated at rendering."""

from django.conf import settings
from django.core.management import call_command
from wagtail.models import Locale, Site


def adopt_language() -> None:
    """Set the pages' locale to LANGUAGE_CODE, and index the word forms of that language, if the setting has changed.

    Wagtail finds no locale once it has.
    """
    if not Locale.all_objects.filter(language_code=settings.LANGUAGE_CODE).exists():
        of_pages = Site.objects.filter(is_default_site=True).values("root_page__locale")
        Locale.all_objects.filter(pk__in=of_pages).update(language_code=settings.LANGUAGE_CODE)
        call_command("update_index", verbosity=0)
