"""`manage.py subscribers`: adds one by hand, and does with many what the admin's listing does; dry runs without --write."""

from argparse import ArgumentParser, ArgumentTypeError, _SubParsersAction
from collections import Counter
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from blog.batches import batched
from blog.selections.slugs import fold
from blog.tagindex.store import PUBLIC, snapshot
from signup.admin.adding import AddForm
from signup.forms import PauseForm
from signup.management.sites import site_named
from signup.models import Rhythm, State, Subscriber, Texts
from signup.models.subscribers import SubscriberQuerySet
from signup.services import subscriptions
from signup.services.many import VERBS

ACTOR = "manage.py subscribers"
MOST_SHOWN = 20  # addresses in a report
BATCH_SIZE = 500  # subscribers between two lines on how far it is
HELP = {
    "pause": "send them no letters until a day; what appears meanwhile comes in the first letter after it",
    "resume": "let the letters of those who are paused go on now",
    "resend": "send those who have not confirmed another letter that asks for it",
    "unsubscribe": "end all their subscriptions; they are told nothing, and can sign up again",
    "suppress": "never write to these addresses again, nor to anyone who signs up with one of them",
}


class Command(BaseCommand):
    help = (
        "Add a subscriber by hand, or do with many what the listing of subscribers in the admin does. "
        "Without --write nothing is changed and nothing is sent: it says what would be."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar=" | ".join(["add", "remark", *HELP]))
        _add_parser(verbs)
        remark = _parser(verbs, "remark", "replace the remarks on a subscriber, who is given them when they ask for their data")
        remark.add_argument("address")
        remark.add_argument("notes", metavar="remarks", help="'' for none")
        for verb, words in HELP.items():
            _choosing_parser(verbs, verb, words)

    def handle(self, *, verb: str, write: bool, **options: Any) -> None:
        if verb == "add":
            self._add(write, **options)
        elif verb == "remark":
            self._remark(write, **options)
        else:
            self._act(verb, write, **options)
        self.stdout.write("Done." if write else "Nothing was changed: this was a dry run. Use --write to do it.")

    def _add(self, write: bool, site: str, **options: Any) -> None:
        chosen = site_named(site)
        names = ("address", "tags", "rhythm", "texts", "language", "notes")
        sent = {"site": str(chosen.pk), **{name: options[name] for name in names}}
        form = AddForm(sent, index=snapshot(chosen.root_page.path, PUBLIC))
        if not form.is_valid():
            wrong = (f"{name} {sent.get(name, '')!r}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
            raise CommandError("\n".join(wrong))
        try:
            with transaction.atomic():
                subscriber = subscriptions.invite(form.request(), ACTOR, options["notes"])
                if not write:
                    transaction.set_rollback(True)
        except subscriptions.Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{subscriber} is sent a letter that asks for the confirmation.")

    def _remark(self, write: bool, address: str, notes: str, **options: Any) -> None:
        (subscriber,) = _known([address])
        self.stdout.write(f"{subscriber}, now: {subscriber.notes!r}; then: {notes!r}")
        if write:
            Subscriber.objects.filter(pk=subscriber.pk).update(notes=notes)

    def _act(self, verb: str, write: bool, **options: Any) -> None:
        chosen = _chosen(**options)
        given = {name: options[name] for name in ("until",) if name in options}
        concerned = VERBS[verb].concerned(chosen).order_by("pk")
        self._report(verb, chosen, concerned)
        keys = list(concerned.values_list("pk", flat=True)) if write else []
        done = 0
        for some in batched(keys, BATCH_SIZE):
            done += VERBS[verb].act(Subscriber.objects.filter(pk__in=some), ACTOR, **given)
            self.stdout.write(f"{verb}: {done} of {len(keys)}.")

    def _report(self, verb: str, chosen: SubscriberQuerySet, concerned: SubscriberQuerySet) -> None:
        number = concerned.count()
        self.stdout.write(f"{verb}: {number} of {chosen.count()} chosen.")
        for address in concerned.values_list("address", flat=True)[:MOST_SHOWN]:
            self.stdout.write(f"  {address}")
        if number > MOST_SHOWN:
            self.stdout.write(f"  … and {number - MOST_SHOWN} more")
        others = Counter(chosen.exclude(pk__in=concerned.order_by().values("pk")).values_list("state", flat=True))
        for state, count in sorted(others.items()):
            self.stdout.write(f"Stay as they are: {count} {state}.")


def _parser(verbs: "_SubParsersAction[ArgumentParser]", name: str, words: str) -> ArgumentParser:
    found = verbs.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    found.add_argument("--write", action="store_true", help="do it; otherwise only say what would be done")
    return found


def _add_parser(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    add = _parser(verbs, "add", "ask the owner of an address for the confirmation of a subscription, as the sign-up form does")
    add.add_argument("address")
    add.add_argument("--tags", default="", help="only notes tagged so, such as 'design -work' (every note)")
    add.add_argument("--rhythm", choices=Rhythm.values, default=Rhythm.EACH, help="how often (each note as it appears)")
    add.add_argument("--texts", choices=Texts.values, default=Texts.EXCERPT, help="how much of each note (its beginning)")
    add.add_argument("--language", choices=dict(settings.LANGUAGES), default=settings.LANGUAGE_CODE, help="of the letters")
    add.add_argument("--site", default="", help="the host of the site that is subscribed to (the default site)")
    add.add_argument("--notes", default="", metavar="REMARKS", help="remarks for those who care for subscribers")


def _choosing_parser(verbs: "_SubParsersAction[ArgumentParser]", verb: str, words: str) -> None:
    parser = _parser(verbs, verb, words)
    parser.add_argument("addresses", nargs="*", metavar="address", help="whom; or choose by what follows, all of it together")
    parser.add_argument("--state", action="append", choices=State.values, default=[], help="those in this state; repeatable")
    parser.add_argument(
        "--tag", default="", help="those with a selection that names this tag; --tag=-work: who does not want it"
    )
    parser.add_argument("--containing", default="", metavar="WORDS", help="those whose address holds this, as @example.org")
    parser.add_argument("--all", action="store_true", help="all subscribers")
    if verb == "pause":
        parser.add_argument("--until", type=_day, required=True, metavar="YYYY-MM-DD", help="the day on which letters go on")


def _day(text: str) -> date:
    form = PauseForm({"until": text}, today=timezone.localdate())
    if not form.is_valid():
        raise ArgumentTypeError(f"{text!r}: {' '.join(map(str, form.errors['until']))}")
    until: date = form.cleaned_data["until"]
    return until


def _chosen(addresses: list[str], state: list[str], tag: str, containing: str, **options: Any) -> SubscriberQuerySet:
    """Return who is named, or found by all that is asked for. Raise CommandError where neither is, or a name is unknown."""
    asked = bool(state or tag or containing or options["all"])
    if bool(addresses) == asked:
        raise CommandError("Name addresses, or choose by --state, --tag and --containing, or take --all: one of these.")
    if addresses:
        return Subscriber.objects.filter(pk__in=[one.pk for one in _known(addresses)])
    found = Subscriber.objects.not_erased()
    found = found.filter(state__in=state) if state else found
    found = found.naming(fold(tag.strip())) if tag else found
    return found.found_by(containing) if containing else found


def _known(addresses: list[str]) -> list[Subscriber]:
    """Return the subscribers of these addresses. Raise CommandError where one has none."""
    found = {address: Subscriber.objects.not_erased().known_as(address).first() for address in addresses}
    if unknown := [address for address, subscriber in found.items() if subscriber is None]:
        raise CommandError(f"No subscriber has the address {', '.join(unknown)}.")
    return [subscriber for subscriber in found.values() if subscriber is not None]
