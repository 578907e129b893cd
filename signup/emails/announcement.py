"""Composers of announcements, and of the test of one."""

from django.utils import translation
from django.utils.translation import gettext as _

from blog.markdown.addresses import absolute
from blog.markdown.emails import email_html, email_text
from blog.markdown.references import expand_one
from mail.compose import Email, Unwanted
from mail.models import Delivery
from signup.emails.headers import list_headers
from signup.emails.links import links
from signup.emails.rendering import render
from signup.emails.wanted import wanted_by
from signup.models import Announcement, AnnouncementState, Wording
from signup.sites import base_url, language_of


def announcement(delivery: Delivery) -> Email:
    """Compose an announcement for one reader."""
    reader = wanted_by(delivery)
    found = _find(delivery)
    if found.state == AnnouncementState.STOPPED:
        raise Unwanted(_("The announcement was stopped."))
    own = links(reader, found.site)
    email = _compose(found, delivery.to, own["manage_url"], own["leave_url"])
    headers = list_headers(found.site, found.expression, own["leave_url"], delivery)
    return Email(email.subject, email.text, email.html, email.sender_name, headers)


def announcement_test(delivery: Delivery) -> Email:
    """Compose an announcement as it stands, for its editor."""
    found = _find(delivery)
    return _compose(found, delivery.to, f"{base_url(found.site)}/", f"{base_url(found.site)}/")


def _find(delivery: Delivery) -> Announcement:
    found = Announcement.objects.select_related("site__root_page").filter(pk=delivery.context["announcement"]).first()
    if found is None:
        raise Unwanted(_("The announcement was deleted."))
    return found


def _compose(announcement: Announcement, address: str, manage_url: str, leave_url: str) -> Email:
    wording = Wording.of(announcement.site)
    html = email_html(absolute(expand_one(announcement.html, ""), base_url(announcement.site)))
    context = {
        "address": address,
        "text": email_text(html),
        "html": html,
        "manage_url": manage_url,
        "leave_url": leave_url,
    }
    with translation.override(language_of(None)):
        return render("signup/mail/announcement", announcement.subject, wording, context)
