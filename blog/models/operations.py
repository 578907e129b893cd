"""What editors did to many things at once, with what undoes it for some days."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

UNDOABLE = timedelta(days=30)


class OperationQuerySet(models.QuerySet[Any]):
    """Queries of what was done."""

    def kept(self) -> Self:
        return self.filter(at__gt=timezone.now() - UNDOABLE)

    def forget_old(self) -> int:
        """Delete those that can no longer be undone; return their number."""
        return self.filter(at__lte=timezone.now() - UNDOABLE).delete()[1].get(self.model._meta.label, 0)


class Operation(models.Model):
    """What was done, when and by whom."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True
        ordering = ["-pk"]

    @property
    def is_undoable(self) -> bool:
        return self.undone_at is None and self.at > timezone.now() - UNDOABLE
