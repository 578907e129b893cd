"""Settings of a site: name, accent colour, footer, profile links; and whether comments are allowed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.forms import TextInput
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Page, Site

from blog.markdown import render, validate
from blog.models.fields import MarkdownField
from blog.models.render_options import options_above
from blog.models.revision import locked_revision, raise_revision
from blog.theming import accents

INDIGO = "#2b4a8b"  # the sheet's own accent
MOST_PROFILES = 10
PREFIX = "f-"  # of every id in the footer, below texts with ids of their own

valid_colour = RegexValidator(r"^#[0-9a-f]{6}\Z", _("A colour is “#” and six hexadecimal digits, such as #2b4a8b."))
valid_profile = URLValidator(["https", "http"])


@register_setting(icon="view")
class Appearance(BaseSiteSetting):
    """An editor's settings of a site; without a row, the fields' defaults apply."""

    name = models.CharField(_("name"), max_length=200, blank=True, help_text=_("Empty: the title of the blog's page."))
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default=INDIGO,
        validators=[valid_colour],
        help_text=_("Of links and buttons. Pages show it lighter or darker where it could not be read otherwise."),
    )
    footer = MarkdownField(
        _("footer"), blank=True, max_length=2000, validators=[validate], help_text=_("Stands at the foot of every page.")
    )
    rel_me = models.TextField(
        _("profiles elsewhere"),
        blank=True,
        max_length=5000,
        help_text=_(
            "Addresses, one on each line, such as https://mastodon.example/@ada. Every page links to them with rel=me, so "
            "that those places can confirm whose profile it is."
        ),
    )
    comments_allowed = models.BooleanField(_("readers may comment"), default=True)
    footer_html = models.TextField(editable=False, default="")

    panels = [
        FieldPanel("name"),
        FieldPanel("accent", widget=TextInput(attrs={"type": "color"})),
        FieldPanel("footer"),
        FieldPanel("rel_me"),
        MultiFieldPanel([FieldPanel("comments_allowed")], _("Comments")),
    ]

    class Meta:
        verbose_name = _("name, colour, footer, comments")
        verbose_name_plural = _("name, colour, footer, comments")

    @classmethod
    def of(cls, site: Site) -> "Appearance":
        """Return a site's settings without creating a row, as `for_site` would: GET requests never write."""
        return cls.objects.filter(site=site).first() or cls(site=site)

    @property
    def profiles(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.rel_me.splitlines() if line.strip())

    @property
    def legible_accent(self) -> str:
        """Return the accent colour as it is on a light ground, dark enough to be read."""
        return self.accent if self.accent == INDIGO else accents(self.accent).light

    def clean(self) -> None:
        """Validate: raise ValidationError for profiles that are not URLs."""
        super().clean()
        if len(self.profiles) > MOST_PROFILES:
            raise ValidationError({"rel_me": _("These are more than %s addresses.") % MOST_PROFILES})
        for profile in self.profiles:
            try:
                valid_profile(profile)
            except ValidationError as error:
                reason = _("“%s” is no address: it begins with https:// and names a host.") % profile
                raise ValidationError({"rel_me": reason}) from error

    def save(self, *args: Any, **kwargs: Any) -> None:
        options = options_above(self.site.root_page.path, Page.steplen)
        self.footer_html = render(self.footer, PREFIX, options).html
        with locked_revision():
            super().save(*args, **kwargs)
            raise_revision([self.site.root_page_id])  # no post changes, but every page does
