"""Announcements in the admin: written, tested, sent now or at a time, stopped."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import HeaderButton

from signup.models import Announcement, AnnouncementState
from signup.services import announcements as service
from signup.sites import default_site
from wagtail_actions.actions import Action, ActionView, CannotBeDone
from wagtail_actions.viewset import ActingInspectView, ActingViewSet


def is_draft(announcement: Announcement) -> bool:
    return announcement.state == AnnouncementState.DRAFT


def question_before(announcement: Announcement) -> str:
    """Say to how many readers it is sent, and when."""
    number = service.count_readers(announcement)
    if announcement.due is None:
        words = ngettext(
            "Send “%(object)s” to %(number)s reader now? It cannot be changed afterwards.",
            "Send “%(object)s” to %(number)s readers now? It cannot be changed afterwards.",
            number,
        )
    elif announcement.is_late:
        words = ngettext(
            "Its time, %(time)s, has passed. Send “%(object)s” to %(number)s reader now? It cannot be changed afterwards.",
            "Its time, %(time)s, has passed. Send “%(object)s” to %(number)s readers now? It cannot be changed afterwards.",
            number,
        )
    else:
        words = ngettext(
            "Send “%(object)s” to %(number)s reader at its time, %(time)s? It cannot be changed afterwards.",
            "Send “%(object)s” to %(number)s readers at its time, %(time)s? It cannot be changed afterwards.",
            number,
        )
    return words % {"object": announcement, "number": localize(number, use_l10n=True), "time": _time(announcement.due)}


def message_after(announcement: Announcement) -> str:
    at_its_time = announcement.due is not None and not announcement.is_late
    words = _("“%(object)s” is sent at its time, %(time)s.") if at_its_time else _("“%(object)s” is sent now.")
    return words % {"object": announcement, "time": _time(announcement.due)}


def _time(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else ""


def send(announcement: Announcement, by: str) -> None:
    if not service.send(announcement, by):
        raise CannotBeDone(_("“%s” is no draft any more.") % announcement)


def stop(announcement: Announcement, _by: str) -> None:
    if not service.stop(announcement):
        raise CannotBeDone(_("“%s” was not to be sent.") % announcement)


SEND = Action(
    "send",
    gettext_lazy("Send"),
    question_before,
    message_after,
    "change",
    "mail",
    is_draft,
    send,
)
STOP = Action(
    "stop",
    gettext_lazy("Stop"),
    gettext_lazy("Send no more letters of “%(object)s”? What a mail server has taken is on its way. It cannot be sent again."),
    gettext_lazy("“%(object)s” is stopped."),
    "change",
    "cross",
    lambda announcement: announcement.state in service.STOPPABLE,
    stop,
    serious=True,
)
TEST = Action(
    "test",
    gettext_lazy("Send me a test"),
    gettext_lazy("Send “%(object)s” as it stands to the address of your account?"),
    gettext_lazy("A test letter of “%(object)s” is on its way to you."),
    "change",
    "view",
    lambda _announcement: True,
    lambda _announcement, _by: None,
)


class TestView(ActionView):
    """Ask by GET, send the test to the editor's own address by POST."""

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.address = getattr(request.user, "email", "")

    def post(self, request: Any, pk: int) -> Any:
        if self.address:
            service.send_test(self.object, self.address)
            return super().post(request, pk)
        raise Http404


class AnnouncementInspectView(ActingInspectView):
    """One announcement, with what may be done with it, and how far its emails have come."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = super().header_buttons
        if is_draft(self.object) and self.user_has_permission("change"):
            buttons.insert(0, HeaderButton(_("Edit"), url=self.get_edit_url(), icon_name="edit"))
        return buttons

    def is_offered(self, action: Action) -> bool:
        return super().is_offered(action) and (action is not TEST or bool(self.request.user.email))


class AnnouncementEditView(generic.EditView):
    """Edit a draft; what is sent is not changed any more."""

    def get_object(self, queryset: Any = None) -> Announcement:
        found: Announcement = super().get_object(queryset)
        if not is_draft(found):
            raise Http404
        return found


class AnnouncementCreateView(generic.CreateView):
    """Write a draft, of the default site unless it says otherwise."""

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "site": default_site()}


class AnnouncementViewSet(ActingViewSet):
    model = Announcement
    icon = "mail"
    menu_order = 352
    add_to_admin_menu = True
    permissions = ("add", "view", "change", "delete")
    actions = (SEND, TEST, STOP)
    add_view_class = AnnouncementCreateView
    edit_view_class = AnnouncementEditView
    inspect_view_class = AnnouncementInspectView
    panels = [FieldPanel("subject"), FieldPanel("text"), FieldPanel("expression"), FieldPanel("due"), FieldPanel("site")]
    list_display = ["__str__", "expression", "state", "due", "progress"]
    list_filter = ["state"]
    inspect_view_fields = ["subject", "text", "expression", "site", "state", "due", "by", "created", "progress"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        forms = {"add_url_name": self.get_url_name("add"), "edit_url_name": self.get_url_name("edit")}
        return super().get_common_view_kwargs(**{**forms, **kwargs})

    def get_urlpatterns(self) -> list[URLPattern]:
        forms = [path("new/", self.add_view, name="add"), path("edit/<int:pk>/", self.edit_view, name="edit")]
        return [*forms, *super().get_urlpatterns()]

    def _view_of(self, action: Action) -> Any:
        view = TestView if action is TEST else ActionView
        urls = {"index_url_name": self.get_url_name("index"), "inspect_url_name": self.get_url_name("inspect")}
        return view.as_view(model=self.model, action=action, **urls)


announcements = AnnouncementViewSet("announcements")
