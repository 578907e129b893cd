"""What sign-up keeps in the database."""

from signup.models.digests import DigestMark, Edition, News
from signup.models.limits import Counter
from signup.models.outbox import Mail, MailState
from signup.models.pages import SignupPage
from signup.models.subscribers import ConsentRecord, Event, Reason, Rhythm, State, Subscriber
from signup.models.wording import Wording

__all__ = [
    "ConsentRecord",
    "Counter",
    "DigestMark",
    "Edition",
    "Event",
    "Mail",
    "MailState",
    "News",
    "Reason",
    "Rhythm",
    "SignupPage",
    "State",
    "Subscriber",
    "Wording",
]
