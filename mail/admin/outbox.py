"""The outbox in the admin: what waits, went out or is stuck, with the server's words; sent again or cancelled by a button."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from mail import outbox, refusals
from mail.admin import bulk
from mail.models import BulkSending, Delivery, DeliveryQuerySet
from wagtail_actions.actions import Action, CannotBeDone
from wagtail_actions.spreadsheets import SafeExportIndexView
from wagtail_actions.viewset import ActingViewSet

LATE = timedelta(minutes=10)  # after which a mail should have left
DOMAINS_SHOWN = 3
ANSWER_SHOWN = 120  # characters of the server's words in the listing


def retry(delivery: Delivery, actor: str) -> None:
    if not outbox.retry(delivery):
        raise CannotBeDone(_("This mail is being sent, or has been: it cannot be sent again."))


def cancel(delivery: Delivery, actor: str) -> None:
    if not outbox.withdraw(delivery, _("Cancelled by %s.") % actor):
        raise CannotBeDone(_("This mail is being sent, or has ended: it cannot be cancelled any more."))


ACTIONS = (
    Action(
        "retry",
        gettext_lazy("Send now"),
        gettext_lazy("Send the mail “%(object)s” now, as if it had never been tried?"),
        gettext_lazy("The mail “%(object)s” is on its way."),
        "change",
        "resubmit",
        lambda delivery: delivery.state in outbox.RETRIABLE,
        retry,
    ),
    Action(
        "cancel",
        gettext_lazy("Cancel"),
        gettext_lazy("Never send the mail “%(object)s”?"),
        gettext_lazy("The mail “%(object)s” will not be sent."),
        "change",
        "cross",
        lambda delivery: delivery.state in outbox.WITHDRAWABLE,
        cancel,
        serious=True,
    ),
)


class OutboxIndexView(SafeExportIndexView):
    """The listing, with a button for all that is stuck, and one that pauses or resumes bulk mail."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("change"):
            return []
        stuck = [HeaderButton(_("Send all that is stuck"), url=reverse("outbox:retry_all"), icon_name="resubmit")]
        return [*(stuck if Delivery.objects.stuck().exists() else []), bulk.button()]


class RetryAllView(bulk.OutboxActionView):
    """Send all that is stuck: what to do when the mail server has been mended."""

    page_title = gettext_lazy("Send all that is stuck")
    header_icon = "resubmit"

    @property
    def question(self) -> str:
        count = Delivery.objects.stuck().count()
        return ngettext("Send %d stuck mail now?", "Send %d stuck mails now?", count) % count

    def act(self, by: str) -> str:
        count = sum(outbox.retry(delivery) for delivery in Delivery.objects.stuck())
        return ngettext("%d mail is on its way.", "%d mails are on their way.", count) % count


class OutboxViewSet(ActingViewSet):
    model = Delivery
    icon = "mail"
    menu_order = 351
    add_to_admin_menu = True
    permissions = ("view", "change")
    actions = ACTIONS
    index_view_class = OutboxIndexView
    list_filter = ["state", "kind"]
    search_fields = ["to"]
    list_display = [
        "to",
        "kind",
        "state",
        "attempts",
        "due",
        Column(
            "answer",
            label=gettext_lazy("The server's words"),
            accessor=lambda delivery: Truncator(delivery.answer).chars(ANSWER_SHOWN),
        ),
    ]
    list_export = ["to", "kind", "state", "attempts", "created", "ended", "message_id", "answer"]
    inspect_view_fields = [
        "to",
        "kind",
        "state",
        "answer",
        "attempts",
        "due",
        "created",
        "ended",
        "worker",
        "message_id",
        "key",
    ]
    export_filename = "outbox"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("retry/", self.construct_view(RetryAllView), name="retry_all"),
            path("pause/", self.construct_view(bulk.PauseView), name="pause"),
            path("resume/", self.construct_view(bulk.ResumeView), name="resume"),
        ]


class OutboxPanel(Component):
    """What is wrong with the outbox, on the admin's first page."""

    order = 90
    template_name = "mail/admin/outbox_panel.html"

    def __init__(self, now: datetime) -> None:
        late = Delivery.objects.waiting_since(now - LATE)
        if BulkSending.current().paused_at:
            late = late.urgent()
        delayed = Delivery.objects.delayed(now)
        self.context: dict[str, Any] = {
            "stuck": Delivery.objects.stuck().count(),
            "late": late.count(),
            "answer": late.exclude(answer="").order_by("-due").values_list("answer", flat=True).first() or "",
            "refusing": list(refusals.refusing(now)),
            "delayed": delayed.count(),
            "until": delayed.order_by("-due").values_list("due", flat=True).first(),
            "domains": most_frequent_domains(delayed),
            "bulk": BulkSending.current(),
        }

    @property
    def has_something_to_say(self) -> bool:
        return any(self.context[name] for name in ("stuck", "late", "refusing", "delayed")) or bool(
            self.context["bulk"].paused_at
        )

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return self.context


def most_frequent_domains(deliveries: DeliveryQuerySet) -> str:
    """Return the domains that most of these deliveries go to."""
    counts = deliveries.order_by().values_list("domain").annotate(number=Count("pk")).order_by("-number", "domain")
    return ", ".join(domain for domain, _number in counts[:DOMAINS_SHOWN])


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Say what is wrong, if anything is, to whoever may do something about it."""
    if policy_registry.get_by_type(Delivery).user_has_permission(request.user, "change"):
        panel = OutboxPanel(timezone.now())
        if panel.has_something_to_say:
            panels.append(panel)


viewset = OutboxViewSet("outbox")
