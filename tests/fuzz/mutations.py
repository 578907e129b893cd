"""Hostile texts and bytes, made of samples by chance."""

from collections.abc import Sequence
from random import Random

from tests.support.hostile import corpus

PIECES = (
    *(
        "\0",
        "\r\n",
        "%00",
        "%",
        "%zz",
        "%ff%fe",
        "/",
        "//",
        "..",
        "../..",
        "\\",
        ";",
        "+",
        "-",
        "--",
        "&",
        "=",
        "?",
        "#",
        "@",
        ":",
    ),
    *("\ud800", "\udfff", "\u202e", "\ufeff", "\uffff", "\U0010ffff", "é", "İ", "ß", "ﬀ", "Ⅷ", "٣", "a\u0301", "\x7f", "\x85"),
    *(
        "'",
        '"',
        "<",
        ">",
        "{{7*7}}",
        "{% x %}",
        "${x}",
        "$(x)",
        "`x`",
        "' OR 1=1--",
        "); DROP TABLE x;--",
        "%s",
        "%(x)s",
        "{0}",
        "*",
    ),
    *("9" * 30, "-1", "0", "1e309", "NaN", "Infinity", "0x7f", "2147483648", "9223372036854775808", "١٢", "2018-13-45", "null"),
    *("a" * 300, "a+" * 60, "-a" * 60, "(" * 500, "[" * 500, "a" * 5000, "%2f" * 100, "🏳️‍🌈" * 20),
)


def text(chance: Random, samples: Sequence[str]) -> str:
    """Return a sample, mostly damaged; or something hostile."""
    found = chance.choice(samples) if chance.random() < 0.6 else chance.choice(CORPUS)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        start = chance.randint(0, len(found))
        end = min(len(found), start + chance.choice((0, 0, 1, 5)))
        found = found[:start] + chance.choice(PIECES) + found[end:]
    return found


def raw(chance: Random, samples: Sequence[bytes]) -> bytes:
    """Return a sample with bytes changed, left out, doubled, and put in."""
    found = bytearray(chance.choice(samples))
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        start = chance.randint(0, len(found))
        end = min(len(found), start + chance.choice((0, 1, 2, 20)))
        instead = (
            b"",
            chance.randbytes(4),
            bytes(found[start:end]) * 3,
            chance.choice(PIECES).encode("utf-8", "surrogatepass"),
        )
        found[start:end] = chance.choice(instead)
    return bytes(found)


CORPUS = [one for one in corpus() if len(one) < 2000]
