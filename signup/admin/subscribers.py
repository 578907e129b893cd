"""Subscribers in the admin: found, added, noted on; each with its history; resent to, suppressed, erased."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from mail.models import Delivery, SuppressionReason
from signup.admin.adding import AddView, NotesView
from signup.admin.listing import EXPORTED, FILE_NAME, SubscriberFilterSet, SubscriberIndexView
from signup.kinds import Kind
from signup.models import State, Subscriber
from signup.services import subscriptions, suppression
from wagtail_actions.actions import Action, CannotBeDone
from wagtail_actions.viewset import ActingInspectView, ActingViewSet

EMAILS_SHOWN = 20


def resend(subscriber: Subscriber, actor: str) -> None:
    try:
        subscriptions.resend(subscriber, actor)
    except subscriptions.Refused as error:
        raise CannotBeDone(str(error)) from error


ACTIONS = (
    Action(
        "resend",
        _("Send the confirmation again"),
        _("Send another letter that asks %(object)s for the confirmation?"),
        _("A letter to %(object)s is on its way."),
        "change",
        "mail",
        lambda subscriber: subscriber.state == State.PENDING,
        resend,
    ),
    Action(
        "suppress",
        _("Suppress"),
        _("Never write to %(object)s again, nor to anyone who signs up with this address?"),
        _("%(object)s is not written to any more."),
        "change",
        "no-view",
        lambda subscriber: subscriber.state != State.SUPPRESSED,
        lambda subscriber, actor: suppression.suppress(subscriber, SuppressionReason.EDITOR, actor),
        serious=True,
    ),
    Action(
        "lift",
        _("Lift the suppression"),
        _(
            "Allow letters to %(object)s again? Who was suppressed because mail came back, or by an editor, gets letters as "
            "before; anyone else has to sign up anew."
        ),
        _("%(object)s may be written to again."),
        "change",
        "view",
        lambda subscriber: subscriber.state == State.SUPPRESSED,
        suppression.lift,
    ),
    Action(
        "erase",
        _("Erase"),
        _(
            "Delete everything held about %(object)s: the subscription, its history, its letters? Only a checksum stays, from "
            "which the address cannot be read: nothing more is sent to it, except one letter that asks for a confirmation when "
            "somebody signs it up anew. This cannot be undone."
        ),
        _("%(object)s is erased."),
        "delete",
        "bin",
        lambda subscriber: not subscriber.erased,
        lambda subscriber, _actor: suppression.erase(subscriber),
        serious=True,
    ),
)


class SubscriberInspectView(ActingInspectView):
    """One subscriber: what is held, what happened, which emails went out."""

    template_name = "signup/admin/subscriber.html"

    @property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = super().header_buttons
        if self.user_has_permission("change") and not self.object.erased:
            notes = HeaderButton(_("Remarks"), url=reverse("subscribers:notes", args=[self.object.pk]), icon_name="edit")
            buttons.insert(0, notes)
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        emails = Delivery.objects.to_address(self.object.address).filter(kind__in=Kind.values).order_by("-pk")[:EMAILS_SHOWN]
        subscriptions = self.object.subscriptions.select_related("stream")
        more = {"subscriptions": subscriptions, "history": self.object.consents.all(), "letters": emails}
        context: dict[str, Any] = super().get_context_data(**more, **kwargs)
        return context


class SubscriberViewSet(ActingViewSet):
    model = Subscriber
    icon = "group"
    menu_order = 350
    add_to_admin_menu = True
    permissions = ("add", "view", "change", "delete")
    actions = ACTIONS
    index_view_class = SubscriberIndexView
    inspect_view_class = SubscriberInspectView
    inspect_template_name = "signup/admin/subscriber.html"
    filterset_class = SubscriberFilterSet
    search_fields = ["address"]
    list_display = ["__str__", "state", "what", "created", "confirmed_at"]
    list_export = EXPORTED
    inspect_view_fields = [
        "address",
        "state",
        "suppressed_because",
        "language",
        "time_zone",
        "site",
        "created",
        "confirmed_at",
        "last_digest_at",
        "bounce_score",
        "bounced_at",
        "notes",
    ]
    export_filename = FILE_NAME

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        view: dict[str, Any] = super().get_index_view_kwargs(**kwargs)
        return {**view, "template_name": SubscriberIndexView.template_name, "add_url_name": self.get_url_name("add")}

    def get_urlpatterns(self) -> list[URLPattern]:
        policy = {"permission_policy": self.permission_policy}
        own = [
            path("new/", AddView.as_view(**policy), name="add"),
            path("<int:pk>/notes/", NotesView.as_view(**policy), name="notes"),
        ]
        return [*own, *super().get_urlpatterns()]


subscribers = SubscriberViewSet("subscribers")
