"""What digests should do, in plain Python and without cleverness, to compare the site with."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SETTLING, MARGIN = timedelta(minutes=5), timedelta(seconds=30)
DAY = timedelta(days=1)
Choice = tuple[frozenset[str], frozenset[str]]  # wanted and unwanted tags


@dataclass
class ModelPost:
    """A post, and what the worker has seen of it."""

    tags: set[str]
    first: datetime  # published
    last: datetime
    visible: bool = True
    unannounced: bool = False
    seen: datetime | None = None  # as news
    appeared: datetime | None = None
    hidden: bool = False
    returned: datetime | None = None


@dataclass
class ModelSubscription:
    """A subscription: any of some choices, or a stream's; and the posts that it needs not bring any more."""

    reader: int
    choices: frozenset[Choice]
    stream: int | None
    rhythm: str
    hour: int
    weekday: int
    begins: datetime
    paused: datetime | None = None
    day: date | None = None  # of the last email's hour; None: not looked at yet
    done: set[int] = field(default_factory=set)
    missed: set[int] = field(default_factory=set)


class Model:
    """The blog, its readers, and the emails they should have been written."""

    def __init__(self) -> None:
        self.posts: dict[int, ModelPost] = {}
        self.streams: dict[int, frozenset[Choice]] = {}
        self.zones: dict[int, str] = {}
        self.subscriptions: dict[int, ModelSubscription] = {}
        self.told: dict[int, set[int]] = {}
        self.emails: dict[int, list[set[int]]] = {}
        self.last_edition = datetime.min.replace(tzinfo=UTC)

    def look(self, now: datetime) -> None:
        """The worker looks: what is new, what is due, what is sent."""
        self._see(now)
        for subscription in self.subscriptions.values():
            if subscription.day is None:
                start = max(now, subscription.paused or now)
                subscription.day = self._day(subscription, start)
        for reader in self.zones:
            theirs = [one for one in self.subscriptions.values() if one.reader == reader and self._is_due(one, now)]
            brought: set[int] = set()
            for subscription in theirs:
                brought |= self._bring(subscription, now)
            for subscription in theirs:
                subscription.missed -= self.told[reader] | brought
            if brought:
                self.told[reader] |= brought
                self.emails[reader].append(brought)

    def _see(self, now: datetime) -> None:
        """See what has become visible, what was hidden, and what was shown again."""
        edition = False
        for post in self.posts.values():
            if post.seen and not post.visible and post.seen > now - SETTLING + MARGIN:
                post.seen, post.hidden, post.returned = None, False, None
        for post in self.posts.values():
            if post.seen is None and post.visible:
                within = [moment for moment in (post.first, post.last) if moment > self.last_edition]
                post.seen, post.appeared, edition = now, min(within[0], now) if within else now, True
            elif post.seen and post.hidden and post.visible:
                post.hidden, post.returned, edition = False, now, True
            elif post.seen and not post.visible:
                post.hidden = True
        self.last_edition = now if edition else self.last_edition

    def _day(self, subscription: ModelSubscription, now: datetime) -> date:
        """The day whose hour has come, where the reader is."""
        local = now.astimezone(ZoneInfo(self.zones[subscription.reader]))
        return local.date() if local.hour >= subscription.hour else local.date() - DAY

    def _is_due(self, subscription: ModelSubscription, now: datetime) -> bool:
        if subscription.paused and subscription.paused > now:
            return False
        if subscription.rhythm == "each":
            return True
        assert subscription.day is not None
        today = self._day(subscription, now)
        days = [subscription.day + number * DAY for number in range(1, (today - subscription.day).days + 1)]
        if subscription.rhythm == "weekly":
            days = [day for day in days if day.weekday() == subscription.weekday]
        if days:
            subscription.day = today
        return bool(days)

    def _bring(self, subscription: ModelSubscription, now: datetime) -> set[int]:
        brought = set()
        for number, post in self.posts.items():
            if not post.seen or post.seen > now - SETTLING or number in subscription.done:
                continue
            assert post.appeared
            if post.unannounced or post.appeared <= subscription.begins:
                if number not in subscription.missed:
                    subscription.done.add(number)
            elif not post.visible:
                subscription.missed.add(number)
            elif number in subscription.missed and (post.returned is None or post.returned > now - SETTLING):
                continue
            else:
                subscription.done.add(number)
                if self.selects(subscription, post) and number not in self.told[subscription.reader]:
                    brought.add(number)
        return brought

    def selects(self, subscription: ModelSubscription, post: ModelPost) -> bool:
        choices = subscription.choices if subscription.stream is None else self.streams[subscription.stream]
        return any(wanted <= post.tags and not unwanted & post.tags for wanted, unwanted in choices)

    def begin(self, subscription: ModelSubscription) -> None:
        """From now on: what has been seen already is not for it."""
        subscription.done = {number for number, post in self.posts.items() if post.seen}
        subscription.missed, subscription.day = set(), None

    def rename(self, old: str, new: str) -> None:
        """A tag gets another name, which may be another tag's."""
        for post in self.posts.values():
            post.tags = {new if tag == old else tag for tag in post.tags}
        self.streams = {number: renamed(choices, old, new) for number, choices in self.streams.items()}
        for number, one in sorted(self.subscriptions.items(), key=lambda pair: (pair[1].reader, pair[0])):
            if one.stream is None and renamed(one.choices, old, new) != one.choices:
                self.select(number, renamed(one.choices, old, new))

    def select(self, number: int, choices: frozenset[Choice]) -> None:
        """A subscription gets other choices; of two that are then the same the one that was confirmed first stays."""
        one = self.subscriptions[number]
        one.choices, one.stream = choices, None
        for other, twin in list(self.subscriptions.items()):
            if other != number and (twin.reader, twin.stream, twin.choices) == (one.reader, None, choices):
                del self.subscriptions[number if twin.begins <= one.begins else other]
                return


def renamed(choices: frozenset[Choice], old: str, new: str) -> frozenset[Choice]:
    """The choices under a tag's new name; as they were where one would contradict itself."""
    found = {tuple(frozenset(new if tag == old else tag for tag in tags) for tags in choice) for choice in choices}
    if any(wanted & unwanted for wanted, unwanted in found):
        return choices
    return frozenset({(frozenset(), frozenset())}) if (frozenset(), frozenset()) in found else frozenset(found)
