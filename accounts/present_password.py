"""The present password, asked for anew before what signs in is changed: `accounts.middleware` checks it, once a request."""

from typing import Final

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.http import HttpRequest

FIELD: Final = "present_password"
FIELDS: Final = {  # by the name of the view
    "wagtailadmin_account": (f"email-{FIELD}", "password-old_password"),
    "accounts_enrol": (FIELD,),
    "accounts_end_session": (f"sessions-{FIELD}",),
}
CONFIRMED: Final = "accounts.present_password"  # key in a request's META: the fields that held it


def check(request: HttpRequest, user: User, field: str) -> bool:
    """Note and return whether a field holds the user's password; its hash stays as it is, since it holds the session."""
    is_right = check_password(request.POST[field], user.password)
    if is_right:
        request.META.setdefault(CONFIRMED, set()).add(field)
    return is_right


def is_confirmed(request: HttpRequest, field: str) -> bool:
    return field in request.META.get(CONFIRMED, ())
