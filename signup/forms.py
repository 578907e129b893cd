"""The forms a visitor fills in: each reads, normalises and refuses in words; none of them writes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.resolve import CanonicalRedirect, UnknownTags, check_known, read, suggest
from blog.selections.any_of import CONJUNCTIONS, split
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from blog.tagindex import TagIndex
from signup.models import AnyOf, Rhythm, Texts
from signup.models.schedule import HOURS, zone_names
from web.antispam import VisitorForm

LONGEST_PAUSE = timedelta(days=2 * 365)
ZONES = sorted(name for name in zone_names() if ("/" in name and not name.startswith("Etc/")) or name == "UTC")


def known_to(index: TagIndex, selection: Selection) -> Selection:
    """Return the selection under its tags' present names; raises UnknownTags for one without public posts."""
    try:
        check_known(selection, index)
    except CanonicalRedirect as redirected:
        return known_to(index, redirected.selection)
    return selection


def read_any(text: str, read_one: Callable[[str], Selection]) -> AnyOf:
    """Return the selections that a text names with “or” between them: read as one where that is a part of a tag's name.

    A tag that is named “or” itself is written `#or`.
    """
    parts = split(text)
    if len(parts) > 1:
        with suppress(UnknownTags, SelectionError):
            one = read_one(text)
            if not _tags_named_or(read_one).intersection(one.tags):
                return AnyOf.of([one])
    return AnyOf.of(map(read_one, parts))


def _tags_named_or(read_one: Callable[[str], Selection]) -> set[str]:
    found = set[str]()
    for word in CONJUNCTIONS:
        with suppress(UnknownTags, SelectionError):
            found.update(read_one(word).tags)
    return found


def explain_unknown(error: UnknownTags, index: TagIndex) -> str:
    """Return sentences that name the unknown tags and similar known ones."""
    sentences = []
    for word in error.unknown:
        near = [near.typed for near in suggest(error, word, index).near]
        sentences.append((_("No note is by %s.") if word.startswith("@") else _("No note is tagged “%s”.")) % word)
        if near:
            sentences.append(_("Did you mean %s?") % get_text_list(near, _("or")))
    return " ".join(sentences)


class SelectionForm(forms.Form):
    """The tags of a subscription, as people write them, perhaps with “or” between them.

    Those in `subscribed` are accepted though no post has them now.
    """

    tags = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: Any, index: TagIndex, subscribed: AnyOf | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.index = index
        self.subscribed = subscribed or AnyOf()

    def clean_tags(self) -> AnyOf:
        try:
            return read_any(self.cleaned_data["tags"], lambda text: self._known(read(text, self.index, self._limit)))
        except SelectionError as error:
            raise ValidationError(explain(error)) from error
        except UnknownTags as error:
            raise ValidationError(explain_unknown(error, self.index)) from error

    @property
    def _limit(self) -> int:
        """The most tags a selection may have: that of what is subscribed may have been set lower since."""
        return max(settings.TAG_LIMIT, *map(len, self.subscribed.choices))

    def _known(self, selection: Selection) -> Selection:
        try:
            return known_to(self.index, selection)
        except UnknownTags as error:
            subscribed = (*self.subscribed.tags, *(f"@{author}" for author in self.subscribed.authors))
            if set(error.unknown) <= set(subscribed):
                return selection
            raise


class SignupForm(VisitorForm, SelectionForm):
    """An address and what to send there: a selection, or a stream in its place."""

    rhythm = forms.ChoiceField(choices=Rhythm.choices, required=False)
    texts = forms.ChoiceField(choices=Texts.choices, required=False)
    stream = forms.CharField(required=False)


class ManageForm(SelectionForm):
    """What a subscriber may change of a subscription."""

    rhythm = forms.ChoiceField(choices=Rhythm.choices)
    texts = forms.ChoiceField(choices=Texts.choices, required=False)
    hour = forms.TypedChoiceField(choices=[(hour, hour) for hour in HOURS], coerce=int, required=False, empty_value=None)
    weekday = forms.TypedChoiceField(choices=WEEKDAYS, coerce=int, required=False, empty_value=None)


class PauseForm(forms.Form):
    """The day on which emails go on."""

    until = forms.DateField(error_messages={"required": gettext_lazy("Please give the day on which letters are to go on.")})

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if not self.today < until <= self.today + LONGEST_PAUSE:
            raise ValidationError(_("Please give a day from tomorrow on, within two years."))
        return until


class TimeZoneForm(forms.Form):
    """The time zone of a subscriber's hours."""

    time_zone = forms.ChoiceField(choices=[(name, name) for name in ZONES])
