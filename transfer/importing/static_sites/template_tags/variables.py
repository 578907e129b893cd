"""Expressions between double braces — `{{ "/x/" | url }}`, `{{ page.image }}` — as far as a post's own header answers them."""

import re

from transfer.importing.static_sites.front_matter import Header, fold
from transfer.importing.static_sites.template_tags.arguments import parse_arguments
from transfer.importing.static_sites.template_tags.markup import anchor, video

EMPTY = frozenset(
    ("site.baseurl", "site.url", "site.github.url", "site.base_url", "baseurl", "base_url", "pathprefix", "site.production_url")
)
SAME = frozenset(  # filters that leave a text what it is, here
    "url relative_url absolute_url absoluteurl htmlbaseurl escape xml_escape h safe strip raw markdownify smartify dump"
    " normalize_whitespace strip_html trim string".split()
)
PARTED = re.compile(r"""\|(?=(?:[^"']|"[^"]*"|'[^']*')*\Z)""")  # at a bar outside of quotes
LONGEST = 1_000  # characters of an expression


class Unknown(ValueError):
    """An expression with no answer here; its text is the name to count it by."""


def evaluate(expression: str, header: Header, *, as_html: bool) -> str:
    """Answer an expression; raises Unknown when only the old site's own code could."""
    if len(expression) > LONGEST:
        raise Unknown("{{ … }}")
    first, *filters = (part.strip(" \t\n-") for part in PARTED.split(expression))
    text = _value(first, header, filters[-1] if filters else "")
    for each in filters:
        text = _filter(text, each, header, as_html=as_html)
    return text


def _value(term: str, header: Header, last: str) -> str:
    if quoted := re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", term, re.DOTALL):
        return (quoted[1] if quoted[1] is not None else quoted[2]).strip()
    if term.lower() in EMPTY:
        return ""
    key = re.sub(r"\A(?:page|post|this)\.", "", term)
    text = header.text(fold(key)) if re.fullmatch(r"[\w-]+", key) else ""
    if not text:
        raise Unknown(_name(last or term))
    return text


def _filter(text: str, words: str, header: Header, *, as_html: bool) -> str:
    name, _, rest = words.partition(":") if ":" in words else words.partition("(")
    name = name.strip().lower()
    if name in SAME:
        return text
    if name in ("prepend", "append"):
        term = rest.strip(" )")
        added = _value(term, header, words)
        return added + text if name == "prepend" else text + added
    if name == "embed":
        titles = parse_arguments(rest.strip(" )")).positional
        if found := video(text, titles[0] if titles else ""):
            return anchor(*found, as_html=as_html)
    raise Unknown(_name(words))


def _name(words: str) -> str:
    """What to count an unknown expression by: a filter's name, or the beginning of a variable."""
    found = re.match(r"[.$]?[\w.-]+", words.strip())
    return f"{{{{ {found[0][:40]} }}}}" if found else "{{ … }}"
