"""JSON of exports, read within limits."""

import json
from pathlib import Path
from typing import Any

from transfer.importing.source import Refusal
from transfer.importing.words import _

MAX_BYTES = 200_000_000  # of a JSON file, which is read whole


def read_json(path: Path) -> Any:
    """Return a JSON file's value. Raise Refusal, with the line, where it cannot be read."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Refusal(
            _("The file has %(size)s bytes: a JSON export may have %(max_bytes)s.")
            % {"size": f"{size:,}", "max_bytes": f"{MAX_BYTES:,}"}
        )
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refusal(
            _("The file is not UTF-8 (at byte %(start)s), as JSON must be.") % {"start": f"{error.start:,}"}
        ) from error
    except json.JSONDecodeError as error:
        raise Refusal(_("The JSON cannot be read: %(msg)s.") % {"msg": error.msg}, error.lineno) from error
    except RecursionError as error:
        raise Refusal(_("The JSON nests its values too deeply.")) from error


def dicts(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; [] where it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a text or number as text; "" for anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
