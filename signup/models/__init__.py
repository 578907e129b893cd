"""What sign-up stores: subscribers, their subscriptions and consents, wordings, sign-up pages, and what digests have sent."""

from blog.selections.any_of import AnyOf
from signup.models.announcements import Announcement, AnnouncementState
from signup.models.digests import Edition, News
from signup.models.mailings import EmailCount
from signup.models.pages import SignupPage
from signup.models.schedule import Rhythm
from signup.models.subscribers import ConsentRecord, Event, State, Subscriber
from signup.models.subscriptions import Subscription, Texts
from signup.models.wording import Wording

__all__ = [
    "Announcement",
    "AnnouncementState",
    "AnyOf",
    "ConsentRecord",
    "Edition",
    "EmailCount",
    "Event",
    "News",
    "Rhythm",
    "SignupPage",
    "State",
    "Subscriber",
    "Subscription",
    "Texts",
    "Wording",
]
