"""The blog page and its posts: Wagtail pages, rendered when they are saved."""

from collections.abc import Iterable
from http import HTTPMethod
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.api.conf import APIField
from wagtail.models import Page
from wagtail.search import index

from blog.markdown import (
    DEFAULTS,
    MAX_CODE,
    Rendered,
    RenderError,
    RenderOptions,
    cached_render,
    quotes_of,
    render,
    render_short,
    validate,
)
from blog.models.authors import Author, BylinePanel, PostAuthor
from blog.models.comments import Comment
from blog.models.fields import MarkdownField, TermsField
from blog.models.querysets import PostManager
from blog.models.relations import forget_unchanged, read_children
from blog.models.reserved_slugs import refuse_reserved
from blog.models.revision import locked_revision, may_be_seen, raise_revision
from blog.models.tag_names import TagsField
from blog.models.tags import MergedTag, PostTag
from blog.terms import searched_text

SET_BY_WAGTAIL = frozenset({"path", "translation_key", "locale", "content_type", "latest_revision", "live_revision"})
READ_ONLY = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
PREVIEW_HOOK = "preview_post"  # Wagtail asks the model for its preview, and a model imports no view


class BlogPage(Page):
    """A blog: the root page of a Wagtail site, whose children are the posts."""

    introduction = MarkdownField(_("introduction"), blank=True, max_length=10_000, validators=[validate])
    posts_per_page = models.PositiveSmallIntegerField(
        _("posts per page"), default=20, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    smart_punctuation = models.BooleanField(
        _("typographic signs"), default=False, help_text=_('Shows "a" -- b... as “a” – b…; not in code.')
    )
    emoji_codes = models.BooleanField(_("emoji codes"), default=False, help_text=_("Shows :smile: as 😄; not in code."))
    heading_links = models.BooleanField(
        _("headings link to themselves"), default=True, help_text=_("Off: nor is there a table of contents.")
    )
    introduction_html = models.TextField(editable=False, default="")
    rendered_as = models.CharField(editable=False, default="", max_length=MAX_CODE)  # the code with which all its posts were

    parent_page_types = ["wagtailcore.Page"]
    allowed_http_methods = READ_ONLY
    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("posts_per_page"),
        MultiFieldPanel(
            [FieldPanel("smart_punctuation"), FieldPanel("emoji_codes"), FieldPanel("heading_links")],
            _("How texts are shown"),
            help_text=_("After a change the worker renders all texts anew, a few each second."),
        ),
    ]

    class Meta:
        verbose_name = _("blog")
        verbose_name_plural = _("blogs")

    @property
    def render_options(self) -> RenderOptions:
        """Return how the texts of posts are rendered."""
        quotes = quotes_of(settings.LANGUAGE_CODE) if self.smart_punctuation else ""
        return RenderOptions(quotes, self.emoji_codes, self.heading_links)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.introduction_html = render_short(self.introduction, self.render_options)
        with locked_revision():
            super().save(*args, **kwargs)
            raise_revision()


