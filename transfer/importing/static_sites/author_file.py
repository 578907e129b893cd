"""Files that say who is meant by an author's handle: `_data/authors.yml` of Jekyll, those of Hugo, and that of `--authors`."""

from collections.abc import Iterator, Mapping

from transfer.importing.source import Refusal
from transfer.importing.static_sites.front_matter import READERS, Value
from transfer.importing.words import _

NAME_KEYS = ("name", "displayname", "display_name", "fullname", "full_name", "title")  # of an author
MAX_NAME = 200  # characters


def read_authors(text: str, suffix: str) -> dict[str, str]:
    """Return names by handle in lower case, from lines such as `noah: Noah Kunin`; a suffix such as `.toml` tells the format.

    Raise Refusal for an entry without a name.
    """
    people = READERS.get(suffix[1:].lower(), READERS["yaml"])(text, 1)
    names = dict(names_of(people.values))
    for handle in people.values:
        if not 0 < len(names.get(handle.lower(), "")) <= MAX_NAME:
            reason = _("“%(handle)s” has no name of at most %(most)d characters: write a line such as “noah: Noah Kunin”.")
            raise Refusal(reason % {"handle": handle, "most": MAX_NAME}, people.line(handle))
    return names


def names_of(people: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """Yield the handle, in lower case, and the name of each author that has one."""
    for handle, person in people.items():
        name = next((person[key] for key in NAME_KEYS if key in person), "") if isinstance(person, dict) else person
        if isinstance(name, str) and name.strip():
            yield handle.lower(), " ".join(name.split())
