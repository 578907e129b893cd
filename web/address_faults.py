"""What is wrong with an address, in the site's language: email-validator says it in English alone. No look-ups."""

import re
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from email_validator import EmailNotValidError

# By what the library's sentence holds; the first that is found counts. What it puts into `sign` is shown in place of %s.
FAULTS = tuple(
    (re.compile(said), fault)
    for said, fault in (
        (r'"full-width"|"small commercial at"', gettext_noop("another sign stands in place of the @.")),
        (r"must have an @-sign", gettext_noop("it has no @.")),
        (r"something before the @", gettext_noop("nothing stands before the @.")),
        (r"something after the @", gettext_noop("nothing stands after the @.")),
        (r"two periods in a row", gettext_noop("it has two dots in a row.")),
        (r"start with a period", gettext_noop("it begins with a dot.")),
        (r"period immediately before", gettext_noop("a dot stands right before the @.")),
        (r"period immediately after", gettext_noop("a dot stands right after the @.")),
        (r"hyphen immediately after", gettext_noop("a hyphen stands right after the @.")),
        (r"end with a period", gettext_noop("it ends with a dot.")),
        (r"end with a hyphen", gettext_noop("it ends with a hyphen.")),
        (r"period and a hyphen", gettext_noop("a dot and a hyphen stand side by side.")),
        (r"too long before the @", gettext_noop("it is too long before the @.")),
        (r"too long after the @|separated by so many", gettext_noop("it is too long after the @.")),
        (r"too long", gettext_noop("it is too long.")),
        (r"should have a period", gettext_noop("what stands after the @ has no dot, as example.org has one.")),
        (r"valid top-level domain", gettext_noop("it ends like no name of the internet, such as .org.")),
        (r"special-use or reserved", gettext_noop("no mail goes to the name after the @: it is set apart for other uses.")),
        (r"in brackets|A bracketed", gettext_noop("a name has to stand after the @, no number in brackets.")),
        (r"display name|angle bracket|anything after|close quote", gettext_noop("more than the address alone stands there.")),
        (r"before the @-sign: (?P<sign>.+)\.$", gettext_noop("before the @ stands what cannot stand there: %s.")),
        (r"unsafe characters: (?P<sign>.+)\.$", gettext_noop("it holds what no address can hold: %s.")),
        (r"invalid characters[^:]*: (?P<sign>.+)\.$", gettext_noop("after the @ stands what cannot stand there: %s.")),
        (r"after the @|two dashes|IDNA", gettext_noop("what stands after the @ is no name of the internet.")),
    )
)
SPACE = re.compile(r"(?<!\w )\bSPACE\b")  # alone, and no part of another sign's name
OTHER = gettext_noop("it is not written as addresses are.")


def explain(error: EmailNotValidError) -> str:
    """Return the end of a sentence: what is wrong, and where."""
    found = map(partial(_fault, str(error)), FAULTS)
    return next(filter(None, found), None) or _(OTHER)


def _fault(said: str, known: tuple[re.Pattern[str], str]) -> str | None:
    pattern, fault = known
    found = pattern.search(said)
    if found is None:
        return None
    return _(fault) % SPACE.sub(_("a blank"), found["sign"]) if "sign" in pattern.groupindex else _(fault)
