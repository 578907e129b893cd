"""The blog page and its posts: Wagtail pages, whose rendered forms are made when they are saved."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index
from wagtailmarkdown.fields import MarkdownField

from blog.cards import IN_MARK, render_card
from blog.language import in_site_language
from blog.markdown import Rendered, RenderError, render, render_short, validate
from blog.models.comments import Comment
from blog.models.revision import bump, may_be_seen
from blog.models.tags import PostTag
from blog.models.wholes import Whole
from blog.notes import note
from blog.pictures import versions

RESERVED_SLUGS = frozenset(
    "tags streams signup admin anymail feed feeds search static media documents random comments archive".split()
    + "robots sitemap favicon _util".split()
)

CHUNK = 200  # posts read at once


class BlogPage(Page):
    """A blog: the root page of a Wagtail site, whose children are the posts."""

    introduction = MarkdownField(_("introduction"), blank=True, max_length=10_000, validators=[validate])
    posts_per_page = models.PositiveSmallIntegerField(
        _("posts per page"), default=20, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    introduction_html = models.TextField(editable=False, default="")

    parent_page_types = ["wagtailcore.Page"]
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("posts_per_page")]

    class Meta:
        verbose_name = _("blog")
        verbose_name_plural = _("blogs")

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        self.introduction_html = render_short(self.introduction)
        super().save(*args, **kwargs)
        bump()


class PostQuerySet(PageQuerySet):
    """Chainable questions about posts; none of them says who may read: `blog.tagindex` does."""

    def of_blog(self, path: str) -> "PostQuerySet":
        """The posts directly below the blog page at this tree path."""
        found: PostQuerySet = self.filter(path__startswith=path, depth=len(path) // 4 + 1)
        return found

    def render_cards(self) -> None:
        """Render the stored cards anew, and bring search up to date: something they show has another name now."""
        for post in self.distinct().iterator(chunk_size=CHUNK):
            self.model.objects.filter(pk=post.pk).update(card=render_card(post))
            index.insert_or_update_object(post)

    def count_comments(self) -> None:
        """Render the stored cards anew that show how many comments there are."""
        for post in self.iterator(chunk_size=CHUNK):
            self.model.objects.filter(pk=post.pk).update(card=render_card(post))


class PostManager(PageManager.from_queryset(PostQuerySet)):  # type: ignore[misc]  # a base made at run time
    """Those questions, and two that are asked for most pages: written by hand, since the ORM takes longer to compile
    such a one than the database to answer it."""

    def cards(self, ids: list[int]) -> dict[int, str]:
        """The stored cards of these posts, by id."""
        return dict(_rows("SELECT page_ptr_id, card FROM blog_postpage WHERE page_ptr_id", ids))

    def titles(self, ids: list[int]) -> dict[int, tuple[str, str]]:
        """The slugs and titles of these posts, by id."""
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
    """A post. With a link it is external: about something elsewhere."""

    author = models.ForeignKey(
        "blog.Author", verbose_name=_("author"), null=True, blank=True, on_delete=models.SET_NULL, related_name="posts"
    )
    published = models.DateTimeField(
        _("publication time"), null=True, blank=True, db_index=True, help_text=_("Empty: when it is first published.")
    )
    link = models.URLField(
        _("link"), blank=True, max_length=2000, help_text=_("What this post is about, if that is elsewhere.")
    )
    summary = models.TextField(
        _("summary"), blank=True, max_length=2000, help_text=_("For listings; empty: how the text begins.")
    )
    cover = models.ForeignKey(
        "wagtailimages.Image", verbose_name=_("cover image"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = MarkdownField(_("text"), blank=True)
    tags = ClusterTaggableManager(through=PostTag, blank=True, verbose_name=_("tags"))
    comments_allowed = models.BooleanField(
        _("readers may comment"), default=True, help_text=_("Off: it takes no more comments; those it has stay.")
    )

    html = models.TextField(editable=False, default="")
    toc = models.TextField(editable=False, default="")
    excerpt = models.TextField(editable=False, default="")
    minutes = models.PositiveSmallIntegerField(editable=False, default=0)
    card = models.TextField(editable=False, default="")

    objects = PostManager()

    parent_page_types = ["blog.BlogPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("body"),
        FieldPanel("tags"),
        MultiFieldPanel([FieldPanel("link"), FieldPanel("summary"), FieldPanel("cover")], _("In listings")),
        MultiFieldPanel([FieldPanel("author"), FieldPanel("published")], _("By whom and when")),
        FieldPanel("comments_allowed"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("body"),
        index.SearchField("summary"),
        index.RelatedFields("tags", [index.SearchField("name")]),
        index.FilterField("published"),
    ]
    template = "blog/post.html"
    preview_modes = [("", _("Post")), ("card", _("In a listing"))]

    _rendered: tuple[str, Rendered] | None = None
    _counted = 0  # comments, when the card was rendered

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def clean(self) -> None:
        """Refuse what could not be reached, or would stand in listings with a date to come."""
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("“%s” is an address of the site itself: choose another slug.") % self.slug})
        try:
            self._rendered_text()
        except RenderError as error:
            raise ValidationError({"body": str(error)}) from error
        if self.published and self.published > timezone.now() and not self.go_live_at:
            raise ValidationError({"published": _("This time is yet to come: to publish the post then, use “Set schedule”.")})

    @property
    def comment_count(self) -> int:
        """How many comments readers see."""
        return Comment.objects.approved().filter(post_id=self.pk).count() if self.pk else 0

    def render(self) -> Rendered:
        """Make the stored forms anew from the text; raises `markdown.RenderError` beyond the limits."""
        rendered = self._rendered_text()
        self.html, self.toc, self.minutes = rendered.html, rendered.toc, rendered.minutes
        self.excerpt = self.summary or rendered.excerpt
        self._counted = self.comment_count
        self.card = render_card(self)
        if self.cover:
            versions(self.cover)
        return rendered

    def take_rendered(self, rendered: Rendered) -> None:
        """Take over the text rendered elsewhere (an import does that on every core), and make the stored forms from it."""
        self._rendered = (self.body, rendered)
        self.render()

    def _rendered_text(self) -> Rendered:
        """The text rendered, once for its validation and its saving."""
        if self._rendered is None or self._rendered[0] != self.body:
            self._rendered = (self.body, render(self.body))
        return self._rendered[1]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show the post, or its card in a listing, as saving would make it; Wagtail has checked that this is an editor."""
        self.published = self.published or timezone.now()
        try:
            self.render()
        except RenderError as error:
            return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
        with in_site_language():
            context = {"post": note(Whole.of(self), self.tags.all()), "cards": self.card.replace(IN_MARK, ""), "noindex": True}
            return render_template(request, "blog/card_preview.html" if mode_name == "card" else self.template, context)

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None:
            if self.live and self.published is None:
                self.published = self.first_published_at or timezone.now()
            self.render()
        super().save(*args, **kwargs)
        if kwargs.get("update_fields") is None:
            self._keep_count()
        if may_be_seen(kwargs.get("update_fields")):
            bump([self.pk])

    def _keep_count(self) -> None:
        """Count on the card also a comment approved since it was rendered: none can be now, while this holds the row."""
        if self.comment_count != self._counted:
            self.card = render_card(self)
            type(self).objects.filter(pk=self.pk).update(card=self.card)
