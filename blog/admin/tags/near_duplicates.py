"""Pairs of tags whose names are nearly the same, found without comparing each with each. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from blog.selections.near_names import PLURALS, letters, nearly_same
from blog.selections.slugs import slug


def near_pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of names that are nearly the same.

    >>> near_pairs(["color", "red", "colour", "boxes", "box", "parties", "party", "cloour"])
    [('box', 'boxes'), ('cloour', 'colour'), ('color', 'colour'), ('parties', 'party')]
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for key in set(_keys(name)):
            alike[key].append(name)
    candidates = {
        (min(one, other), max(one, other)) for found in alike.values() for one in found for other in found if one != other
    }
    return sorted(pair for pair in candidates if nearly_same(*pair))


def _keys(name: str) -> Iterator[str]:
    """Yield what two names have in common that differ by one letter, a transposition, a plural or signs.

    These are the name, and the name without any one of its letters (as in the algorithm SymSpell).
    """
    plain = letters(name)
    yield plain
    yield f"-{slug(name)}"
    for place in range(len(plain)):
        yield plain[:place] + plain[place + 1 :]
    for plural in PLURALS:
        if plain.endswith(plural):
            yield plain.removesuffix(plural)
    if plain.endswith("ies"):
        yield f"{plain[:-3]}y"
