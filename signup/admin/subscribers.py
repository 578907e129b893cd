"""Subscribers in the admin: found by address, state and tag; each with its history; resent to, suppressed, erased."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from blog.selections.slugs import fold
from mail.models import Delivery, SuppressionReason
from signup.kinds import Kind
from signup.models import State, Subscriber
from signup.models.subscribers import SubscriberQuerySet
from signup.services import subscriptions, suppression
from wagtail_actions.actions import Action, CannotBeDone
from wagtail_actions.spreadsheets import SafeExportIndexView
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
            "Delete everything held about %(object)s: the subscription, its history, its letters? Only a checksum stays, which "
            "keeps the address suppressed. This cannot be undone."
        ),
        _("%(object)s is erased."),
        "delete",
        "bin",
        lambda subscriber: not subscriber.erased,
        lambda subscriber, _actor: suppression.erase(subscriber),
        serious=True,
    ),
)


class SubscriberFilterSet(WagtailFilterSet):
    """By state and by tag; `-tag` finds who does not want it."""

    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=State.choices, widget=forms.CheckboxSelectMultiple)
    suppressed_because = django_filters.MultipleChoiceFilter(
        label=_("Suppressed because"), choices=SuppressionReason.choices, widget=forms.CheckboxSelectMultiple
    )
    tag = django_filters.CharFilter(
        label=_("Tag"), method="naming", help_text=_("One tag; with a minus before it: who does not want it.")
    )

    class Meta:
        model = Subscriber
        fields = ["state", "suppressed_because", "tag"]

    def naming(self, found: SubscriberQuerySet, name: str, value: str) -> SubscriberQuerySet:
        return found.naming(fold(value.strip()))


class SubscriberIndexView(SafeExportIndexView):
    """The listing; an export leaves out who is erased."""

    def search_queryset(self, queryset: SubscriberQuerySet) -> SubscriberQuerySet:
        return queryset.found_by(self.search_query) if self.is_searching else queryset

    def get_queryset(self) -> QuerySet[Subscriber]:
        found: SubscriberQuerySet = super().get_queryset()
        return found.not_erased() if self.is_export else found


class SubscriberInspectView(ActingInspectView):
    """One subscriber: what is held, what happened, which emails went out."""

    template_name = "signup/admin/subscriber.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        emails = Delivery.objects.to_address(self.object.address).filter(kind__in=Kind.values).order_by("-pk")[:EMAILS_SHOWN]
        context: dict[str, Any] = super().get_context_data(history=self.object.consents.all(), letters=emails, **kwargs)
        return context


class SubscriberViewSet(ActingViewSet):
    model = Subscriber
    icon = "group"
    menu_order = 350
    add_to_admin_menu = True
    actions = ACTIONS
    index_view_class = SubscriberIndexView
    inspect_view_class = SubscriberInspectView
    inspect_template_name = "signup/admin/subscriber.html"
    filterset_class = SubscriberFilterSet
    search_fields = ["address"]
    list_display = ["__str__", "state", "expression", "rhythm", "created", "confirmed_at"]
    list_export = ["address", "state", "suppressed_because", "expression", "rhythm", "language", "created", "confirmed_at"]
    inspect_view_fields = [
        "address",
        "state",
        "suppressed_because",
        "expression",
        "rhythm",
        "language",
        "site",
        "created",
        "confirmed_at",
        "last_digest_at",
        "bounce_score",
        "bounced_at",
    ]
    export_filename = "subscribers"


subscribers = SubscriberViewSet("subscribers")
