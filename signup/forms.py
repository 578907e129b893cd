"""The forms a visitor fills in: each reads, normalises and refuses in words; none of them writes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from blog.addressing import Elsewhere, UnknownTags, check_known, suggest
from blog.selection import Selection, SelectionError
from blog.tagindex import TagIndex
from blog.wording import explain
from signup import addresses
from signup.addresses import Address, AddressError
from signup.models import Rhythm

MIN_AGE = timedelta(seconds=2)  # nobody reads and fills in a form in less
MAX_AGE = timedelta(hours=12)  # a form older than that may say what is no longer so
MAX_TYPED = 1000  # characters of an address: enough to say what is wrong with a long one
STAMP_SALT = "signup.form"


def stamp() -> str:
    """Sign the present time, for a form that is shown now."""
    return signing.TimestampSigner(salt=STAMP_SALT).sign("form")


def known_to(index: TagIndex, selection: Selection) -> Selection:
    """The selection under its tags' present names; raises UnknownTags for one that no public post bears."""
    try:
        check_known(selection, index)
    except Elsewhere as elsewhere:
        return known_to(index, elsewhere.selection)
    return selection


def without(selection: Selection, unknown: tuple[str, ...]) -> Selection:
    """The selection without these tags, or its author where that is `@handle` among them."""
    known = selection.dropping(*unknown)
    return replace(known, author=None) if f"@{known.author}" in unknown else known


def say_unknown(error: UnknownTags, index: TagIndex) -> str:
    """Name the tags nobody bears, and those that may have been meant."""
    sentences = []
    for word in error.unknown:
        near = [] if word.startswith("@") else [name for name, _address in suggest(index, word).near]
        sentences.append((_("No note is by %s.") if word.startswith("@") else _("No note is tagged “%s”.")) % word)
        if near:
            sentences.append(_("Did you mean %s?") % get_text_list(near, _("or")))
    return " ".join(sentences)


class SelectionForm(forms.Form):
    """The tags of a subscription, as people write them. Those in `kept` may stay, though no post bears them now."""

    tags = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: Any, index: TagIndex, kept: Selection | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.index = index
        self.kept = kept or Selection()

    def clean_tags(self) -> Selection:
        try:
            limit = max(settings.TAG_LIMIT, len(self.kept))  # what was subscribed to before the limit was lowered may stay
            return self._known(Selection.parse(self.cleaned_data["tags"], limit))
        except SelectionError as error:
            raise ValidationError(explain(error)) from error
        except UnknownTags as error:
            raise ValidationError(say_unknown(error, self.index)) from error

    def _known(self, selection: Selection) -> Selection:
        try:
            return known_to(self.index, selection)
        except UnknownTags as error:
            kept = (*self.kept.tags, f"@{self.kept.author}")
            if set(error.unknown) <= set(kept):
                return selection
            raise


class VisitorForm(forms.Form):
    """An address; `website` is a trap that no person sees, `stamp` says when the form was shown."""

    email = forms.CharField(required=False, max_length=MAX_TYPED)
    meant = forms.CharField(required=False, max_length=MAX_TYPED)  # the address that was doubted once, and is meant
    website = forms.CharField(required=False)
    stamp = forms.CharField(required=False)

    def is_trapped(self) -> bool:
        """Say whether a machine filled in the field that nobody sees."""
        return bool(self.data.get("website"))

    def clean_email(self) -> Address:
        typed = self.cleaned_data["email"]
        try:
            address = addresses.normalise(typed, settings.SIGNUP_SMTPUTF8)
        except AddressError as error:
            raise self._doubt(str(error), error.suggestion) from error
        suggestion = addresses.suggest(address.text)
        if suggestion and self.data.get("meant") != address.text:
            self.doubted = address.text
            raise self._doubt("", suggestion, _("If %s is right, send the form once more.") % address)
        return address

    def clean_stamp(self) -> None:
        """Refuse a form that was filled in faster than anyone reads, or shown too long ago."""
        signer = signing.TimestampSigner(salt=STAMP_SALT)
        try:
            signer.unsign(self.cleaned_data["stamp"], max_age=MAX_AGE)
        except signing.BadSignature as error:
            self.fresh_stamp = stamp()
            raise ValidationError(_("This form was open for long. Please look through it and send it once more.")) from error
        if _is_younger(signer, self.cleaned_data["stamp"], MIN_AGE):
            raise ValidationError(_("That was quick. To show that you are no machine, please send the form once more."))

    def _doubt(self, wrong: str, suggestion: str, otherwise: str = "") -> ValidationError:
        self.suggestion = suggestion
        question = _("Did you mean %s?") % suggestion if suggestion else ""
        return ValidationError(" ".join(filter(None, (wrong, question, otherwise))))

    suggestion = ""
    doubted = ""
    fresh_stamp = ""


class SignupForm(VisitorForm, SelectionForm):
    """An address and what to send there."""


class ManageForm(SelectionForm):
    """What a subscriber may change."""

    rhythm = forms.ChoiceField(choices=Rhythm.choices)


def _is_younger(signer: signing.TimestampSigner, signed: str, age: timedelta) -> bool:
    try:
        signer.unsign(signed, max_age=age)
    except signing.SignatureExpired:
        return False
    return True
