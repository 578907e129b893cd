"""Arguments of template tags and shortcodes: positional and named, quoted or bare, parted by spaces or commas."""

import re
from dataclasses import dataclass

ARGUMENT = re.compile(
    r"""(?:(?P<key>[A-Za-z_][\w-]*)\s*[:=]\s*)?(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s,"']+))""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a tag was given."""

    positional: tuple[str, ...]
    named: dict[str, str]

    def get(self, *keys: str) -> str:
        """The first of these named arguments that is there; else nothing."""
        return next((self.named[key] for key in keys if self.named.get(key)), "")


def parse_arguments(text: str) -> Arguments:
    """Read the arguments of a tag.

    >>> parse_arguments('"a b.png", alt="its", width: 3')
    Arguments(positional=('a b.png',), named={'alt': 'its', 'width': '3'})
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
    return Arguments(tuple(positional), named)
