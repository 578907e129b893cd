"""What is done with many subscribers: chosen in the listing, asked about once, done in one transaction or not at all."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets import AdminDateInput

from signup.admin.listing import SubscriberSpreadsheet, in_listing
from signup.forms import PauseForm
from signup.models import Subscriber
from signup.models.subscribers import SubscriberQuerySet
from signup.services.many import VERBS
from wagtail_actions.actions import ACTOR_LENGTH
from wagtail_actions.many import PermittedBulkAction

MOST = 1_000  # subscribers changed at once, in one request
MOST_SHOWN = 20  # addresses in a question


class ManySubscribers(PermittedBulkAction):
    """An action on those of the chosen subscribers whose state allows it; the others stay as they are."""

    models = [Subscriber]
    template_name = "signup/admin/many.html"
    question: Any = ""
    most = MOST

    @cached_property
    def chosen(self) -> SubscriberQuerySet:
        """Return what was ticked, or everything in the listing as it was filtered and searched."""
        ids = self.request.GET.getlist("id")
        if "all" in ids:
            return in_listing(self.request.GET)
        return Subscriber.objects.not_erased().filter(pk__in=[one for one in ids if one.isdecimal() and len(one) < 19])

    @property
    def concerned(self) -> SubscriberQuerySet:
        return VERBS[self.action_type].concerned(self.chosen)

    def get_actionable_objects(self) -> tuple[list[Subscriber], dict[str, Any]]:
        """Return the subscribers in the order in which they are locked."""
        return list(self.concerned.order_by("pk")[: self.most]), {"items_with_no_access": []}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.concerned.count()
        return {
            "form": kwargs["form"] if "form" in kwargs else self.get_form(),
            "title": self.aria_label,
            "button": self.display_name,
            "question": self.question,
            "is_serious": "serious" in self.classes,
            "number": number,
            "shown": self.concerned[:MOST_SHOWN],
            "more": max(0, number - MOST_SHOWN),
            "others": self.chosen.count() - number,
            "too_many": self.most if number > self.most else 0,
            "next": self.next_url,
            "submit_url": f"{self.request.path}?{self.request.META['QUERY_STRING']}",
        }

    def form_valid(self, form: forms.Form) -> HttpResponseBase:
        invalid = self.concerned.count() > self.most
        response: HttpResponseBase = self.form_invalid(form) if invalid else super().form_valid(form)
        return response

    def get_execution_context(self) -> dict[str, Any]:
        return {"actor": self.request.user.get_username()[:ACTOR_LENGTH], **(self.cleaned_form or self.get_form()).cleaned_data}

    @classmethod
    def execute_action(cls, objects: Sequence[Subscriber], actor: str = "", **given: Any) -> tuple[int, int]:
        return VERBS[cls.action_type].act(objects, actor, **given), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        words = ngettext("%(action)s: %(count)d subscriber.", "%(action)s: %(count)d subscribers.", num_parent_objects)
        return words % {"action": self.display_name, "count": num_parent_objects}


class DayForm(PauseForm):
    """The day until which there are to be no emails, in each subscriber's own time zone."""

    until = forms.DateField(label=gettext_lazy("Pause until"), widget=AdminDateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, today=timezone.localdate(), **kwargs)


class Pause(ManySubscribers):
    display_name = gettext_lazy("Pause")
    aria_label = gettext_lazy("Pause the chosen subscribers")
    action_type = "pause"
    action_priority = 10
    question = gettext_lazy("Send them no letters until a day? What appears meanwhile comes in the first letter after it.")
    form_class = DayForm


class Resume(ManySubscribers):
    display_name = gettext_lazy("End the pause")
    aria_label = gettext_lazy("End the pause of the chosen subscribers")
    action_type = "resume"
    action_priority = 20
    question = gettext_lazy("Let the letters of these subscribers go on now?")


class Resend(ManySubscribers):
    display_name = gettext_lazy("Send the confirmation again")
    aria_label = gettext_lazy("Send the confirmation again to the chosen subscribers")
    action_type = "resend"
    action_priority = 30
    question = gettext_lazy("Send another letter that asks for the confirmation?")


class Unsubscribe(ManySubscribers):
    display_name = gettext_lazy("Unsubscribe")
    aria_label = gettext_lazy("Unsubscribe the chosen subscribers")
    action_type = "unsubscribe"
    action_priority = 40
    classes = {"serious"}
    question = gettext_lazy("End all subscriptions of these subscribers? They are told nothing, and can sign up again.")


class Suppress(ManySubscribers):
    display_name = gettext_lazy("Suppress")
    aria_label = gettext_lazy("Suppress the chosen subscribers")
    action_type = "suppress"
    action_priority = 50
    classes = {"serious"}
    question = gettext_lazy("Never write to these addresses again, nor to anyone who signs up with one of them?")


class Export(ManySubscribers):
    """Sends the chosen subscribers as a file, line by line."""

    display_name = gettext_lazy("Download as CSV")
    aria_label = gettext_lazy("Download the chosen subscribers as CSV")
    action_type = "export"
    action_priority = 60
    permission = "view"
    question = gettext_lazy("Download these subscribers as a file for spreadsheets?")
    most = 10**9

    @property
    def concerned(self) -> SubscriberQuerySet:
        return self.chosen

    def get_actionable_objects(self) -> tuple[list[Subscriber], dict[str, Any]]:
        return [], {"items_with_no_access": []}

    def form_valid(self, form: forms.Form) -> HttpResponseBase:
        rows = self.concerned.prefetch_related("subscriptions__stream")
        return SubscriberSpreadsheet().as_spreadsheet(rows, SubscriberSpreadsheet.FORMAT_CSV)


ACTIONS = (Pause, Resume, Resend, Unsubscribe, Suppress, Export)
