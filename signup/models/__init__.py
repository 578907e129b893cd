"""What sign-up keeps in the database."""

from signup.models.limits import Counter
from signup.models.subscribers import ConsentRecord, Event, Reason, Rhythm, State, Subscriber

__all__ = ["ConsentRecord", "Counter", "Event", "Reason", "Rhythm", "State", "Subscriber"]
