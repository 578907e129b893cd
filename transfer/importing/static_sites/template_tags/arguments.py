"""Arguments of template tags and shortcodes: positional and named, quoted or bare, separated by spaces or commas."""

import re
from dataclasses import dataclass

ARGUMENT = re.compile(
    r"""(?:(?P<key>[A-Za-z_][\w-]*)\s*(?::(?!//)|=)\s*)?(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s,"']+))""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class TagArguments:
    """The arguments of one tag."""

    positional: tuple[str, ...]
    named: dict[str, str]

    def get(self, *keys: str) -> str:
        """Return the first of these named arguments that is there; else ""."""
        return next((self.named[key] for key in keys if self.named.get(key)), "")


def parse_arguments(text: str) -> TagArguments:
    """Parse the arguments of a tag.

    >>> parse_arguments('"a b.png", alt="its", width: 3')
    TagArguments(positional=('a b.png',), named={'alt': 'its', 'width': '3'})
    """
    positional: list[str] = []
    named: dict[str, str] = {}
    for found in ARGUMENT.finditer(text):
        quoted = found["double"] if found["double"] is not None else found["single"]
        value = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else found["bare"]
        if found["key"]:
            named[found["key"].lower()] = value
        else:
            positional.append(value)
    return TagArguments(tuple(positional), named)
