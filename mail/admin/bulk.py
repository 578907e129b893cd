"""Bulk mail in the admin: paused and resumed by a button of the outbox."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import HeaderButton

from mail import pace
from mail.models import BulkSending, Delivery


def button() -> HeaderButton:
    """Return the button that pauses bulk mail, or resumes it where it is paused."""
    if BulkSending.current().paused_at:
        return HeaderButton(_("Resume bulk mail"), url=reverse("outbox:resume"), icon_name="resubmit")
    return HeaderButton(_("Pause bulk mail"), url=reverse("outbox:pause"), icon_name="circle-check")


class OutboxActionView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Ask by GET, act on the outbox by POST."""

    template_name = "wagtail_actions/action.html"
    permission_required = "change"
    header_icon = "mail"
    model = Delivery
    question: Any = ""
    serious = False

    def act(self, by: str) -> str:
        """Do it, and return what is done, in words."""
        raise NotImplementedError

    def post(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, self.act(request.user.get_username()))
        return HttpResponseRedirect(reverse("outbox:index"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        action = {"label": self.page_title, "serious": self.serious}
        return super().get_context_data(question=self.question, action=action, way_back=reverse("outbox:index"), **kwargs)


class PauseView(OutboxActionView):
    """Pause mail to many."""

    page_title = gettext_lazy("Pause bulk mail")
    question = gettext_lazy(
        "Send no new notes and no announcements until you resume? Confirmations and other mail that somebody waits for "
        "go out all the same."
    )
    serious = True

    def act(self, by: str) -> str:
        pace.pause(by)
        return _("Bulk mail is paused.")


class ResumeView(OutboxActionView):
    """Resume mail to many."""

    page_title = gettext_lazy("Resume bulk mail")
    question = gettext_lazy("Send what has been waiting since bulk mail was paused?")

    def act(self, by: str) -> str:
        pace.resume(by)
        return _("Bulk mail is sent again.")
