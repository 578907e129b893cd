"""`manage.py mail_report`: what became of mail, by week and by recipients' domain, as on the admin's first page."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mail.models import Result
from mail.pace import RETENTION
from mail.results import DOMAINS, WEEKS, Row, by_domain, by_week, monday

MOST_WEEKS = RETENTION.days // 7  # for which numbers are kept
MOST_DOMAINS = 10_000
NUMBER_WIDTH = max(map(len, Result.values)) + 2  # characters


class Command(BaseCommand):
    help = (
        "Print how many mails were accepted, deferred, bounced and complained of, by week (that begins on the Monday named) "
        "and by recipients' domain: one mail can be deferred several times, then accepted, then bounce."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        weeks, domains = _up_to(MOST_WEEKS), _up_to(MOST_DOMAINS)
        parser.add_argument(
            "--weeks", type=weeks, default=WEEKS, metavar="NUMBER", help=f"the last so many, this one too ({WEEKS})"
        )
        parser.add_argument(
            "--domains", type=domains, default=DOMAINS, metavar="NUMBER", help=f"with the most mail in these weeks ({DOMAINS})"
        )
        parser.add_argument("--json", action="store_true", help="print the numbers as JSON")

    def handle(self, *, weeks: int, domains: int, **options: Any) -> None:
        now = timezone.now()
        first = monday(now, weeks)
        found = {"week": by_week(now, weeks), "domain": by_domain(first, domains)}
        if options["json"]:
            self.stdout.write(json.dumps({f"{kind}s": _objects(kind, rows) for kind, rows in found.items()}, indent=2))
            return
        for kind, heading in (("week", "Week from"), ("domain", f"Since {first:%Y-%m-%d}, to")):
            for line in _table(heading, found[kind]):
                self.stdout.write(line)


def _up_to(most: int) -> Callable[[str], int]:
    """Return what reads a number from 1 on, as argparse wants it."""

    def read(text: str) -> int:
        if not (text.isdecimal() and 1 <= int(text) <= most):
            raise ArgumentTypeError(f"{text!r}: write a number from 1 to {most}.")
        return int(text)

    return read


def _objects(kind: str, rows: list[Row]) -> list[dict[str, object]]:
    return [{kind: str(row.name), **row.by_result} for row in rows]


def _table(heading: str, rows: list[Row]) -> Iterator[str]:
    """Yield the lines of a table, an empty one after it."""
    width = max(map(len, [heading, *(str(row.name) for row in rows)]))
    yield f"{heading:{width}}" + "".join(f"{result:>{NUMBER_WIDTH}}" for result in Result.values)
    for row in rows:
        yield f"{row.name!s:{width}}" + "".join(f"{number:>{NUMBER_WIDTH}}" for number in row.numbers)
    yield ""
