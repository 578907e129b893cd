"""Variables and filters, `{{ "/x/" | url }}` or `{{ page.image }}`, evaluated with the post's front matter."""

import re

from transfer.importing.static_sites.front_matter import FrontMatter, fold_key
from transfer.importing.static_sites.template_tags.arguments import parse_arguments
from transfer.importing.static_sites.template_tags.markup import link, video_page

EMPTY_VARIABLES = frozenset(
    ("site.baseurl", "site.url", "site.github.url", "site.base_url", "baseurl", "base_url", "pathprefix", "site.production_url")
)
IDENTITY_FILTERS = frozenset(  # filters that leave a text what it is, here
    "url relative_url absolute_url absoluteurl htmlbaseurl escape xml_escape h safe strip raw markdownify smartify dump"
    " normalize_whitespace strip_html trim string".split()
)
FILTER_SEPARATOR = re.compile(r"""\|(?=(?:[^"']|"[^"]*"|'[^']*')*\Z)""")  # at a bar outside of quotes
MAX_LENGTH = 1_000  # characters of an expression


class UnknownVariable(ValueError):
    """Raised for a variable or filter that is not known; the message is the name to count it by."""


def evaluate(expression: str, front_matter: FrontMatter, *, as_html: bool) -> str:
    """Return the value of an expression. Raise UnknownVariable for what only the old site's own code defines."""
    if len(expression) > MAX_LENGTH:
        raise UnknownVariable("{{ … }}")
    first, *filters = (part.strip(" \t\n-") for part in FILTER_SEPARATOR.split(expression))
    text = _read_value(first, front_matter, filters[-1] if filters else "")
    for each in filters:
        text = _apply_filter(text, each, front_matter, as_html=as_html)
    return text


def _read_value(term: str, front_matter: FrontMatter, last: str) -> str:
    if quoted := re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", term, re.DOTALL):
        return (quoted[1] if quoted[1] is not None else quoted[2]).strip()
    if term.lower() in EMPTY_VARIABLES:
        return ""
    key = re.sub(r"\A(?:page|post|this)\.", "", term)
    text = front_matter.text(fold_key(key)) if re.fullmatch(r"[\w-]+", key) else ""
    if not text:
        raise UnknownVariable(_label(last or term))
    return text


def _apply_filter(text: str, words: str, front_matter: FrontMatter, *, as_html: bool) -> str:
    name, _, rest = words.partition(":") if ":" in words else words.partition("(")
    name = name.strip().lower()
    if name in IDENTITY_FILTERS:
        return text
    if name in ("prepend", "append"):
        term = rest.strip(" )")
        added = _read_value(term, front_matter, words)
        return added + text if name == "prepend" else text + added
    if name == "embed":
        titles = parse_arguments(rest.strip(" )")).positional
        if found := video_page(text, titles[0] if titles else ""):
            return link(*found, as_html=as_html)
    raise UnknownVariable(_label(words))


def _label(words: str) -> str:
    """Return the name to count an unknown expression by: that of its filter or variable."""
    found = re.match(r"[.$]?[\w.-]+", words.strip())
    return f"{{{{ {found[0][:40]} }}}}" if found else "{{ … }}"
