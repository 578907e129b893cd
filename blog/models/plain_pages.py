"""Pages beside the posts, such as *about*, *now* or an imprint: Wagtail serves them, in the blog's look."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from blog.markdown import RenderError, RenderOptions, cached_render, render
from blog.markdown.references import expand_one
from blog.models.aliases import original_url
from blog.models.fields import MarkdownField
from blog.models.pages import READ_ONLY
from blog.models.render_options import options_above
from blog.models.reserved_slugs import refuse_reserved
from blog.models.revision import locked_revision, may_be_seen, raise_revision


class PlainPageQuerySet(PageQuerySet):
    """Queries of plain pages."""

    def readable_below(self, path: str) -> "PlainPageQuerySet":
        """Return the pages below a path of Wagtail's tree that anyone may open now, without aliases."""
        unexpired = models.Q(expire_at=None) | models.Q(expire_at__gt=timezone.now())
        found: PlainPageQuerySet = self.filter(unexpired, path__startswith=path, alias_of=None).live().public().order_by("path")
        return found


class PlainPage(Page):
    """A page with a text, in no listing; directly below the blog, “show in menus” puts it into the navigation."""

    body = MarkdownField(_("text"), blank=True)
    html = models.TextField(editable=False, default="")
    rendered_as = ""  # the code of the options

    objects = PageManager.from_queryset(PlainPageQuerySet)()

    parent_page_types = ["blog.BlogPage", "blog.PlainPage"]
    allowed_http_methods = READ_ONLY
    subpage_types = ["blog.PlainPage"]
    content_panels = [*Page.content_panels, FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("body")]
    template = "blog/plain_page.html"

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def clean(self) -> None:
        """Validate: raise ValidationError for a text beyond the limits, or a reserved slug at any depth (pages may move)."""
        super().clean()
        refuse_reserved(self.slug)
        try:
            self.render()
        except RenderError as error:
            raise ValidationError({"body": str(error)}) from error

    def render(self, options: RenderOptions | None = None) -> None:
        """Render the text as the blog above has it; raise `markdown.RenderError` beyond the limits."""
        chosen = options or options_above(self.path or "", self.steplen)
        self.html = cached_render(self.body, lambda text: render(text, options=chosen), chosen.code).html
        self.rendered_as = chosen.code

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the template context: Wagtail's, the text, the canonical URL, and the current page of the menu."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        parts = self.get_url_parts(request)
        path = parts[2] if parts else ""
        text = Markup(expand_one(self.html, path or self.url_path))  # noqa: S704 (rendered and sanitised when it was saved)
        original = original_url(self.alias_of_id)
        return {**context, "text": text, "canonical": path, "canonical_url": original, "here": self.pk}

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Respond with the preview of the page; Wagtail has checked the editor's permission."""
        try:
            self.render()
        except RenderError as error:
            return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
        response: HttpResponse = super().serve_preview(request, mode_name)
        return response

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None:
            self.render()
        if not may_be_seen(kwargs.get("update_fields")):
            super().save(*args, **kwargs)
            return
        with locked_revision():
            super().save(*args, **kwargs)
            raise_revision([self.pk])
