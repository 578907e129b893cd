"""The file of `--shortcodes`: what the old site's own template tags mean."""

from transfer.importing.source import Refusal
from transfer.importing.static_sites.front_matter import read_yaml
from transfer.importing.static_sites.template_tags.alerts import ALERTS, ALERTS_BY_ARGUMENT
from transfer.importing.static_sites.template_tags.known_tags import KNOWN_TAGS
from transfer.importing.words import _

MEANINGS = {"text", "drop", "keep", "param", *KNOWN_TAGS, *ALERTS, *ALERTS_BY_ARGUMENT}


def read_shortcodes(text: str) -> dict[str, str]:
    """Return the meanings of tags by folded name, from lines such as `pic: figure`. Raise Refusal for an unknown meaning."""
    meanings = {}
    for name, meaning in read_yaml(text, 1).values.items():
        if not isinstance(meaning, str) or meaning not in MEANINGS:
            raise Refusal(
                _("“%(meaning)s” is no meaning of the tag “%(name)s”: write one of %(names)s.")
                % {"meaning": meaning, "name": name, "names": ", ".join(sorted(MEANINGS))}
            )
        meanings[name] = meaning
    return meanings
