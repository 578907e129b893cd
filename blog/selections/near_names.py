"""Whether two tags' names are nearly the same, as “colour” and “color” are. Pure."""

import unicodedata
from functools import lru_cache

from blog.selections.slugs import NAMES, fold_name, slug

SHORTEST = 4  # letters of names that may differ by one: among shorter ones that is too many
PLURALS = ("s", "es", "e", "en", "n", "er")


def nearly_same(one: str, other: str) -> bool:
    """Return whether names differ only in separators, accents, a plural, or one letter left out, replaced or transposed.

    >>> [nearly_same("colour", name) for name in ("color", "Colours", "co lour", "cloour", "cólour", "collar", "red")]
    [True, True, True, True, True, False, False]
    >>> nearly_same("rfc 8058", "rfc 8059"), nearly_same("go", "got"), nearly_same("boxes", "box")
    (False, False, True)
    """
    first, second = letters(one), letters(other)
    if first == second or slug(one) == slug(other):
        return True
    shorter, longer = sorted((first, second), key=len)
    if longer.startswith(shorter) and longer[len(shorter) :] in PLURALS and len(shorter) >= SHORTEST - 1:
        return True
    if shorter[-1:] == "y" and longer == f"{shorter[:-1]}ies":
        return True
    return len(shorter) >= SHORTEST and _is_one_edit(shorter, longer)


@lru_cache(NAMES)
def letters(name: str) -> str:
    """Return a name without separators and accents; the signs that tell names apart (“C#”) stay."""
    apart = unicodedata.normalize("NFKD", fold_name(name))
    return "".join(sign for sign in apart if not unicodedata.combining(sign) and sign not in " -_.")


def _is_one_edit(shorter: str, longer: str) -> bool:
    """Return whether one letter, no digit, is inserted or replaced, or two neighbours are transposed."""
    if len(longer) - len(shorter) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    before, after = shorter[start:], longer[start:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    if any(map(str.isdigit, before + after)):
        return False
    return max(len(before), len(after)) == 1 or (len(before) == len(after) == 2 and before == after[::-1])
