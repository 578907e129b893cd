"""Letters: what each kind of mail says, as subject, text and HTML, in the words an editor gave and one language."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from signup.models import Wording

SUBJECT_LENGTH = 200  # characters


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words."""

    subject: str
    text: str
    html: str


def write(kind: str, wording: Wording, values: dict[str, str], context: dict[str, Any]) -> Letter:
    """Write a letter in the active language; `values` fill the placeholders of the editor's words.

    `context` is what the kind's templates show: addresses of links, times, posts; its `title` goes before the usual subject.
    """
    heading = one_line(_say(kind, "subject", wording, values))
    words = {**context, "heading": heading, "introduction": _say(kind, "text", wording, values)}
    return fill(f"signup/mail/{kind}", one_line(context.get("title", "")) or heading, wording, words, values)


def fill(template: str, subject: str, wording: Wording, words: dict[str, Any], values: dict[str, str] | None = None) -> Letter:
    """Fill a letter's two templates, `.txt` and `.html`, in the active language."""
    common = {
        "subject": one_line(subject),
        "site_name": one_line(wording.site_name),
        "footer": wording.say("footer", **(values or {})),
        "language": translation.get_language(),
    }
    words = {**words, **common}
    text = render_to_string(f"{template}.txt", words)
    return Letter(common["subject"] or "", _tidy(text), render_to_string(f"{template}.html", words))


def one_line(words: str) -> str:
    """Words as a header can hold them: one line of printable characters, so that nothing can follow it as a header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[:SUBJECT_LENGTH]


def _say(kind: str, part: str, wording: Wording, values: dict[str, str]) -> str:
    if kind == "test":
        return {"subject": _("A test from %s") % wording.site_name, "text": _("This mail was sent to see whether it arrives.")}[
            part
        ]
    return wording.say(f"{kind}_{part}", **values)


def _tidy(text: str) -> str:
    """Text without the blank lines that a template's own lines leave behind."""
    lines: list[str] = []
    for line in (line.rstrip() for line in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
