"""Variables and filters, `{{ "/x/" | url }}` or `{{ page.image }}`, evaluated with the post's front matter."""

import re

from transfer.importing.static_sites.front_matter import FrontMatter
from transfer.importing.static_sites.template_tags.arguments import parse_arguments
from transfer.importing.static_sites.template_tags.markup import link, video_page

EMPTY_VARIABLES = frozenset(
    ("site.baseurl", "site.url", "site.github.url", "site.base_url", "baseurl", "base_url", "pathprefix", "site.production_url")
)
FILTER_SEPARATOR = re.compile(r"""\|(?=(?:[^"']|"[^"]*"|'[^']*')*\Z)""")  # at a bar outside of quotes
MAX_LENGTH = 1_000  # characters of an expression


class UnknownVariable(ValueError):
    """Raised for a variable or filter that is not known; the message is the name to count it by."""


class Variables:
    """What variables stand for: fields of the post's front matter, and `site.…` of the old site's configuration."""

    def __init__(self, front_matter: FrontMatter, configuration: FrontMatter) -> None:
        self.front_matter, self.configuration = front_matter, configuration

    def evaluate(self, expression: str, *, as_html: bool) -> str:
        """Return the value of an expression. Raise UnknownVariable for what only the old site's own code defines."""
        if len(expression) > MAX_LENGTH:
            raise UnknownVariable("{{ … }}")
        first, *filters = (part.strip(" \t\n-") for part in FILTER_SEPARATOR.split(expression))
        text = self._read_value(first)
        for each in filters:
            text = self._apply_filter(text, each, as_html=as_html)
        return text

    def parameter(self, name: str) -> str | None:
        """Return what Hugo's `param` does: a field of the front matter, else of the configuration; None where there is none."""
        parameters = ("params", *name.split("."))
        return _look_up(self.front_matter, *name.split(".")) or _look_up(self.configuration, *parameters) or None

    def _read_value(self, term: str) -> str:
        if quoted := re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", term, re.DOTALL):
            return (quoted[1] if quoted[1] is not None else quoted[2]).strip()
        if term.lower() in EMPTY_VARIABLES:
            return ""
        if not re.fullmatch(r"[\w-]+(?:\.[\w-]+)*", term):
            raise UnknownVariable(_label(term))
        scope, _, rest = term.partition(".")
        if scope == "site" and rest:
            text = _look_up(self.configuration, *rest.split("."))
        else:
            text = _look_up(self.front_matter, *(rest if scope in ("page", "post", "this") and rest else term).split("."))
        if not text:
            raise UnknownVariable(_label(term))
        return text

    def _apply_filter(self, text: str, words: str, *, as_html: bool) -> str:
        """Return what a filter makes of a text; one that is not known changes nothing."""
        name, _, rest = words.partition(":") if ":" in words else words.partition("(")
        argument = rest.strip(" )")
        match name.strip().lower():
            case "prepend":
                return self._read_value(argument) + text
            case "append":
                return text + self._read_value(argument)
            case "default":
                return text or self._read_value(argument)
            case "embed":
                titles = parse_arguments(argument).positional
                if found := video_page(text, titles[0] if titles else ""):
                    return link(*found, as_html=as_html)
        return text


def _look_up(values: FrontMatter, *keys: str) -> str:
    """Return the text under a path of keys; "" where there is none."""
    value = values.below(*keys)
    return value.strip() if isinstance(value, str) else ""


def _label(words: str) -> str:
    """Return the name to count an unknown expression by: that of its filter or variable."""
    found = re.match(r"[.$]?[\w.-]+", words.strip())
    return f"{{{{ {found[0][:40]} }}}}" if found else "{{ … }}"
