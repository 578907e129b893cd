"""Fills `{{name}}` in a text from merge data: the placeholders of most mail services, without their logic.

Pure. A name without a value is an error, so that no reader gets braces.
"""

import html
import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}")


class UnknownPlaceholder(KeyError):
    """A placeholder whose name is not among the values."""


def merge(text: str, values: Mapping[str, object], *, escape: bool = False) -> str:
    """The text with its placeholders filled; `escape` for HTML.

    >>> merge("Dear {{ name }}", {"name": "<Ada>"}, escape=True)
    'Dear &lt;Ada&gt;'
    """

    def value(match: re.Match[str]) -> str:
        try:
            found = str(values[match[1]])
        except KeyError as error:
            raise UnknownPlaceholder(match[1]) from error
        return html.escape(found) if escape else found

    return PLACEHOLDER.sub(value, text)
