"""What the page of a subscriber's subscriptions shows: each with a form, filled in as it is or as it was sent."""

from dataclasses import dataclass, field
from typing import Any

from django.forms import Form
from django.utils.dates import WEEKDAYS

from blog.tagindex import TagIndex
from signup.describing import brings_nothing, describe_schedule, describe_subscription
from signup.forms import ZONES
from signup.models import Rhythm, Subscriber, Subscription, Texts
from signup.models.schedule import DEFAULT_HOUR, HOURS, MONDAY
from signup.views.form import written


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent, and which of the page's it is: a subscription's number, `new`, `all`, or empty."""

    form: Form
    part: str


@dataclass(frozen=True, slots=True)
class Part:
    """A form of the page: the values of its fields by name, and what is wrong with them."""

    key: str
    values: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)
    subscription: Subscription | None = None
    in_words: str = ""
    schedule: str = ""
    brings_nothing: bool = False


def page_context(subscriber: Subscriber, index: TagIndex, sent: Sent | None) -> dict[str, Any]:
    """Return the subscriptions with their forms, the other forms of the page, and all errors with the fields' ids."""
    subscriptions = list(subscriber.subscriptions.select_related("stream"))
    if subscriber.state == "confirmed":  # what is asked for and not confirmed may be a stranger's request
        subscriptions = [one for one in subscriptions if one.confirmed_at]
    parts = [_part(one, index, sent) for one in subscriptions]
    new = {"tags": "", "rhythm": Rhythm.EACH, "texts": Texts.EXCERPT, "hour": DEFAULT_HOUR, "weekday": MONDAY}
    return {
        "parts": parts,
        "new": _filled(Part("new", new), sent),
        "all": _filled(Part("all", {"until": ""}), sent),
        "zone": _filled(Part("", {"time_zone": subscriber.zone.key}), sent),
        "zones": [(name, name.replace("_", " ")) for name in ZONES],
        "rhythms": Rhythm.choices,
        "text_choices": Texts.choices,
        "hours": [(hour, f"{hour}:00") for hour in HOURS],
        "weekdays": list(WEEKDAYS.items()),
        "tomorrow": subscriber.tomorrow,
        "paused": [one for one in subscriptions if one.is_paused],
        "errors": _errors(sent) if sent else [],
    }


def _part(one: Subscription, index: TagIndex, sent: Sent | None) -> Part:
    values = {"rhythm": one.rhythm, "texts": one.texts, "hour": one.hour, "weekday": one.weekday, "until": ""}
    if not one.stream:
        values["tags"] = written(one.selections)
    words = describe_subscription(one, index)
    part = Part(str(one.pk), values, {}, one, words, describe_schedule(one), brings_nothing(one, index))
    return _filled(part, sent)


def _filled(part: Part, sent: Sent | None) -> Part:
    """Return a part with what was sent in it, if it was this one."""
    if sent is not None and sent.part == part.key:
        part.values.update({name: sent.form.data[name] for name in part.values if name in sent.form.data})
        part.errors.update({name: list(map(str, messages)) for name, messages in sent.form.errors.items()})
    return part


def _errors(sent: Sent) -> list[tuple[str, str]]:
    """Return the id of the field to go to and the message, for each error."""
    suffix = f"-{sent.part}" if sent.part else ""
    return [(f"{name}{suffix}", " ".join(map(str, messages))) for name, messages in sent.form.errors.items()]
