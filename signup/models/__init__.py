"""What is stored of sign-up: subscribers, their consents, wordings, sign-up pages, and what digests have sent."""

from signup.models.digests import DigestMark, Edition, News
from signup.models.pages import SignupPage
from signup.models.subscribers import ConsentRecord, Event, Rhythm, State, Subscriber
from signup.models.wording import Wording

__all__ = [
    "ConsentRecord",
    "DigestMark",
    "Edition",
    "Event",
    "News",
    "Rhythm",
    "SignupPage",
    "State",
    "Subscriber",
    "Wording",
]
