"""The kinds of email that sign-up sends."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What an email is for; its templates and the fields of its wording have this name."""

    CONFIRM = "confirm", _("confirmation")
    ALREADY = "already", _("reminder of the subscription")
    DIGEST = "digest", _("new posts")
