"""Streams: selections named by an editor."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from blog.markdown import render_short, validate
from blog.models.fields import MarkdownField
from blog.models.revision import locked_revision, raise_revision
from blog.models.tag_names import present
from blog.models.tags import SERIES_HELP, Order, Tag
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from blog.selections.typed import KnownTags, read_typed


class Stream(models.Model):
    """A named selection of one blog, with an introduction and a default order."""

    blog = models.ForeignKey("blog.BlogPage", on_delete=models.CASCADE, related_name="streams", verbose_name=_("blog"))
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(
        _("slug"), max_length=100, allow_unicode=True, help_text=_("The stream's address is /streams/slug/.")
    )
    expression = models.CharField(
        _("selection"),
        max_length=500,
        blank=True,
        help_text=_("Tags, with “-” before an unwanted one; also @author, source:internal, year:2018. Empty for every post."),
    )
    introduction = MarkdownField(_("introduction"), blank=True, max_length=10_000, validators=[validate])
    order = models.CharField(_("default order"), max_length=6, choices=Order, default=Order.NEWEST, help_text=SERIES_HELP)
    introduction_html = models.TextField(editable=False, default="")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["blog", "slug"], name="stream_slug_once_in_a_blog")]
        verbose_name = _("stream")
        verbose_name_plural = _("streams")

    def __str__(self) -> str:
        return self.name

    @property
    def selection(self) -> Selection:
        return Selection.stored(self.expression)

    def clean(self) -> None:
        """Validate: raise ValidationError with the selection's own message if it is invalid."""
        super().clean()
        try:
            known = KnownTags.of(Tag.objects.values_list("slug", "name"))
            selection = read_typed(self.expression, known, settings.TAG_LIMIT)  # its page leads to its tags' pages
            selection = present(selection)
            selection.check()
        except SelectionError as error:
            raise ValidationError({"expression": explain(error)}) from error
        self.expression = str(selection)
        self.clean_fields(exclude={field.name for field in self._meta.fields} - {"expression"})  # longer than typed, perhaps

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.introduction_html = render_short(self.introduction, self.blog.render_options)
        with locked_revision():
            super().save(*args, **kwargs)
            raise_revision(())