class PostPage(Page):
    """A post. With a link it is external: it refers to another site's page."""

    published = models.DateTimeField(
        _("publication time"), null=True, blank=True, db_index=True, help_text=_("Empty: when it is first published.")
    )
    link = models.URLField(
        _("link"), blank=True, max_length=2000, help_text=_("What this post is about, if that is elsewhere.")
    )
    subtitle = models.CharField(_("subtitle"), max_length=255, blank=True)
    summary = models.TextField(
        _("summary"), blank=True, max_length=2000, help_text=_("For listings; empty: how the text begins.")
    )
    cover = models.ForeignKey(
        "wagtailimages.Image", verbose_name=_("cover image"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = MarkdownField(_("text"), blank=True)
    tags = TagsField(
        through=PostTag,
        blank=True,
        verbose_name=_("tags"),
        help_text=_(
            "Enter, Tab or a comma takes what was typed. Another spelling of a tag, or its old name, becomes that tag."
        ),
    )
    comments_allowed = models.BooleanField(
        _("readers may comment"), default=True, help_text=_("Off: it takes no more comments; those it has stay.")
    )

    unannounced = models.BooleanField(
        _("do not mail"), default=False, help_text=_("On: no subscriber is sent this post when it appears.")
    )

    html = models.TextField(editable=False, default="")
    toc = models.TextField(editable=False, default="")
    excerpt = models.TextField(editable=False, default="")
    minutes = models.PositiveSmallIntegerField(editable=False, default=0)
    rendered_as = models.CharField(editable=False, default="", max_length=MAX_CODE)  # the code of `RenderOptions`

    objects = PostManager()

    parent_page_types = ["blog.BlogPage"]
    allowed_http_methods = READ_ONLY
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("subtitle"),
        FieldPanel("body"),
        FieldPanel("tags"),
        MultiFieldPanel([FieldPanel("link"), FieldPanel("summary"), FieldPanel("cover")], _("In listings")),
        MultiFieldPanel(
            [
                BylinePanel("post_authors", chooser_field_name="author", heading=_("Authors"), label=_("author")),
                FieldPanel("published"),
            ],
            _("By whom and when"),
        ),
        FieldPanel("comments_allowed"),
        FieldPanel(
            "unannounced", help_text=_("On: no letter written from now on tells subscribers of this post. An import ticks it.")
        ),
    ]
    search_fields = [
        *Page.search_fields,
        TermsField("title"),
        TermsField("searched_text"),
        index.FilterField("published"),
    ]
    api_fields = [
        *(APIField(name, writable=True) for name in ("subtitle", "body", "tags", "link", "summary", "cover", "published")),
        *(APIField(name, writable=True) for name in ("comments_allowed", "unannounced")),
        APIField("html"),
    ]
    template = "blog/post.html"
    preview_modes = [
        ("", _("Post")),
        ("card", _("In a listing")),
        ("shared", _("When shared")),
        ("feed", _("In the feed")),
        ("email", _("In an e-mail")),
        ("email_whole", _("In an e-mail, as a whole text")),
    ]

    is_previewed = False  # a form that is not sent yet: the checks name what would be refused then
    _rendered: tuple[str, Rendered] | None = None

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def full_clean(self, exclude: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Validate all but what no editor writes, whose rows the database itself knows to be there: six queries."""
        super().full_clean({*(exclude or ()), *SET_BY_WAGTAIL}, **kwargs)

    def clean(self) -> None:
        """Validate: raise ValidationError for a reserved slug, a text beyond the limits, or a date in the future."""
        super().clean()
        refuse_reserved(self.slug)
        try:
            if self._rendered is None or self._rendered[0] != self.body:
                self._rendered_text()
        except RenderError as error:
            raise ValidationError({"body": str(error)}) from error
        if self.published and self.published > timezone.now() and not (self.go_live_at or self.is_previewed):
            raise ValidationError({"published": _("This time is yet to come: to publish the post then, use “Set schedule”.")})

    @property
    def authors(self) -> list[Author]:
        """Return the authors in the order of the byline."""
        return [item.author for item in self.post_authors.all()]

    @authors.setter
    def authors(self, authors: Iterable[Author]) -> None:
        self.post_authors.set([PostAuthor(author=author, sort_order=place) for place, author in enumerate(authors)])

    @property
    def searched_text(self) -> str:
        """Return all text in which readers search."""
        return searched_text(self.title, self.subtitle, self.summary, self.html)

    @property
    def comment_count(self) -> int:
        """Return the number of approved comments."""
        return Comment.objects.approved().filter(post_id=self.pk).count() if self.pk else 0

    def render(self) -> Rendered:
        """Render the stored fields from the text again. Raise `markdown.RenderError` beyond the limits."""
        rendered = self._rendered_text()
        self.take_rendered(rendered)
        return rendered

    def take_rendered(self, rendered: Rendered) -> None:
        """Set the stored fields from a text already rendered (an import renders in several processes)."""
        self._rendered = (self.body, rendered)
        self.html, self.toc, self.minutes = rendered.html, rendered.toc, rendered.minutes
        self.excerpt, self.rendered_as = self.summary or rendered.excerpt, rendered.code

    def _rendered_text(self) -> Rendered:
        """Return the rendered text, rendered once for both validation and saving."""
        options = self._render_options()
        if self._rendered is None or (self._rendered[0], self._rendered[1].code) != (self.body, options.code):
            rendered = cached_render(self.body, lambda text: render(text, options=options), options.code)
            self._rendered = (self.body, rendered)
        return self._rendered[1]

    def _render_options(self) -> RenderOptions:
        """Return the options of the blog above; the defaults where the post has no place in the tree yet."""
        blog = BlogPage.objects.filter(path=self.path[: -self.steplen]).first() if self.path else None
        return blog.render_options if blog else DEFAULTS

    @classmethod
    def from_serializable_data(
        cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False
    ) -> "PostPage | None":
        """Return a post from a revision's content, with tags that were merged since replaced by their targets."""
        own = {name: value for name, value in data.items() if name not in ("tagged_items", "post_authors")}
        post: PostPage | None = super().from_serializable_data(own, check_fks, strict_fks)
        if post is not None:
            post.tagged_items = read_children(PostTag, "tag", MergedTag.follow(data.get("tagged_items", [])), check_fks)
            if "post_authors" in data:
                post.post_authors = read_children(PostAuthor, "author", data["post_authors"], check_fks)
        return post

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Respond with the preview of the post, or of its card; Wagtail has checked the editor's permission."""
        self.published = self.published or timezone.now()
        try:
            self.render()
        except RenderError as error:
            return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
        (preview,) = hooks.get_hooks(PREVIEW_HOOK)
        response: HttpResponse = preview(request, self, mode_name)
        return response

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None:
            if self.live and self.published is None:
                self.published = self.first_published_at or timezone.now()
            self.render()
        if not may_be_seen(kwargs.get("update_fields")):
            super().save(*args, **kwargs)
            return
        with locked_revision():
            self._leave_what_is_gone()
            super().save(*args, **kwargs)
            raise_revision([self.pk])

    def _leave_what_is_gone(self) -> None:
        """Replace tags merged, and remove tags and authors deleted, since this post was loaded."""
        in_memory = forget_unchanged(self, "tagged_items", "post_authors")
        items = list(self.tagged_items.all()) if "tagged_items" in in_memory else []
        if items:
            there = PostTag.refresh_tags(items)
            present = MergedTag.present({item.tag_id for item in items})
            kept: dict[int, PostTag] = {}
            for item in items:
                tag = present.get(item.tag_id)
                if tag is not None and (tag not in kept or item.pk in there):  # of two, the one that the post still has
                    kept[tag] = item
            for tag, item in kept.items():
                item.tag_id = tag
            if len(kept) < len(items):
                self.tagged_items.set(kept.values())
        if by := list(self.post_authors.all()) if "post_authors" in in_memory else []:
            self.post_authors.set(PostAuthor.storable(self.pk, by))
