"""Who gets a post, its emails into the outbox and out of it: `python -m benchmarks.digests [READERS [SELECTIONS]]`.

Readers are sent each post of one of so many selections at once. A post appears that some of them have, then one that all have.
Some of the emails are then sent, signed, to a server in another process.
Processor time of this process, in a temporary database in memory; DATABASE_URL chooses another.
"""

import gc
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimonote.settings")
os.environ.setdefault("DEVELOPMENT", "true")
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

import django

READERS, SELECTIONS = 50_000, 2_000
MOST_MATCHING, MOST_WRITING = 2.0, 30.0  # seconds
LEAST_SENDING, EMAILS = 100, 1_000  # emails a second, emails sent
LOT = 5_000
EVERY_TAG = " ".join(f"t{number}" for number in range(100))

Result = TypeVar("Result")


def main(readers: int, selections: int) -> int:
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from signup.digests.digester import Digester
    from tests.support.factories import make_blog, make_post

    call_command("migrate", verbosity=0)
    blog = make_blog()
    now = timezone.now() - timedelta(days=3)
    make_post(blog, EVERY_TAG, published=now)
    Digester().send_due(now)
    subscribe(readers, selections, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does a minute after
    gc.collect()
    gc.freeze()  # as the worker does
    print(f"{readers} readers of {selections} selections")
    met = []
    for name, tags in (("a post of some", "t1"), ("a post of all", EVERY_TAG)):
        now += timedelta(days=1)
        make_post(blog, tags, published=now)
        met.append(is_sent_in_time(name, now))
    met.append(are_sent_in_time())
    print("met" if all(met) else "missed")
    return int(not all(met))


def is_sent_in_time(name: str, now: datetime) -> bool:
    """Send what has been published until now; print what that takes, and return whether it is little enough."""
    from mail.models import Delivery
    from signup.digests import editions
    from signup.digests.digester import send

    editions.publish(now)
    now += editions.SETTLING
    last = editions.last_settled(now)
    matching, digests = timed(lambda: count_emails(last, now))
    before, peak = Delivery.objects.count(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    writing, _ = timed(lambda: send(last, now))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    written = Delivery.objects.count() - before
    assert written == digests, (written, digests)
    print(f"{name}: who gets it {matching:.2f} s (at most {MOST_MATCHING}); {written} digests into the outbox")
    print(f"  {writing:.2f} s (at most {MOST_WRITING}), {writing / max(written, 1) * 1000:.2f} ms each; {grown:+.0f} MB")
    return matching <= MOST_MATCHING and writing <= MOST_WRITING


def are_sent_in_time() -> bool:
    """Send some of the emails that wait, signed and not; print how many a second, and return whether they are enough."""
    from django.test import override_settings

    from benchmarks.sink import sink
    from mail.management.commands.make_dkim_key import new_key, write_key
    from mail.models import Delivery

    wanted = Delivery.objects.values_list("pk", flat=True)[: 3 * EMAILS]
    Delivery.objects.exclude(pk__in=list(wanted)).delete()
    speeds = {}
    with sink() as url, override_settings(EMAIL_URL=url, MAIL_PACE=[]):
        send_emails(100)  # warms up
        speeds["by the mail server"] = send_emails(EMAILS)
        with TemporaryDirectory() as folder:
            key = Path(folder) / "dkim.pem"
            write_key(new_key("rsa"), key)
            with override_settings(DKIM_KEY_FILE=key, DKIM_SELECTOR="mail", DKIM_DOMAIN="notes.example"):
                speeds["here, by 2048 bits of RSA"] = send_emails(EMAILS)
    for name, speed in speeds.items():
        print(f"digests signed {name}: {speed:.0f} a second leave (at least {LEAST_SENDING})")
    return all(speed >= LEAST_SENDING for speed in speeds.values())


def send_emails(number: int) -> float:
    """Send at least so many, and return how many leave in a second of processor."""
    from mail.worker import Sender

    sender = Sender()
    seconds, _ = timed(lambda: all(sender.sent >= number or sender.send_batch() for _batch in range(number)))
    assert sender.sent >= number, sender.sent
    return sender.sent / seconds


def count_emails(last: int, now: datetime) -> int:
    """Do what `send` begins with, and undo it, for `send` to do it again."""
    from django.db import transaction

    from signup.digests.digester import BATCH_SIZE
    from signup.digests.matching import Matcher
    from signup.digests.reader_digests import read_readers
    from signup.digests.unmatched import pass_over
    from signup.models import Subscription

    with transaction.atomic():
        matcher = Matcher(last - 1, last)
        pass_over(matcher, now)
        readers = list(Subscription.objects.due(last, now).order_by("subscriber").values_list("subscriber", flat=True))
        lots = (readers[first : first + BATCH_SIZE] for first in range(0, len(readers), BATCH_SIZE))
        digests = sum(len(reader.digests) for lot in lots for reader in read_readers(lot, matcher, now))
        transaction.set_rollback(True)
    return digests


def timed(act: Callable[[], Result]) -> tuple[float, Result]:
    """Return the seconds of processor that something took, and its result."""
    start = time.process_time()
    result = act()
    return time.process_time() - start, result


def subscribe(readers: int, selections: int, now: datetime) -> None:
    """Readers who have confirmed, each with one of the selections: of one tag, without another."""
    from mail.models import address_hmacs
    from signup.models import State, Subscriber, Subscription

    for first in range(0, readers, LOT):
        numbers = range(first, min(first + LOT, readers))
        addresses = [f"r{number}@example.org" for number in numbers]
        Subscriber.objects.bulk_create(
            Subscriber(address=address, address_hmac=address_hmacs(address)[0], state=State.CONFIRMED, confirmed_at=now)
            for address in addresses
        )
        found = Subscriber.objects.order_by("-pk")[: len(numbers)]
        Subscription.objects.bulk_create(
            Subscription(
                subscriber=subscriber,
                confirmed_at=now,
                expression=f"t{subscriber.pk % selections % 100}+-u{subscriber.pk % selections // 100}",
                edition=1,
            )
            for subscriber in found
        )


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    sys.exit(main(*(given + [READERS, SELECTIONS][len(given) :])))
