"""A validator of passwords, beside Django's: one of the site's own words is among the first that are guessed."""

import re
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.models import Site

from blog.models import Appearance

ANYWHERE: Final = "kimonote wagtail django password passwort"
SHORTEST: Final = 3  # letters of a word
ENOUGH: Final = 4  # letters besides these words
NO_LETTERS: Final = re.compile(r"[\W\d_]+")
DIGITS_FOR_LETTERS: Final = str.maketrans("013457@$", "oieastas")


class SiteWordsValidator:
    """Refuse passwords of the words in the site's address, names and titles, whatever digits and signs stand around them."""

    def validate(self, password: str, user: User | None = None) -> None:
        words = re.compile("|".join(map(re.escape, sorted(_words(), key=len, reverse=True))))
        typed = password.casefold()
        for text in (typed, typed.translate(DIGITS_FOR_LETTERS)):
            rest, number = words.subn("", text)
            if number and len(NO_LETTERS.sub("", rest)) < ENOUGH:
                raise ValidationError(_("This password consists of words of this site."), code="password_of_site_words")

    def get_help_text(self) -> str:
        return _("Your password can’t consist of words of this site.")


def _words() -> set[str]:
    """Return the site's words, in lower case."""
    sites = Site.objects.values_list("hostname", "site_name", "root_page__title")
    names = Appearance.objects.values_list("name", flat=True)
    texts = (ANYWHERE, settings.SITE_URL, settings.WAGTAIL_SITE_NAME, *names, *(text for site in sites for text in site))
    return {word for text in texts for word in NO_LETTERS.split(text.casefold()) if len(word) >= SHORTEST}
