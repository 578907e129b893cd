"""The listing of subscribers: filtered, searched, exported, its rows chosen for what is done with many."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from blog.selections.slugs import fold
from mail.models import SuppressionReason
from signup.models import State, Subscriber
from signup.models.subscribers import SubscriberQuerySet
from wagtail_actions.many import ChoosingIndexView
from wagtail_actions.spreadsheets import SafeSpreadsheet

EXPORTED = ["address", "state", "suppressed_because", "what", "language", "created", "confirmed_at", "notes"]
FILE_NAME = "subscribers"


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


def in_listing(asked: QueryDict) -> SubscriberQuerySet:
    """Return what the listing holds for a query string, without who is erased."""
    found: SubscriberQuerySet = SubscriberFilterSet(asked, queryset=Subscriber.objects.not_erased()).qs
    words = asked.get("q", "").replace("\0", " ")  # which PostgreSQL refuses
    return found.found_by(words) if words else found


class SubscriberSpreadsheet(SafeSpreadsheet):
    """An export of subscribers that were chosen."""

    list_export = EXPORTED
    export_filename = FILE_NAME


class SubscriberIndexView(ChoosingIndexView):
    """The listing; an export leaves out who is erased."""

    choose_all = _("Choose all subscribers in the listing")

    def search_queryset(self, queryset: SubscriberQuerySet) -> SubscriberQuerySet:
        return queryset.found_by(self.search_query) if self.is_searching else queryset

    def get_queryset(self) -> QuerySet[Subscriber]:
        found: SubscriberQuerySet = super().get_queryset()
        return (found.not_erased() if self.is_export else found).prefetch_related("subscriptions__stream")
