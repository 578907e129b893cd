"""Renders the templates of an email, in the active language, with the words that an editor gave."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from blog.markdown.addresses import absolute
from blog.markdown.references import expand_one
from blog.models import Appearance
from blog.theming import accents
from mail.compose import Email, one_line
from signup.models import Wording
from signup.sites import base_url


def render_kind(kind: str, wording: Wording, values: dict[str, str], context: dict[str, Any]) -> Email:
    """Render an email of sign-up's; `values` fill the placeholders of the editor's words.

    `context` is what the kind's templates show: URLs, times, posts. Its `title` takes the place of the usual subject.
    """
    heading = one_line(wording.say(f"{kind}_subject", **values))
    words = {**context, "heading": heading, "introduction": wording.say(f"{kind}_text", **values)}
    return render(f"signup/mail/{kind}", one_line(context.get("title", "")) or heading, wording, words, values)


def render(
    template: str, subject: str, wording: Wording, context: dict[str, Any], values: dict[str, str] | None = None
) -> Email:
    """Render an email's two templates, `.txt` and `.html`."""
    subject = one_line(subject)
    context = {**context, **site_context(subject, wording, values or {})}
    text = without_blank_lines(render_to_string(f"{template}.txt", context))
    return Email(subject, text, render_to_string(f"{template}.html", context), wording.site_name)


def site_context(subject: str, wording: Wording, values: dict[str, str]) -> dict[str, Any]:
    """Return what the templates of every email show: its subject, the site, its accent colours, words and footers."""
    appearance = Appearance.of(wording.site)
    base = base_url(wording.site)
    return {
        "subject": subject,
        "site_name": one_line(wording.site_name),
        "footer": wording.say("footer", **values),
        "language": translation.get_language(),
        "site_url": f"{base}/",
        "accent": accents(appearance.accent),
        "blog_footer": absolute(expand_one(appearance.footer_html), base),
        **values,
    }


def without_blank_lines(text: str) -> str:
    """Return a text without the blank lines at its ends, and at most one between two others."""
    lines: list[str] = []
    for line in (line.rstrip() for line in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
