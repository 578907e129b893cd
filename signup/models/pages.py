"""The sign-up page: an editor's own text above the form that `/signup/` shows."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, Site

from blog.markdown import render_short, validate
from blog.markdown.references import expand_one
from blog.models.fields import MarkdownField
from blog.models.reserved_slugs import refuse_reserved
from blog.models.tag_names import present
from blog.paths import post_path
from blog.selections.any_of import AnyOf
from blog.selections.errors import SelectionError, explain
from signup.models.wording import Wording


class SignupPage(Page):
    """A page with the form; several may stand in a blog, each with its own text and selection."""

    text = MarkdownField(_("text"), blank=True, max_length=10_000, validators=[validate])
    expression = models.CharField(
        _("selection"),
        max_length=500,
        blank=True,
        help_text=_("What the form has filled in: tags, with “-” before an unwanted one. Empty for every note."),
    )
    html = models.TextField(editable=False, default="")

    template = "signup/form.html"

    parent_page_types = ["blog.BlogPage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("text"), FieldPanel("expression")]

    class Meta:
        verbose_name = _("sign-up page")
        verbose_name_plural = _("sign-up pages")

    @property
    def selections(self) -> AnyOf:
        return AnyOf.parse(self.expression)

    def clean(self) -> None:
        """Refuse a selection that cannot be meant, in its own words."""
        super().clean()
        refuse_reserved(self.slug)
        try:
            selections = AnyOf.of(map(present, self.selections.choices))
            selections.check(settings.TAG_LIMIT)  # its form takes no more
            self.expression = str(selections)
        except SelectionError as error:
            raise ValidationError({"expression": explain(error)}) from error

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.html = render_short(self.text)
        super().save(*args, **kwargs)

    @property
    def text_html(self) -> SafeString:
        """The text as readers see it; it was sanitised when it was saved."""
        return SafeString(expand_one(self.html, post_path(self.slug)))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what the editor's preview shows; visitors are served by a hook (`signup.wagtail_hooks`)."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        words = Wording.of(self.get_site() or Site.find_for_request(request)).form_words()
        return {**context, "words": words, "tags": self.expression.replace("+", " ")}
