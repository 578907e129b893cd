"""Values of an export's YAML, of the types that they must have. No database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import yaml

from transfer.importing.source import Refusal
from transfer.importing.static_sites.front_matter import LOADER
from transfer.importing.words import _


@dataclass(frozen=True, slots=True)
class Values:
    """A mapping of YAML; each method returns one value, and raises Refusal where it is of another type."""

    values: dict[str, Any]

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise _refusal(name, _("a text"))
        if "\0" in value:
            raise _refusal(name, _("a text without NUL characters"))
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and "\0" not in item for item in value):
            raise _refusal(name, _("a list of texts"))
        return tuple(value)

    def number(self, name: str) -> int:
        value = self.values.get(name, 0)
        if not isinstance(value, int) or not 0 <= value < 2**31:
            raise _refusal(name, _("a number from 0 to 2,147,483,647"))
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise _refusal(name, _("true or false"))
        return value

    def moment(self, name: str) -> datetime | None:
        value = self.values.get(name)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if value is not None and not isinstance(value, datetime):
            raise _refusal(name, _("a time, such as 2018-05-31T12:00:00+00:00"))
        return value.replace(tzinfo=value.tzinfo or UTC) if value else None

    def uuid(self, name: str) -> UUID | None:
        value = self.text(name)
        try:
            return UUID(value) if value else None
        except ValueError as error:
            raise _refusal(name, _("a UUID")) from error

    def below(self, name: str) -> "Values":
        value = self.values.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise _refusal(name, _("a mapping"))
        return Values(value)

    def each(self, name: str) -> "Iterator[Values]":
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise _refusal(name, _("a list of mappings"))
        yield from map(Values, value)


def read_yaml(text: str) -> Any:
    """Return the value of a YAML text. Raise Refusal with the line where it is none."""
    try:
        return yaml.load(text, LOADER)  # noqa: S506 (a safe one)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Refusal(
            _("The YAML cannot be read: %(error)s.") % {"error": getattr(error, "problem", None) or error},
            mark.line + 1 if mark else 1,
        ) from error


def mapping(value: Any) -> Values:
    """Return a value as a mapping; Refusal where it is none."""
    return Values({"": value}).below("")


def _refusal(name: str, wanted: str) -> Refusal:
    return Refusal(
        _("“%(name)s” is not %(wanted)s, as an export of Kimonote has it.") % {"name": name or _("The file"), "wanted": wanted}
    )
