"""The forms a visitor fills in: each reads, normalises and refuses in words; none of them writes."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from blog.resolve import CanonicalRedirect, UnknownTags, check_known, read, suggest
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from blog.tagindex import TagIndex
from signup.models import Rhythm
from web.antispam import VisitorForm


def known_to(index: TagIndex, selection: Selection) -> Selection:
    """Return the selection under its tags' present names; raises UnknownTags for one without public posts."""
    try:
        check_known(selection, index)
    except CanonicalRedirect as redirected:
        return known_to(index, redirected.selection)
    return selection


def explain_unknown(error: UnknownTags, index: TagIndex) -> str:
    """Return sentences that name the unknown tags and similar known ones."""
    sentences = []
    for word in error.unknown:
        near = [near.name for near in suggest(error.selection, word, index).near]
        sentences.append((_("No note is by %s.") if word.startswith("@") else _("No note is tagged “%s”.")) % word)
        if near:
            sentences.append(_("Did you mean %s?") % get_text_list(near, _("or")))
    return " ".join(sentences)


class SelectionForm(forms.Form):
    """The tags of a subscription, as people write them. Those in `subscribed` are accepted though no post has them now."""

    tags = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: Any, index: TagIndex, subscribed: Selection | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.index = index
        self.subscribed = subscribed or Selection()

    def clean_tags(self) -> Selection:
        try:
            limit = max(settings.TAG_LIMIT, len(self.subscribed))  # which may be of a higher limit that was set before
            return self._known(read(self.cleaned_data["tags"], self.index, limit))
        except SelectionError as error:
            raise ValidationError(explain(error)) from error
        except UnknownTags as error:
            raise ValidationError(explain_unknown(error, self.index)) from error

    def _known(self, selection: Selection) -> Selection:
        try:
            return known_to(self.index, selection)
        except UnknownTags as error:
            subscribed = (*self.subscribed.tags, f"@{self.subscribed.author}")
            if set(error.unknown) <= set(subscribed):
                return selection
            raise


class SignupForm(VisitorForm, SelectionForm):
    """An address and what to send there."""


class ManageForm(SelectionForm):
    """What a subscriber may change."""

    rhythm = forms.ChoiceField(choices=Rhythm.choices)
