"""What a request says: an action, the properties of an entry, and commands (`mp-…`) that are none of its properties."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.guard import FORMS
from publishing.refusals import INVALID, Refusal

Properties = dict[str, list[Any]]
JSON: Final = "application/json"
CREATE, UPDATE, DELETE, UNDELETE = "create", "update", "delete", "undelete"
ACTIONS: Final = (CREATE, UPDATE, DELETE, UNDELETE)
RESERVED: Final = ("h", "action", "url", "access_token", "q")
ENTRY: Final = "entry"
MOST_PROPERTIES: Final = 100
MOST_VALUES: Final = 200  # of one property
MOST_DEPTH: Final = 10
FILES: Final = ("photo", "featured")
INDEX: Final = re.compile(r"\[\d*\]$")  # behind the name of a field with several values


@dataclass(frozen=True)
class Command:
    """What to do with which post. In `remove`, None removes a property with all its values."""

    action: str
    url: str = ""
    properties: Properties = field(default_factory=dict)
    commands: Properties = field(default_factory=dict)
    files: "tuple[UploadedFile[Any], ...]" = ()
    replace: Properties = field(default_factory=dict)
    add: Properties = field(default_factory=dict)
    remove: dict[str, list[Any] | None] = field(default_factory=dict)


def bad(sentence: str) -> Refusal:
    return Refusal(INVALID, sentence)


def read(request: HttpRequest) -> Command:
    """Return what a request says. Raise Refusal with the reason where it says nothing that can be done."""
    if request.content_type == JSON:
        return _of_json(_loaded(request))
    if request.content_type in FORMS:
        return _of_form(request)
    raise bad(_("Send a form or JSON."))


def _loaded(request: HttpRequest) -> Any:
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError, SuspiciousOperation):
        raise bad(_("The body is no JSON.")) from None
    _check(data)
    return data


def _check(data: Any, depth: int = 0) -> None:
    """Raise Refusal for what nests too deeply, and for characters that no database holds."""
    if depth > MOST_DEPTH:
        raise bad(_("The JSON nests too deeply."))
    if isinstance(data, str):
        if "\0" in data or any("\ud800" <= sign <= "\udfff" for sign in data):
            raise bad(_("The text holds a character that is none (NUL, or half of a surrogate pair)."))
        return
    for inner in [*data, *data.values()] if isinstance(data, dict) else data if isinstance(data, list) else ():
        _check(inner, depth + 1)


def _of_form(request: HttpRequest) -> Command:
    given: Properties = {}
    for name, values in request.POST.lists():
        given.setdefault(INDEX.sub("", name), []).extend(values)
    if html := given.pop("content[html]", []):
        given["content"] = [{"html": text} for text in html] + given.get("content", [])
    _check(given)
    action, url = _one(given, "action") or CREATE, _one(given, "url")
    if action == UPDATE:
        raise bad(_("An update is sent as JSON."))
    if action not in ACTIONS:
        raise bad(_("There is no action “%s”.") % action[:50])
    if action != CREATE:
        return Command(action, url)
    if (kind := _one(given, "h") or ENTRY) != ENTRY:
        raise bad(_("Entries are published here, no “%s”.") % kind[:50])
    files = [file for name, files in request.FILES.lists() if INDEX.sub("", name) in FILES for file in files]
    if len(files) < sum(len(values) for _name, values in request.FILES.lists()):
        raise bad(_("Send pictures as “photo”: other files are not taken."))
    properties = {name: values for name, values in given.items() if name not in RESERVED}
    return Command(action, "", *_divided(properties), tuple(files))


def _of_json(data: Any) -> Command:
    if not isinstance(data, dict):
        raise bad(_("The body must be an object of JSON."))
    if "action" in data:
        return _of_action(data)
    if data.get("type", ["h-entry"]) != ["h-entry"]:
        raise bad(_('“type” must be ["h-entry"].'))
    return Command(CREATE, "", *_divided(_properties(_with_lists(data.get("properties")), "properties")))


def _with_lists(given: Any) -> Any:
    """Return properties with their values in lists: some programs send one value by itself, which only updates may not."""
    if not isinstance(given, dict):
        return given
    lists = {name: values if isinstance(values, list) else [values] for name, values in given.items()}
    return {name: values for name, values in lists.items() if values != [None]}


def _of_action(data: Mapping[str, Any]) -> Command:
    action, url = data["action"], data.get("url")
    if action not in (UPDATE, DELETE, UNDELETE):
        raise bad(_("There is no action “%s”.") % str(action)[:50])
    if not isinstance(url, str):
        raise bad(_("“url” must be the address of a post."))
    if action != UPDATE:
        return Command(action, url)
    if not {"replace", "add", "delete"}.intersection(data):
        raise bad(_("An update has “replace”, “add” or “delete”."))
    replace, add = (_properties(data.get(name, {}), name) for name in ("replace", "add"))
    return Command(action, url, replace=replace, add=add, remove=_removed(data.get("delete", {})))


def _removed(given: Any) -> dict[str, list[Any] | None]:
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return dict.fromkeys(given)
    return {**_properties(given, "delete")}


def _properties(given: Any, name: str) -> Properties:
    if not isinstance(given, dict):
        raise bad(_("“%s” must be an object of JSON.") % name)
    for key, values in given.items():
        if not isinstance(values, list):
            raise bad(_("The values of “%s” must be a list.") % key[:50])
    _check_number(given)
    return given


def _divided(given: Properties) -> tuple[Properties, Properties]:
    """Return the properties, and apart from them what tells the server what to do."""
    _check_number(given)
    commands = {name: values for name, values in given.items() if name.startswith("mp-")}
    return {name: values for name, values in given.items() if name not in commands}, commands


def _check_number(given: Properties) -> None:
    if len(given) > MOST_PROPERTIES or any(len(values) > MOST_VALUES for values in given.values()):
        raise bad(
            _("An entry has at most %(properties)d properties of %(values)d values.")
            % {"properties": MOST_PROPERTIES, "values": MOST_VALUES}
        )


def _one(given: Mapping[str, list[Any]], name: str) -> str:
    return str(next(iter(given.get(name, ())), ""))


def changed(command: Command, now: Properties) -> Properties:
    """Return the properties of a post after an update."""
    after = {name: [*values] for name, values in now.items()} | {name: [*values] for name, values in command.replace.items()}
    for name, values in command.add.items():
        after[name] = after.get(name, []) + [value for value in values if value not in after.get(name, [])]
    for name, removed in command.remove.items():
        after[name] = [] if removed is None else [value for value in after.get(name, []) if value not in removed]
    return after
