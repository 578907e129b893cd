"""What editors did to many posts at once, with what undoes it."""

from typing import Any, Final
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.models.operations import Operation, OperationQuerySet

LENGTH: Final = 200  # characters of what it was done with


class PostKind(models.TextChoices):
    ADD_TAGS = "add_tags", _("Tags added")
    REMOVE_TAGS = "remove_tags", _("Tags removed")
    SET_AUTHOR = "set_author", _("Author set")
    PUBLISH = "publish", _("Published")
    UNPUBLISH = "unpublish", _("Unpublished")
    REPLACE = "replace", _("Found and replaced")


class PostOperationQuerySet(OperationQuerySet):
    """Queries of what was done to posts."""

    def add_lot(self, kind: PostKind, what: str, user: Any, batch: UUID | None, count: int, changes: Any) -> None:
        """Store what undoes a change of `count` posts, if any, as a lot of the operation with this batch."""
        if not count:
            return
        given = {"kind": kind, "what": what[:LENGTH], "user": user}
        operation = self.get_or_create(batch=batch or uuid4(), defaults=given)[0]
        operation.lots.create(count=count, changes=changes)
        operation.count += count
        operation.undone_at = None
        operation.save(update_fields=["count", "undone_at"])


class PostOperation(Operation):
    """An action on posts, in one transaction or, by a job, in several: each has stored a lot with the batch that they share."""

    kind = models.CharField(_("what was done"), max_length=11, choices=PostKind)
    what = models.CharField(max_length=LENGTH, blank=True)  # the names of tags or of an author; what was replaced
    count = models.PositiveIntegerField(default=0)  # posts
    batch = models.UUIDField(default=uuid4, unique=True, editable=False)

    objects = PostOperationQuerySet.as_manager()

    class Meta(Operation.Meta):
        verbose_name = _("change of posts")
        verbose_name_plural = _("changes of posts")

    def __str__(self) -> str:
        done = f"{self.get_kind_display()}: {self.what}" if self.what else self.get_kind_display()
        words = ngettext("%(done)s (%(count)d post)", "%(done)s (%(count)d posts)", self.count)
        return words % {"done": done, "count": self.count}


class PostLot(models.Model):
    """Posts changed in one transaction, until that is undone: `blog.services.undo_posts` says what `changes` holds."""

    operation = models.ForeignKey(PostOperation, models.CASCADE, related_name="lots")
    count = models.PositiveIntegerField()  # posts
    changes = models.JSONField(encoder=DjangoJSONEncoder)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.operation} {self.pk}"
