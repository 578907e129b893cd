"""The kinds of email that sign-up sends."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What an email is for; its templates and the fields of its wording have this name."""

    CONFIRM = "confirm", _("confirmation")
    ADD = "add", _("addition to a subscription")
    ALREADY = "already", _("reminder of the subscription")
    DIGEST = "digest", _("new posts")
    ANNOUNCEMENT = "announcement", _("announcement")
    ANNOUNCEMENT_TEST = "announcement_test", _("announcement, sent to its editor")
    TRIAL = "trial", _("a post, sent to its editor")
