"""What operators do with many subscribers, each verb with those of the states in which it means anything."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from mail.models import SuppressionReason
from signup.models import State, Subscriber
from signup.models.subscribers import SubscriberQuerySet
from signup.services import managing, subscriptions, suppression
from signup.services.subscriptions import Refused


@dataclass(frozen=True, slots=True)
class Verb:
    """What may be done with a subscriber; `do` gets the subscriber, who does it, and what the verb asks for besides."""

    do: Callable[..., object]
    states: tuple[str, ...] = (State.CONFIRMED,)
    narrow: Callable[[SubscriberQuerySet], SubscriberQuerySet] = lambda found: found

    def concerned(self, chosen: SubscriberQuerySet) -> SubscriberQuerySet:
        """Return those of the chosen ones whose state allows it; the others stay as they are."""
        return self.narrow(chosen.filter(state__in=self.states))

    def act(self, subscribers: Iterable[Subscriber], actor: str, **given: Any) -> int:
        """Do it, each in a transaction; return the number of those with whom it could still be done."""
        done = 0
        for subscriber in subscribers:
            try:
                self.do(subscriber, actor, **given)
                done += 1
            except Refused:  # another state since they were chosen
                continue
        return done


VERBS = {
    "pause": Verb(lambda one, actor, until: managing.pause(one, until, actor=actor)),
    "resume": Verb(
        lambda one, actor: managing.pause(one, None, actor=actor), narrow=lambda found: found.paused(timezone.now())
    ),
    "resend": Verb(subscriptions.resend, (State.PENDING,)),
    "unsubscribe": Verb(lambda one, actor: subscriptions.leave(one, actor=actor), (State.PENDING, State.CONFIRMED)),
    "suppress": Verb(
        lambda one, actor: suppression.suppress(one, SuppressionReason.EDITOR, actor),
        (State.PENDING, State.CONFIRMED, State.UNSUBSCRIBED),
    ),
}
