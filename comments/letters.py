"""Letters about comments: to whoever wrote one, and to those who decide on it.

What a visitor wrote stands in none that goes to an unconfirmed address: it would be anybody's way to write to anybody.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Site

from blog.discussion import address_of
from blog.models import Comment, CommentState
from comments.kinds import CONFIRM, NOTICE, SHOWN
from signup import delivery, tokens
from signup.delivery import Unwanted
from signup.letters import Letter, fill, one_line
from signup.models import Mail, Wording
from signup.sites import base_url, host, site_of
from signup.suppression import is_suppressed

QUOTED = 600  # characters of a comment in a notice


def register() -> None:
    delivery.register(CONFIRM, gettext_lazy("comment: please confirm"), confirmation)
    delivery.register(SHOWN, gettext_lazy("comment: it is shown"), shown)
    delivery.register(NOTICE, gettext_lazy("comment: awaits moderation"), notice)


def confirmation(mail: Mail) -> tuple[Site, Letter]:
    """Ask whoever has the address whether they wrote the comment."""
    comment = _comment(mail, CommentState.UNCONFIRMED)
    site = _site(mail, comment)
    with translation.override(_language(comment.language)):
        words = {
            "post": comment.post.title,
            "url": _link("publish", tokens.PUBLISH, comment, site),
            "asked": parse_datetime(mail.context.get("asked_at", "")) or mail.created,
            "network": mail.context.get("network", ""),
            "host": host(site),
        }
        subject = _("Please confirm: your comment on “%s”") % comment.post.title
        return site, fill("comments/mail/confirm", subject, Wording.of(site), words)


def shown(mail: Mail) -> tuple[Site, Letter]:
    """Tell whoever wrote a comment that it is shown, and how to withdraw it."""
    comment = _comment(mail, CommentState.APPROVED)
    site = _site(mail, comment)
    with translation.override(_language(comment.language)):
        words = {
            "post": comment.post.title,
            "url": base_url(site) + address_of(comment, comment.post.slug),
            "withdraw_url": _link("withdraw", tokens.WITHDRAW, comment, site),
        }
        subject = _("Your comment on “%s” is shown") % comment.post.title
        return site, fill("comments/mail/shown", subject, Wording.of(site), words)


def notice(mail: Mail) -> tuple[Site, Letter]:
    """Tell a moderator which comments await them."""
    user = get_user_model()._default_manager.filter(pk=mail.context["user"], is_active=True).first()
    waiting = Comment.objects.waiting().filter(pk__in=mail.context["comments"]).select_related("post").order_by("pk")
    if user is None or not waiting:
        raise Unwanted(_("Nothing awaits a moderator any more."))
    site = site_of(None)
    profile = getattr(user, "wagtail_userprofile", None)
    with translation.override(_language(profile.preferred_language if profile else "")):
        listing = _in_admin(f"{reverse('comments:index')}?state=waiting")
        words = {"comments": [_told(comment) for comment in waiting], "url": listing}
        subject = ngettext("A comment awaits you", "%(count)s comments await you", len(waiting)) % {"count": len(waiting)}
        return site, fill("comments/mail/notice", subject, Wording.of(site), words)


def _told(comment: Comment) -> dict[str, str]:
    return {
        "name": one_line(comment.name),
        "address": comment.address,
        "post": comment.post.title,
        "text": Truncator(comment.text).chars(QUOTED),
        "url": _in_admin(reverse("comments:inspect", args=[comment.pk])),
    }


def _comment(mail: Mail, state: CommentState) -> Comment:
    """The comment a letter is about; raises Unwanted when it is in no state for it any more."""
    found: Comment | None = Comment.objects.select_related("post").filter(pk=mail.context["comment"], state=state).first()
    if found is None or found.address != mail.to:
        raise Unwanted(_("The comment is in another state by now, or gone."))
    if is_suppressed(mail.to):
        raise Unwanted(_("The address must not be written to any more."))
    return found


def _site(mail: Mail, comment: Comment) -> Site:
    named = Site.objects.select_related("root_page").filter(pk=mail.context.get("site")).first()
    return named or comment.post.get_site() or site_of(None)


def _language(wanted: str) -> str:
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _link(view: str, purpose: str, comment: Comment, site: Site) -> str:
    return base_url(site) + reverse(f"commenting:{view}", args=[tokens.make(purpose, comment)])


def _in_admin(path: str) -> str:
    base: Any = settings.WAGTAILADMIN_BASE_URL
    return f"{base}{path}"
