"""Composers of emails about comments: to whoever wrote one, and to moderators.

No email to an unconfirmed address holds what a visitor wrote: else anybody could write to anybody.
"""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Site

from blog.models import Comment, CommentState
from blog.rendering.comments import address_of
from blog.tagindex.store import snapshot
from comments.kinds import CONFIRM, NOTICE, REPLIES, SHOWN
from comments.tokens import PUBLISH, WITHDRAW
from comments.tokens import REPLIES as REPLIES_LINK
from mail import compose
from mail.compose import Email, Unwanted, one_line
from mail.models import Delivery
from mail.suppression import is_suppressed
from signup.emails.headers import unsubscribe_headers
from signup.emails.rendering import render
from signup.models import Wording
from signup.sites import base_url, default_site, host, known_language
from web import tokens

QUOTED = 600  # characters of a comment in a notice


def register() -> None:
    compose.register(CONFIRM, gettext_lazy("comment: please confirm"), confirmation)
    compose.register(SHOWN, gettext_lazy("comment: it is shown"), shown)
    compose.register(REPLIES, gettext_lazy("comment: replies"), replies)
    compose.register(NOTICE, gettext_lazy("comment: awaits moderation"), notice)


def confirmation(delivery: Delivery) -> Email:
    """Compose the question to the owner of the address whether they wrote the comment."""
    comment = _comment(delivery, CommentState.UNCONFIRMED)
    site = _site(delivery, comment)
    with translation.override(known_language(comment.language)):
        words = {
            "post": comment.post.title,
            "url": _link(PUBLISH, comment, site),
            "asked": delivery.asked,
            "network": delivery.context.get("network", ""),
            "host": host(site),
        }
        subject = _("Please confirm: your comment on “%s”") % comment.post.title
        return render("comments/mail/confirm", subject, Wording.of(site), words)


def shown(delivery: Delivery) -> Email:
    """Compose the email that a comment is shown, and how to withdraw it."""
    comment = _comment(delivery, CommentState.APPROVED)
    site = _site(delivery, comment)
    with translation.override(known_language(comment.language)):
        words = {
            "post": comment.post.title,
            "url": base_url(site) + address_of(comment, comment.post.slug),
            "withdraw_url": _link(WITHDRAW, comment, site),
            "replies_url": _link(REPLIES_LINK, comment, site) if _awaits_confirmation(comment) else "",
        }
        subject = _("Your comment on “%s” is shown") % comment.post.title
        return render("comments/mail/shown", subject, Wording.of(site), words)


def _awaits_confirmation(comment: Comment) -> bool:
    """Return whether replies were asked for under an address that was known, so that its owner has yet to be asked."""
    return comment.replies_asked and comment.replies_confirmed is None


def replies(delivery: Delivery) -> Email:
    """Compose what tells a comment's writer of replies: those that everybody may read now."""
    comment = _comment(delivery, CommentState.APPROVED)
    site = _site(delivery, comment)
    if comment.replies_confirmed is None:
        raise Unwanted(_("Its writer wants to know of replies no more."))
    if snapshot(site.root_page.path).position(comment.post_id) is None:
        raise Unwanted(_("Not everyone may read the post now."))
    written = Comment.objects.approved().filter(pk__in=delivery.context["replies"], reply_to=comment, post=comment.post)
    found = list(written.select_related("author").order_by("sent", "pk"))
    if not found:
        raise Unwanted(_("The replies are not shown any more."))
    with translation.override(known_language(comment.language)):
        return _replies(delivery, comment, found, site)


def _replies(delivery: Delivery, comment: Comment, found: list[Comment], site: Site) -> Email:
    url = _link(REPLIES_LINK, comment, site)
    words = {"post": comment.post.title, "replies": [_reply_row(reply, site) for reply in found], "stop_url": url}
    subject = ngettext("A reply to your comment on “%(post)s”", "%(count)s replies to your comment on “%(post)s”", len(found))
    email = render(
        "comments/mail/replies", subject % {"count": len(found), "post": comment.post.title}, Wording.of(site), words
    )
    return replace(email, headers=unsubscribe_headers(url, delivery))


def _reply_row(reply: Comment, site: Site) -> dict[str, str]:
    return {
        "name": one_line(reply.shown_name),
        "text": Truncator(reply.text).chars(QUOTED),
        "url": base_url(site) + address_of(reply, reply.post.slug),
    }


def notice(delivery: Delivery) -> Email:
    """Compose a moderator's list of the comments that await them."""
    user = get_user_model()._default_manager.filter(pk=delivery.context["user"], is_active=True).first()
    waiting = Comment.objects.waiting().filter(pk__in=delivery.context["comments"]).select_related("post").order_by("pk")
    if user is None or not waiting:
        raise Unwanted(_("Nothing awaits a moderator any more."))
    site = default_site()
    profile = getattr(user, "wagtail_userprofile", None)
    with translation.override(known_language(profile.preferred_language if profile else "")):
        listing = _in_admin(f"{reverse('comments:index')}?state=waiting")
        words = {"comments": [_notice_row(comment) for comment in waiting], "url": listing}
        subject = ngettext("A comment awaits you", "%(count)s comments await you", len(waiting)) % {"count": len(waiting)}
        return render("comments/mail/notice", subject, Wording.of(site), words)


def _notice_row(comment: Comment) -> dict[str, str]:
    return {
        "name": one_line(comment.name),
        "address": comment.address,
        "post": comment.post.title,
        "text": Truncator(comment.text).chars(QUOTED),
        "url": _in_admin(reverse("comments:inspect", args=[comment.pk])),
    }


def _comment(delivery: Delivery, state: CommentState) -> Comment:
    """Return the comment an email is about; raises Unwanted when it is in another state by now."""
    found: Comment | None = Comment.objects.select_related("post").filter(pk=delivery.context["comment"], state=state).first()
    if found is None or found.address != delivery.to:
        raise Unwanted(_("The comment is in another state by now, or gone."))
    if is_suppressed(delivery.to):
        raise Unwanted(_("The address must not be written to any more."))
    return found


def _site(delivery: Delivery, comment: Comment) -> Site:
    named = Site.objects.select_related("root_page").filter(pk=delivery.context.get("site")).first()
    return named or comment.post.get_site() or default_site()


def _link(purpose: tokens.Purpose, comment: Comment, site: Site) -> str:
    return base_url(site) + reverse(f"commenting:{purpose.name}", args=[tokens.make(purpose, comment)])


def _in_admin(path: str) -> str:
    base: Any = settings.WAGTAILADMIN_BASE_URL
    return f"{base}{path}"
