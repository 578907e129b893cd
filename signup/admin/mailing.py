"""The mailing of a post, for its editors: whom it would be mailed to, buttons for it, and what became of its emails."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from blog.models import PostPage
from mail.models import Result
from signup.digests import mailing
from signup.digests.audience import Audience, audience_of
from signup.digests.mailing import Stage

TIMES_SHOWN = 5
WORDS = {
    Stage.UNPUBLISHED: gettext_lazy("This post is not published. When it is, subscribers are sent it after five minutes."),
    Stage.EXCLUDED: gettext_lazy(
        "No more letters tell of this post: “do not mail” is ticked in its form, by an editor or an import."
    ),
    Stage.HELD: gettext_lazy("This post is held: no subscriber is sent it until it is released."),
    Stage.EXPECTED: gettext_lazy("This post has appeared. Subscribers are sent it after five minutes."),
    Stage.SETTLING: gettext_lazy("This post has appeared. Subscribers are sent it when five minutes have passed."),
    Stage.MAILED: gettext_lazy("Letters with this post are being written: at once, and daily and weekly ones at their hours."),
}
DONE = {
    "test": gettext_lazy("A test letter is on its way to you."),
    "test_whole": gettext_lazy("A test letter with the whole text is on its way to you."),
    "hold": gettext_lazy("The post is held."),
    "release": gettext_lazy("The post is released: it is mailed in five minutes."),
    "now": gettext_lazy("The post is mailed now."),
}


def sentence(audience: Audience) -> str:
    """Return whom a post would be mailed to: “Will be mailed to 214 readers at 06:00, to 31 at once, after five minutes”."""
    parts = [
        ngettext("to %(number)d reader at %(time)s", "to %(number)d readers at %(time)s", number)
        % {"number": number, "time": _time(moment)}
        for moment, number in audience.later[:TIMES_SHOWN]
    ]
    if rest := sum(number for _moment, number in audience.later[TIMES_SHOWN:]):
        parts.append(ngettext("to %d reader later", "to %d readers later", rest) % rest)
    if audience.at_once:
        words = ngettext("to %d at once, after five minutes", "to %d at once, after five minutes", audience.at_once)
        parts.append(words % audience.at_once)
    return _("Will be mailed %s") % ", ".join(parts) if parts else _("Will be mailed to nobody")


def _time(moment: datetime) -> str:
    local = timezone.localtime(moment)
    format_name = "TIME_FORMAT" if local - timezone.localtime() < timedelta(days=1) else "SHORT_DATETIME_FORMAT"
    return date_format(local, format_name)


class MailingView(WagtailAdminTemplateMixin, TemplateView):
    """Show the mailing of a post to whoever may edit it; change it by POST, for whoever may publish it."""

    template_name = "signup/admin/mailing.html"
    header_icon = "mail"
    page_title = gettext_lazy("Mailing")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.post_page = get_object_or_404(PostPage, pk=kwargs["pk"])
        self.address: str = getattr(request.user, "email", "")
        self.rights = self.post_page.permissions_for_user(request.user)
        if not self.rights.can_edit():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        do = request.POST.get("do", "")
        act = self._actions().get(do)
        if act is None:
            raise PermissionDenied
        if act():
            messages.success(request, DONE[do])
        else:
            messages.error(request, _("It is too late for that: see below how far the mailing has come."))
        return HttpResponseRedirect(reverse("signup_mailing", args=[pk]))

    def _actions(self) -> dict[str, Callable[[], bool]]:
        """Return what this editor may do, by the value of the button."""
        post, user, now = self.post_page, self.request.user, timezone.now()
        found: dict[str, Callable[[], bool]] = {}
        if self.address:
            found = {"test": partial(self._test, whole=False), "test_whole": partial(self._test, whole=True)}
        if self.rights.can_publish():
            found["hold"] = lambda: mailing.hold(post, user.get_username(), now)
            found["release"] = lambda: mailing.release(post, now)
            found["now"] = lambda: mailing.send_now(post, now)
        return found

    def _test(self, *, whole: bool) -> bool:
        mailing.send_test(self.post_page, self.address, whole=whole)
        return True

    def get_page_subtitle(self) -> str:
        return str(self.post_page.get_admin_display_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        stage = mailing.stage_of(self.post_page, now)
        offered = {
            Stage.UNPUBLISHED: ("hold",),
            Stage.EXPECTED: ("now", "hold"),
            Stage.SETTLING: ("now", "hold"),
            Stage.HELD: ("release",),
        }.get(stage, ())
        draft = self.post_page.get_latest_revision_as_object()
        expected = stage not in (Stage.EXCLUDED, Stage.MAILED)
        return super().get_context_data(
            stage=WORDS[stage],
            audience=sentence(audience_of(draft, now)) if expected else "",
            actions=[name for name in offered if name in self._actions()],
            has_address=bool(self.address),
            results=Result.choices,
            outcome=[
                (domain, [counts.get(result, 0) for result in Result.values])
                for domain, counts in mailing.outcome(self.post_page).items()
            ],
            way_back=reverse("wagtailadmin_pages:edit", args=[self.post_page.pk]),
            **kwargs,
        )


class MailingItem(ActionMenuItem):
    """Beside “Publish”: whom the post would be mailed to, leading to the page where that is changed.

    Counting readers takes the longer the more there are: the form is shown first, and asks for the label afterwards.
    """

    name = "action-mailing"
    label = gettext_lazy("Mailing")
    icon_name = "mail"
    order = 90
    template_name = "signup/admin/mailing_item.html"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return context["view"] == "edit" and isinstance(context["page"], PostPage)

    def get_url(self, context: dict[str, Any]) -> str:
        return reverse("signup_mailing", args=[context["page"].pk])

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return {**context, "label_url": reverse("signup_mailing_label", args=[parent_context["page"].pk])}


def label(post: PostPage) -> str:
    """Return what the menu of the edit form says of a post's mailing."""
    now = timezone.now()
    stage = mailing.stage_of(post, now)
    if stage in (Stage.EXCLUDED, Stage.HELD):
        return _("Is not mailed")
    return _("Mailed: what became of it") if stage is Stage.MAILED else sentence(audience_of(post, now))


def show_label(request: HttpRequest, pk: int) -> HttpResponse:
    """Respond with what the menu says of a post, for whoever may edit it."""
    post = get_object_or_404(PostPage, pk=pk)
    if not post.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return HttpResponse(escape(label(post.get_latest_revision_as_object())))


def urls() -> list[Any]:
    return [
        path("mailing/<int:pk>/", MailingView.as_view(), name="signup_mailing"),
        path("mailing/<int:pk>/label/", show_label, name="signup_mailing_label"),
    ]
