"""How bulk mail is sent, as the operator sets it: paused or not, and the daily volumes that warm up a new address."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkSending(models.Model):
    """The one row that says how bulk mail is sent; no row: at MAIL_PACE."""

    paused_at = models.DateTimeField(_("paused"), null=True)
    paused_by = models.CharField(_("by whom"), max_length=150, blank=True)
    warm_up_from = models.DateField(_("warmed up from"), null=True)
    warm_up = models.JSONField(_("mails a day"), default=list)  # from the first day on; after the last: without limit

    def __str__(self) -> str:
        return "paused" if self.paused_at else "sending"

    @classmethod
    def current(cls) -> "BulkSending":
        """Return the stored row, or what holds without one."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def volume(self, day: date) -> int | None:
        """Return the number of bulk mails that the warm-up plan lets out on a day; None where it sets no limit.

        >>> plan = BulkSending(warm_up_from=date(2018, 1, 1), warm_up=[50, 100])
        >>> [plan.volume(date(2018, 1, day)) for day in (1, 2, 3)], BulkSending().volume(date(2018, 1, 1))
        ([50, 100, None], None)
        """
        if self.warm_up_from is None or not self.warm_up:
            return None
        passed = max((day - self.warm_up_from).days, 0)
        return int(self.warm_up[passed]) if passed < len(self.warm_up) else None
