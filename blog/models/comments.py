"""Comments of readers on posts, and authors' replies. Only approved ones are shown."""

from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from blog.markdown import render_comment
from blog.markdown.addresses import from_root
from blog.paths import post_path

LONGEST_COMMENT = 5_000  # characters: some eight hundred words, cheap to render
LONGEST_NAME = 100  # characters
IS_FOLLOWED = models.Q(replies_confirmed__isnull=False)
SHOWN = 60  # characters of a comment in its `str()`


class CommentState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("address not confirmed")
    WAITING = "waiting", _("awaiting moderation")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    SPAM = "spam", _("spam")


class CommentQuerySet(models.QuerySet["Comment"]):
    """Queries of comments; none filters by the post's visibility, which the index decides."""

    def approved(self) -> Self:
        return self.filter(state=CommentState.APPROVED)

    def waiting(self) -> Self:
        return self.filter(state=CommentState.WAITING, post__binned=None)

    def unnotified(self) -> Self:
        """Return the waiting comments of which no moderator has been notified."""
        return self.waiting().filter(notified=None)

    def of_blog(self, path: str) -> Self:
        """Return the comments on posts directly below the blog page at this tree path."""
        return self.filter(post__path__startswith=path, post__depth=len(path) // 4 + 1)

    def from_address(self, address: str) -> Self:
        return self.filter(address__iexact=address) if address else self.none()

    def forget_address(self) -> None:
        """Remove the e-mail address from approved comments, and delete the others."""
        self.exclude(state=CommentState.APPROVED).delete()
        self.update(address="", language="", replies_asked=False, replies_confirmed=None)

    def followed(self) -> Self:
        """Return the comments whose writers have confirmed that they want e-mails about replies."""
        return self.filter(IS_FOLLOWED)

    def unnotified_replies(self, approved_before: datetime, last_notified: datetime) -> Self:
        """Return the replies about which no email was sent yet to the writer of the parent comment, in order of the parents.

        Replies are left out whose parent's writer was sent an email about another reply after `last_notified`.
        """
        parents = Comment.objects.approved().followed().values("pk")
        lately = Comment.objects.filter(reply_to__in=parents, writer_told__gt=last_notified).values("reply_to")
        found = self.approved().filter(reply_to__in=parents, writer_told=None, decided__lte=approved_before)
        return found.exclude(reply_to__in=lately).order_by("reply_to_id", "sent", "pk")

    def confirmed(self) -> Self:
        """Return the comments with a confirmed e-mail address that are not marked as spam."""
        return self.exclude(confirmed=None).exclude(state=CommentState.SPAM)

    def unconfirmed_since(self, moment: datetime) -> Self:
        return self.filter(state=CommentState.UNCONFIRMED, sent__lt=moment)

    def turned_down_since(self, moment: datetime) -> Self:
        return self.filter(state__in=(CommentState.REJECTED, CommentState.SPAM), decided__lt=moment)


class Comment(models.Model):
    """A comment. An author's reply has `author`; anyone else's an e-mail address, shown to moderators only."""

    post = models.ForeignKey("blog.PostPage", verbose_name=_("post"), on_delete=models.CASCADE, related_name="discussion")
    reply_to = models.ForeignKey(
        "self", verbose_name=_("reply to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="replies"
    )
    author = models.ForeignKey(
        "blog.Author", verbose_name=_("author"), null=True, blank=True, on_delete=models.SET_NULL, related_name="comments"
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    address = models.CharField(_("address"), max_length=320, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    text = models.TextField(_("text"), max_length=LONGEST_COMMENT)
    html = models.TextField(editable=False, default="")
    state = models.CharField(_("state"), max_length=11, choices=CommentState, default=CommentState.UNCONFIRMED, db_index=True)
    sent = models.DateTimeField(_("sent"), default=timezone.now)
    confirmed = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    decided = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    notified = models.DateTimeField(_("moderators told"), null=True, blank=True)
    replies_asked = models.BooleanField(_("replies asked for"), default=False, db_default=False, editable=False)
    replies_confirmed = models.DateTimeField(_("replies confirmed"), null=True, blank=True, editable=False)
    writer_told = models.DateTimeField(_("told to the writer of what it answers"), null=True, blank=True, editable=False)
    key = models.UUIDField(default=uuid4, unique=True, editable=False)  # in feeds, and in links of e-mails, as `nonce`

    objects = CommentQuerySet.as_manager()

    wagtail_reference_index_ignore = True  # no use of a post that its editor should know of
    _rendered: str | None = None  # the text that the HTML was made from

    class Meta:
        ordering = ["-sent", "-pk"]
        indexes = [
            models.Index(fields=["post", "state"], name="comment_post_state"),
            models.Index(fields=["replies_confirmed"], condition=IS_FOLLOWED, name="comment_replies_confirmed"),
        ]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return f"{self.shown_name}: {Truncator(' '.join(self.text.split())).chars(SHOWN)}"

    @property
    def shown_name(self) -> str:
        return self.author.name if self.author else self.name

    @property
    def nonce(self) -> str:
        """Return the nonce that binds an e-mail's link to this comment, not to another of the same id."""
        return str(self.key.hex)

    @property
    def is_approved(self) -> bool:
        return self.state == CommentState.APPROVED

    def html_on(self, slug: str) -> Markup:
        """Return the HTML as readers see it, wherever it is shown; `slug` is the post's."""
        return Markup(from_root(self.html, post_path(slug)))  # noqa: S704 (rendered and sanitised when it was saved)

    def render(self) -> None:
        """Render the HTML, once for each text. Raise `markdown.RenderError` beyond the limits."""
        if self._rendered != self.text:
            self.html, self._rendered = render_comment(self.text), self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None:
            self.render()
        super().save(*args, **kwargs)
