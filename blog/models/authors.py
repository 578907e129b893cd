"""Authors of posts, each with a listing at `/@handle/`."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from blog.markdown import render_short, validate
from blog.models.fields import MarkdownField
from blog.models.revision import locked_revision, raise_revision

valid_handle = RegexValidator(
    r"^[a-z0-9_]+(?:-[a-z0-9_]+)*\Z", _("A handle is lower-case letters, digits, “_” and single “-” between them, such as ada.")
)


class Author(models.Model):  # type: ignore[django-manager-missing]  # PostPage's manager is made by Wagtail
    """An author of posts, optionally with a user account."""

    name = models.CharField(_("name"), max_length=200)
    handle = models.CharField(
        _("handle"), max_length=50, unique=True, validators=[valid_handle], help_text=_("The author's address is /@handle/.")
    )
    about = MarkdownField(_("about"), blank=True, max_length=10_000, validators=[validate])
    url = models.URLField(_("own site"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="author",
        help_text=_("New posts of this account are by this author."),
    )
    about_html = models.TextField(editable=False, default="")

    panels = [FieldPanel(name) for name in ("name", "handle", "about", "url", "user")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.about_html = render_short(self.about)
        with locked_revision():
            super().save(*args, **kwargs)
            raise_revision()
