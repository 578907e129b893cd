"""Antispam for visitors' forms: a honeypot field, a signed time stamp, an address to be confirmed when it looks mistyped."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from web import addresses
from web.addresses import Address, AddressError

MIN_AGE = timedelta(seconds=2)  # nobody reads and fills in a form in less
MAX_AGE = timedelta(hours=12)  # what an older form says may no longer hold
MAX_TYPED = 1000  # characters of an address: enough to say what is wrong with a long one
STAMP_SALT = "web.form"


def stamp() -> str:
    """Return the signed present time, for a form that is shown now."""
    return signing.TimestampSigner(salt=STAMP_SALT).sign("form")


class VisitorForm(forms.Form):
    """An e-mail address; `website` is a honeypot that no person sees, `stamp` the signed time at which the form was shown.

    After validation `suggestion` is the address that may have been meant, `doubted` the one that the visitor has to confirm,
    and `fresh_stamp` the stamp to show the form with when its own has expired.
    """

    suggestion = ""
    doubted = ""
    fresh_stamp = ""

    email = forms.CharField(required=False, max_length=MAX_TYPED)
    meant = forms.CharField(required=False, max_length=MAX_TYPED)  # the address that was doubted once, and is meant
    website = forms.CharField(required=False)
    stamp = forms.CharField(required=False)

    def is_trapped(self) -> bool:
        """Return whether a machine filled in the field that nobody sees."""
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


def _is_younger(signer: signing.TimestampSigner, signed: str, age: timedelta) -> bool:
    try:
        signer.unsign(signed, max_age=age)
    except signing.SignatureExpired:
        return False
    return True
