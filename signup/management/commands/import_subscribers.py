"""`manage.py import_subscribers FILE`: takes over subscribers from a CSV file, a dry run unless told otherwise."""

import csv
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from wagtail.models import Site

from blog.search import analyze_tables
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, snapshot
from signup.forms import SelectionForm
from signup.management.sites import site_named
from signup.models import Rhythm, Texts
from signup.services.importing import ImportedSubscriber, Outcome, import_subscriber
from web.addresses import normalise

COLUMNS = ("address", "consented", "proof")  # that must be there
OPTIONAL = ("tags", "rhythm", "texts", "language")
ACTOR = "manage.py import_subscribers"


class RowForm(SelectionForm):
    """One line of the file."""

    address = forms.CharField(max_length=320)
    consented = forms.DateTimeField()
    proof = forms.CharField(max_length=500)
    rhythm = forms.ChoiceField(choices=Rhythm.choices, required=False)
    texts = forms.ChoiceField(choices=Texts.choices, required=False)
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)

    def clean_address(self) -> str:
        try:
            return normalise(self.cleaned_data["address"], smtputf8=settings.SIGNUP_SMTPUTF8).text
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_consented(self) -> Any:
        if self.cleaned_data["consented"] > timezone.now():
            raise ValidationError("this time is yet to come")
        return self.cleaned_data["consented"]


class Command(BaseCommand):
    help = (
        "Take over subscribers from a CSV file with the columns address, consented (date and time of the consent) and "
        "proof (how it was given: the form and its words, perhaps the network), and perhaps tags (none: every note), "
        "rhythm (each, daily, weekly), texts (excerpt, whole) and language. Suppressed, erased and unsubscribed addresses "
        "are refused. "
        "Without --write nothing is changed. Nothing is sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a CSV file in UTF-8, whose first line names the columns")
        parser.add_argument("--site", default="", help="the host of the site that they subscribe to (the default site)")
        parser.add_argument("--write", action="store_true", help="import; otherwise only say what would be done")

    def handle(self, *, file: Path, site: str, write: bool, **options: Any) -> None:
        chosen = site_named(site)
        index = snapshot(chosen.root_page.path, PUBLIC)
        counts: Counter[str] = Counter()
        with transaction.atomic():
            for line, row in _rows(file):
                counts[self._take(line, row, chosen, index)] += 1
            if not write:
                transaction.set_rollback(True)
        if write:
            analyze_tables()
        for name, number in counts.most_common():
            self.stdout.write(f"{number} {name}")
        self.stdout.write("Imported." if write else "Nothing was changed: this was a dry run. Use --write to import.")

    def _take(self, line: int, row: dict[str, str], site: Site, index: TagIndex) -> str:
        form = RowForm(row, index=index)
        if not form.is_valid():
            for name, messages in form.errors.items():
                self.stderr.write(f"Line {line}, {name} {row.get(name, '')!r}: {' '.join(map(str, messages))}")
            return "not valid"
        data = form.cleaned_data
        given = ImportedSubscriber(
            address=data["address"],
            selections=data["tags"],
            rhythm=data["rhythm"] or Rhythm.EACH,
            texts=data["texts"] or Texts.EXCERPT,
            consented=data["consented"],
            proof=data["proof"],
            site=site,
            language=data["language"],
        )
        outcome = import_subscriber(given, ACTOR)
        if outcome is Outcome.REFUSED:
            self.stderr.write(f"Line {line}: {data['address']} is {outcome.value}.")
        return outcome.value


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines of a CSV file with their numbers. Raise CommandError where it cannot be read."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            names = reader.fieldnames or []
            missing = [name for name in COLUMNS if name not in names]
            unknown = [name for name in names if name not in (*COLUMNS, *OPTIONAL)]
            if missing or unknown:
                wrong = [f"lacks the column {name}" for name in missing] + [f"has a column {name!r}" for name in unknown]
                known = ", ".join((*COLUMNS, *OPTIONAL))
                raise CommandError(f"{file} {' and '.join(wrong)}: its first line names some of {known}.")
            for row in reader:
                yield reader.line_num, {name: value or "" for name, value in row.items() if name is not None}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} cannot be read as CSV in UTF-8 ({error}).") from error
