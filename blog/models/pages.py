"""The blog page and its posts: Wagtail pages, rendered when they are saved."""

import re
from collections.abc import Iterable
from http import HTTPMethod
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, MultipleChooserPanel
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
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
from blog.models.authors import Author, PostAuthor
from blog.models.comments import Comment
from blog.models.fields import MarkdownField, TermsField
from blog.models.revision import locked_revision, may_be_seen, raise_revision
from blog.models.tag_names import TagsField
from blog.models.tags import MergedTag, PostTag
from blog.terms import text_of

RESERVED_SLUGS = frozenset(
    "tags streams signup admin anymail feed feeds search static media documents random comments archive".split()
    + "robots sitemap favicon _util new".split()
)
KEPT_SLUGS = frozenset("api export micropub page comment".split())  # for routes to come; old addresses may begin so
YEAR = re.compile(r"[0-9]{4}").fullmatch

READ_ONLY = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
PREVIEW = "blog.views.previews.preview"  # named, since a model imports no view: Wagtail asks the model for its preview


def is_reserved(slug: str) -> bool:
    """Return whether a slug's URL is a route of the site, may become one, or reads as a year."""
    return slug.lower() in RESERVED_SLUGS | KEPT_SLUGS or YEAR(slug) is not None


def refuse_reserved(slug: str) -> None:
    """Raise ValidationError for a reserved slug."""
    if is_reserved(slug):
        raise ValidationError({"slug": _("“%s” is an address of the site itself: choose another slug.") % slug})


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
            _("Texts of posts"),
            help_text=_("After a change the worker renders the posts anew, a few each second."),
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
        self.introduction_html = render_short(self.introduction)
        with locked_revision():
            super().save(*args, **kwargs)
            raise_revision()


class PostQuerySet(PageQuerySet):
    """Queries of posts; none filters by visibility, which `blog.tagindex` decides."""

    def of_blog(self, path: str) -> "PostQuerySet":
        """Return the posts directly below the blog page at this tree path."""
        found: PostQuerySet = self.filter(path__startswith=path, depth=len(path) // 4 + 1)
        return found


class PostManager(PageManager.from_queryset(PostQuerySet)):  # type: ignore[misc]  # a base made at run time
    """The manager of posts, with one query in hand-written SQL: the ORM takes longer to compile
    it than the database to execute it."""

    def titles(self, ids: list[int]) -> dict[int, tuple[str, str]]:
        """Return the slugs and titles of these posts, by id."""
        return {id_: (slug, title) for id_, slug, title in _rows("SELECT id, slug, title FROM wagtailcore_page WHERE id", ids)}


def _rows(select: str, ids: list[int]) -> list[tuple[Any, ...]]:
    """What a statement selects that ends where the ids go; empty ones select nothing."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{select} IN ({', '.join(['%s'] * len(ids))})", ids)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


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
                MultipleChooserPanel("post_authors", chooser_field_name="author", heading=_("Authors"), label=_("author")),
                FieldPanel("published"),
            ],
            _("By whom and when"),
        ),
        FieldPanel("comments_allowed"),
    ]
    search_fields = [
        *Page.search_fields,
        TermsField("title"),
        TermsField("searched_text"),
        index.FilterField("published"),
    ]
    template = "blog/post.html"
    preview_modes = [
        ("", _("Post")),
        ("card", _("In a listing")),
        ("shared", _("When shared")),
        ("feed", _("In the feed")),
        ("email", _("In an e-mail")),
    ]

    _rendered: tuple[str, Rendered] | None = None

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def clean(self) -> None:
        """Validate: raise ValidationError for a reserved slug, a text beyond the limits, or a date in the future."""
        super().clean()
        refuse_reserved(self.slug)
        try:
            self._rendered_text()
        except RenderError as error:
            raise ValidationError({"body": str(error)}) from error
        if self.published and self.published > timezone.now() and not self.go_live_at:
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
        return "\n".join([self.title, self.subtitle, self.summary, text_of(self.html)])

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
        data = {**data, "tagged_items": MergedTag.follow(data.get("tagged_items", []))}
        post: PostPage | None = super().from_serializable_data(data, check_fks, strict_fks)
        return post

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Respond with the preview of the post, or of its card; Wagtail has checked the editor's permission."""
        self.published = self.published or timezone.now()
        try:
            self.render()
        except RenderError as error:
            return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
        response: HttpResponse = import_string(PREVIEW)(request, self, mode_name)
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
        in_memory = getattr(self, "_cluster_related_objects", None) or {}
        items = list(self.tagged_items.all()) if "tagged_items" in in_memory else []
        if items:
            present = MergedTag.present({item.tag_id for item in items})
            kept = {present[item.tag_id]: item for item in items if item.tag_id in present}
            for tag, item in kept.items():
                item.tag_id = tag
            if len(kept) < len(items):
                self.tagged_items.set(kept.values())
        if by := list(self.post_authors.all()) if "post_authors" in in_memory else []:
            self.post_authors.set(PostAuthor.storable(self.pk, by))
