"""What a check found: how bad, in one sentence with the value found, and the record or setting that cures it. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mail.deliverability.lookup import Unanswered
from mail.deliverability.words import _, gettext_noop

DNSSEC_CURE = gettext_noop(
    "Have the zone signed anew, or remove its DS record at the registrar until its signatures are right; "
    "dnsviz.net shows which of them are not."
)
TXT_STRING = 255  # bytes, the longest a single string of a TXT record may be (RFC 1035, 3.3.14)


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding on one subject (SPF, DKIM …); `code` names the fault for programs, `cure` is ready to paste."""

    subject: str
    level: Level
    code: str
    sentence: str
    cure: str = ""


def record(name: str, rdtype: str, value: str) -> str:
    """Return a line for a zone file; long text is cut into strings, which readers join without a space.

    >>> record("example.org", "TXT", "v=spf1 -all")
    'example.org. IN TXT "v=spf1 -all"'
    """
    if rdtype == "TXT":
        strings = [value[start : start + TXT_STRING] for start in range(0, len(value), TXT_STRING)]
        value = " ".join(f'"{string}"' for string in strings)
        value = f"( {value} )" if len(strings) > 1 else value
    return f"{name.rstrip('.')}. IN {rdtype} {value}"


def not_checked(subject: str, what: str, why: Exception | str, cure: str = "") -> Finding:
    """Return the finding that something could not be checked, which is no error; what DNSSEC forbids to believe is one."""
    if isinstance(why, Unanswered) and why.is_bogus:
        sentence = _("%(what)s: %(why)s, and receivers that verify signatures find nothing.") % {"what": what, "why": why}
        return Finding(subject, Level.ERROR, "dnssec-bogus", sentence, _(DNSSEC_CURE))
    return Finding(
        subject, Level.NOT_CHECKED, "not-checked", _("%(what)s was not checked: %(why)s.") % {"what": what, "why": why}, cure
    )


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.level is Level.ERROR for finding in findings)


def as_json(findings: Iterable[Finding]) -> str:
    fields = ("subject", "level", "code", "sentence", "cure")
    rows = [{name: str(getattr(finding, name)) for name in fields} for finding in findings]
    return json.dumps(rows, indent=2, ensure_ascii=False)
