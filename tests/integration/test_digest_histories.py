"""Random histories of a blog and its readers: the emails are those of a model in plain Python, none lost and none twice.

`DIGEST_READERS=1000 DIGEST_EVENTS=400 pytest tests/integration/test_digest_histories.py` takes more of them.
"""

import math
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from blog.models import BlogPage, PostPage, Stream, Tag
from blog.services.tags import merge
from mail import outbox
from mail.models import Delivery
from signup.digests import digester
from signup.digests.digester import Digester
from signup.models import AnyOf, Rhythm, Subscriber, Subscription
from signup.services import managing, subscriptions, suppression
from signup.services.managing import SubscriptionDraft
from signup.services.subscriptions import Refused
from tests.support.digest_model import Choice, Model, ModelPost, ModelSubscription
from tests.support.factories import make_post, rename_tag
from tests.support.signup_factories import make_subscriber

# `make test-faults` asks for a thousand: 25 s of processor for each seed.
READERS = int(os.environ.get("DIGEST_READERS", "12"))
EVENTS = int(os.environ.get("DIGEST_EVENTS", "70"))
ZONES = ["", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
STARTS = [datetime(2018, 3, 9, 12, tzinfo=UTC), datetime(2018, 10, 26, 12, tzinfo=UTC)]  # before the clocks change
TAGS = ["a", "b", "c", "d", "e"]


class Killed(BaseException):
    """What ends the worker while it writes."""


class History:
    """A site and its model, under the same events."""

    def __init__(self, blog: BlogPage, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.random = random.Random(seed)
        self.blog, self.model, self.digester = blog, Model(), Digester()
        self.now = STARTS[seed % len(STARTS)]
        self.names = list(TAGS)
        monkeypatch.setattr(timezone, "now", lambda: self.now)
        monkeypatch.setattr(digester, "BATCH_SIZE", max(3, READERS // 10))
        monkeypatch.setattr(digester, "RUN_TIME", math.inf)  # one look does all that is due, however slow the machine
        self.patch = monkeypatch
        for number in range(3):
            choices = self.choices()
            stream = Stream.objects.create(blog=blog, name=f"s{number}", slug=f"s{number}", expression=text_of(choices))
            self.model.streams[stream.pk] = choices
        make_post(blog, " ".join(TAGS), unannounced=True, first_published_at=self.now, last_published_at=self.now)
        self.model.posts[PostPage.objects.get().pk] = ModelPost(set(TAGS), self.now, self.now, unannounced=True)
        for _reader in range(READERS):
            self.join()

    def choices(self, several: bool = False) -> frozenset[Choice]:
        def one() -> Choice:
            wanted = frozenset(self.random.sample(self.names, self.random.choice([0, 1, 1, 2])))
            rest = [tag for tag in self.names if tag not in wanted]
            return wanted, frozenset(self.random.sample(rest, self.random.choice([0, 0, 1])))

        found = frozenset(one() for _choice in range(self.random.choice([1, 1, 2]) if several else 1))
        everything: Choice = (frozenset(), frozenset())
        return frozenset({everything}) if everything in found else found

    def join(self) -> None:
        """A reader with one to four subscriptions."""
        zone = self.random.choice(ZONES)
        reader = make_subscriber(expression=None, time_zone=zone, confirmed_at=self.now)
        self.model.zones[reader.pk], self.model.told[reader.pk], self.model.emails[reader.pk] = zone or "UTC", set(), []
        for _subscription in range(self.random.randint(1, 4)):
            self.add(reader)

    def add(self, reader: Subscriber | None = None) -> None:
        reader = reader or self.someone()
        stream = self.random.choice([None, None, *Stream.objects.all()])
        choices = self.choices(several=True)
        rhythm, hour, weekday = self.schedule()
        draft = SubscriptionDraft(AnyOf.parse(text_of(choices)), stream, rhythm, hour, weekday)
        try:
            added = managing.add(reader, draft)
        except Refused:
            return
        number = stream.pk if stream else None
        one = ModelSubscription(reader.pk, choices, number, rhythm, hour, weekday, self.now)
        self.model.begin(one)
        self.model.subscriptions[added.pk] = one

    def schedule(self) -> tuple[str, int, int]:
        return self.random.choice(Rhythm.values), self.random.choice([0, 1, 2, 3, 6, 23]), self.random.randrange(7)

    def someone(self) -> Subscriber:
        return self.random.choice(list(Subscriber.objects.confirmed()))

    def some_subscription(self) -> Subscription:
        return self.random.choice(list(Subscription.objects.current()))

    def some_post(self, visible: bool) -> PostPage | None:
        found = [number for number, post in self.model.posts.items() if post.visible == visible]
        return PostPage.objects.get(pk=self.random.choice(found)) if found else None

    # Events

    def publish(self) -> None:
        tags = set(self.random.sample(self.names, self.random.randint(0, 3)))
        unannounced = self.random.random() < 0.15
        date = self.now - timedelta(days=self.random.choice([0, 0, 3, 400]))
        dates = {"first_published_at": self.now, "last_published_at": self.now, "published": date}
        post = make_post(self.blog, " ".join(sorted(tags)), unannounced=unannounced, **dates)
        self.model.posts[post.pk] = ModelPost(tags, self.now, self.now, unannounced=unannounced)

    def hide(self) -> None:
        if post := self.some_post(visible=True):
            post.unpublish()
            self.model.posts[post.pk].visible = False

    def show_again(self) -> None:
        if post := self.some_post(visible=False):
            post.save_revision().publish()
            found = self.model.posts[post.pk]
            found.visible, found.last = True, self.now

    def retag(self) -> None:
        if post := self.some_post(visible=True):
            tags = set(self.random.sample(self.names, self.random.randint(0, 3)))
            post.tags.set(sorted(tags))
            post.save()
            self.model.posts[post.pk].tags = tags

    def rename(self) -> None:
        tag = self.random.choice(list(Tag.objects.filter(slug__in=self.names)))
        new = f"{tag.slug[0]}{self.random.randrange(1000)}"
        if Tag.objects.filter(slug=new).exists():
            return
        old = tag.slug
        rename_tag(tag, new, new)
        self.names[self.names.index(old)] = new
        self.model.rename(old, new)

    def merge(self) -> None:
        found = list(Tag.objects.filter(slug__in=self.names))
        if len(found) > 3:
            source, target = self.random.sample(found, 2)
            old = source.slug
            merge(source, target)
            self.names.remove(old)
            self.model.rename(old, target.slug)

    def edit_stream(self) -> None:
        if stream := self.random.choice([None, *Stream.objects.all()]):
            choices = self.choices()
            stream.expression = text_of(choices)
            stream.save()
            self.model.streams[stream.pk] = choices

    def delete_stream(self) -> None:
        if Stream.objects.count() > 1:
            stream = self.random.choice(list(Stream.objects.all()))
            number, choices = stream.pk, self.model.streams[stream.pk]
            stream.delete()
            followers = [key for key, one in self.model.subscriptions.items() if one.stream == number]
            for key in sorted(followers, key=lambda key: self.model.subscriptions[key].reader):
                self.model.select(key, choices)

    def erase(self) -> None:
        if Subscriber.objects.confirmed().count() > READERS // 2:
            reader = self.someone()
            suppression.erase(reader)
            self.forget(reader.pk)
            del self.model.zones[reader.pk]

    def forget(self, reader: int) -> None:
        for key in [key for key, one in self.model.subscriptions.items() if one.reader == reader]:
            del self.model.subscriptions[key]

    def drop(self) -> None:
        dropped = self.some_subscription()
        if dropped.subscriber.subscriptions.count() > 1:
            managing.drop(dropped)
            del self.model.subscriptions[dropped.pk]

    def leave_and_come_back(self) -> None:
        reader = self.someone()
        subscriptions.leave(reader)
        self.now += timedelta(minutes=self.random.randrange(200))
        if self.random.random() < 0.5:
            self.publish()
        self.now += timedelta(minutes=1)
        subscriptions.come_back(reader)
        for one in self.model.subscriptions.values():
            if one.reader == reader.pk:
                one.begins = self.now
                self.model.begin(one)

    def reschedule(self) -> None:
        changed = self.some_subscription()
        rhythm, hour, weekday = self.schedule()
        one = self.model.subscriptions[changed.pk]
        if (rhythm, hour, weekday) != (one.rhythm, one.hour, one.weekday):
            managing.change(changed, SubscriptionDraft(AnyOf.parse(changed.expression), changed.stream, rhythm, hour, weekday))
            one.rhythm, one.hour, one.weekday, one.day = rhythm, hour, weekday, None

    def pause(self) -> None:
        paused = self.some_subscription()
        until = paused.subscriber.today + timedelta(days=self.random.randint(1, 10))
        managing.pause(paused.subscriber, until, only=paused)
        one = self.model.subscriptions[paused.pk]
        one.paused, one.day = Subscription.objects.get(pk=paused.pk).paused_until, None

    def sleep_for_weeks(self) -> None:
        """The worker is dead for three weeks, in which other things happen."""
        for _day in range(7):
            self.now += timedelta(days=3, minutes=self.random.randrange(60))
            self.random.choice([self.publish, self.publish, self.hide, self.show_again, self.retag, self.add])()

    def wait(self) -> None:
        self.now += timedelta(minutes=self.random.choice([1, 3, 5, 30, 60, 120, 600, 1440, 3000]))

    def look(self) -> None:
        """The worker looks, perhaps killed while it writes; another goes on."""
        while self.random.random() < 0.3:
            with self.patch.context() as patched:
                patched.setattr(outbox, "put_many", self._dying())
                try:
                    Digester().send_due(self.now)
                except Killed:
                    self.digester = Digester()
                else:
                    break
        self.digester.send_due(self.now)
        self.model.look(self.now)

    def _dying(self) -> Any:
        put, lots = outbox.put_many, iter(range(self.random.randrange(4)))

        def put_many(deliveries: Any) -> None:
            if next(lots, None) is None:
                put(deliveries) if self.random.random() < 0.5 else None
                raise Killed
            put(deliveries)

        return put_many

    def emails(self) -> dict[int, list[set[int]]]:
        """The posts of the emails that each reader was written, in order."""
        found: dict[int, list[set[int]]] = {}
        for delivery in Delivery.objects.filter(kind="digest").order_by("pk"):
            posts = delivery.context["posts"]
            assert len(posts) == len(set(posts))
            found.setdefault(delivery.context["subscriber"], []).append(set(posts))
        return found

    def expected(self) -> dict[int, list[set[int]]]:
        return {reader: emails for reader, emails in self.model.emails.items() if emails and reader in self.model.zones}


def text_of(choices: frozenset[Choice]) -> str:
    return str(AnyOf.parse("|".join("+".join([*wanted, *(f"-{tag}" for tag in unwanted)]) for wanted, unwanted in choices)))


OFTEN = ("publish", "publish", "publish", "hide", "show_again", "show_again", "retag", "wait", "wait")
SELDOM = (
    "rename merge edit_stream edit_stream delete_stream erase drop add join leave_and_come_back reschedule pause"
    " sleep_for_weeks"
).split()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(int(os.environ.get("DIGEST_SEEDS", "2"))))
def test_emails_are_those_of_the_model(blog: BlogPage, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    history = History(blog, seed, monkeypatch)
    history.look()
    for number in range(EVENTS):
        event = history.random.choice([*OFTEN, *OFTEN, *SELDOM])
        getattr(history, event)()
        if history.random.random() < 0.8:
            history.look()
        assert history.emails() == history.expected(), f"event {number}, {event}, at {history.now}"
    history.now += timedelta(days=15)  # every pause is over, every week ends
    for _day in range(8):
        history.now += timedelta(days=1)
        history.look()
    assert history.emails() == history.expected()
    assert sum(map(len, history.expected().values())) > READERS
