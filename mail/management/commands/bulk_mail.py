"""`manage.py bulk_mail`: pauses and resumes mail to many, warms up a new address, and says how all that and the pace stand."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mail import pace
from mail.models import BulkSending, Delivery

BY = "manage.py bulk_mail"
LONGEST_PLAN = 365  # days


class Command(BaseCommand):
    help = (
        "Pause, resume or slow down mail to many subscribers (digests, announcements). "
        "Confirmations and other mail that somebody waits for go out all the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="status | pause | resume | warm-up")
        verbs.add_parser("status", help="say what waits, whether it is paused, how far the warm-up has come, and the pace")
        verbs.add_parser("pause", help="send no bulk mail from now on; what a worker is sending ends with its batch")
        verbs.add_parser("resume", help="send bulk mail again")
        plan = verbs.add_parser("warm-up", help="send a new address's bulk mail in growing daily volumes, from today on")
        plan.add_argument(
            "--volumes",
            type=_volumes,
            default=pace.WARM_UP,
            metavar="NUMBER,NUMBER,…",
            help="mails on the first day, the second and so on; after the last there is no limit "
            f"({','.join(map(str, pace.WARM_UP[:8]))},… doubling every two days)",
        )
        plan.add_argument("--end", action="store_true", help="end the plan: no daily limit any more")

    def handle(self, *, verb: str, **options: Any) -> None:
        match verb:
            case "pause":
                self.stdout.write("Bulk mail is paused." if pace.pause(BY) else "Bulk mail was paused already.")
            case "resume":
                self.stdout.write("Bulk mail is sent again." if pace.resume(BY) else "Bulk mail was not paused.")
            case "warm-up":
                pace.warm_up(None if options["end"] else timezone.localdate(), options["volumes"])
        for line in _status(timezone.localdate()):
            self.stdout.write(line)


def _status(today: date) -> Iterator[str]:
    state = BulkSending.current()
    yield f"{Delivery.objects.bulk().untried().count()} bulk mails wait."
    if state.paused_at:
        yield f"Paused since {state.paused_at:%Y-%m-%d %H:%M} UTC by {state.paused_by or 'someone'}."
    volume = state.volume(today)
    if state.warm_up_from and volume is not None:
        day = (today - state.warm_up_from).days + 1
        yield f"Warm-up: day {day} of {len(state.warm_up)}, {volume} bulk mails today."
    else:
        yield "No warm-up."
    yield f"Pace (MAIL_PACE): {' '.join(map(str, settings.MAIL_PACE)) or 'without limit'}."


def _volumes(text: str) -> tuple[int, ...]:
    """Read volumes such as `50,100,200`."""
    words = text.split(",")
    if len(words) > LONGEST_PLAN or not all(word.strip().isdecimal() and 0 < int(word) < 10**9 for word in words):
        raise CommandError(
            f"{text!r} is no plan of daily volumes: write up to {LONGEST_PLAN} numbers with commas, as 50,100,200."
        )
    return tuple(int(word) for word in words)
