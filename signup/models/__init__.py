"""What sign-up keeps in the database."""

from signup.models.limits import Counter
from signup.models.pages import SignupPage
from signup.models.subscribers import ConsentRecord, Event, Reason, Rhythm, State, Subscriber
from signup.models.wording import Wording

__all__ = ["ConsentRecord", "Counter", "Event", "Reason", "Rhythm", "SignupPage", "State", "Subscriber", "Wording"]
