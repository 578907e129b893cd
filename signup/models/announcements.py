"""Announcements: emails of an editor's own, to all readers or to those of a selection."""

from datetime import datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.markdown import render_short, validate
from blog.models import Author, Tag
from blog.models.fields import MarkdownField
from blog.models.tag_names import find_tags
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from blog.selections.typed import KnownTags, read_typed
from mail.models import Delivery, DeliveryQuerySet, DeliveryState
from signup.models.wording import one_line

LONGEST_TEXT = 50_000  # characters


class AnnouncementState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SCHEDULED = "scheduled", _("to be sent")
    WRITTEN = "written", _("in the outbox")
    STOPPED = "stopped", _("stopped")


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def due(self, now: datetime) -> Self:
        """Return those of which emails are to be written."""
        return self.filter(state=AnnouncementState.SCHEDULED, due__lte=now).order_by("due", "pk")

    def unsent(self) -> Self:
        """Return those of which emails may be written yet."""
        return self.filter(state__in=(AnnouncementState.DRAFT, AnnouncementState.SCHEDULED))


class Announcement(models.Model):
    """An email written in Markdown. Readers are written to in the order of their numbers; `after` is the last one's."""

    subject = models.CharField(_("subject"), max_length=150, validators=[one_line])
    text = MarkdownField(_("text"), max_length=LONGEST_TEXT, validators=[validate])
    expression = models.CharField(
        _("selection"),
        max_length=500,
        blank=True,
        help_text=_("For readers with a subscription to exactly this, such as “design -work”. Empty: for all readers."),
    )
    due = models.DateTimeField(_("when"), null=True, blank=True, help_text=_("Empty: as soon as you press “Send”."))
    site = models.ForeignKey("wagtailcore.Site", verbose_name=_("site"), on_delete=models.CASCADE, related_name="+")
    html = models.TextField(editable=False, default="")
    state = models.CharField(
        _("state"), max_length=9, choices=AnnouncementState, default=AnnouncementState.DRAFT, editable=False
    )
    by = models.CharField(_("by whom"), max_length=150, blank=True, editable=False)
    created = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    after = models.PositiveBigIntegerField(default=0, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    is_stored_by_selection = True  # in what undoes a change of tags

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return self.subject

    @property
    def selection(self) -> Selection:
        return Selection.parse(self.expression)

    @property
    def is_late(self) -> bool:
        """Whether its time has passed."""
        return self.due is not None and self.due < timezone.now()

    @property
    def key(self) -> str:
        """What the keys of its deliveries begin with."""
        return f"announcement:{self.pk}:"

    @property
    def deliveries(self) -> DeliveryQuerySet:
        return Delivery.objects.filter(key__startswith=self.key)

    @property
    def progress(self) -> str:
        """The number of its emails in each state, as far as the outbox keeps them: “waiting: 3, sent: 214”."""
        counts = dict(self.deliveries.order_by().values_list("state").annotate(Count("pk")))
        return ", ".join(f"{state.label}: {counts[state]}" for state in DeliveryState if state in counts)

    def clean(self) -> None:
        """Refuse a selection that cannot be meant, in its own words, and a time that has passed."""
        super().clean()
        if self.is_late:
            raise ValidationError({"due": _("This time has passed. Leave it empty to send as soon as you press “Send”.")})
        try:
            self.expression = str(_read(self.expression))
        except SelectionError as error:
            raise ValidationError({"expression": explain(error)}) from error
        except ValidationError as error:
            raise ValidationError({"expression": error.messages}) from error

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.html = render_short(self.text)
        super().save(*args, **kwargs)


def _read(text: str) -> Selection:
    """Read a selection as editors type it, of tags and an author that there are. Raise SelectionError, ValidationError."""
    typed = read_typed(text, KnownTags.of(Tag.objects.values_list("slug", "name")))
    found = find_tags(typed.tags)
    faults = [_("There is no tag “%s”: write the name of one that there is.") % tag for tag in typed.tags if tag not in found]
    if typed.author and not Author.objects.filter(handle=typed.author).exists():
        faults.append(_("There is no author “@%s”.") % typed.author)
    if faults:
        raise ValidationError(faults)
    present = typed.renaming({former: tag.slug for former, tag in found.items()})
    present.check()
    return present
