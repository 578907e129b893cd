"""reStructuredText as HTML, by docutils: no file is included, no raw HTML taken, a text beyond the limits is refused."""

import re

from docutils.core import publish_parts
from docutils.utils import SystemMessage

from transfer.importing.source import Refusal

MAX_LENGTH = 300_000  # characters
MAX_NESTING = 200  # columns of indentation, each of which may be a level
FIELD = re.compile(r"^:(?P<key>[\w -]+):[ \t]*(?P<value>[^\n]*(?:\n[ \t]+[^\n]+)*)\n?", re.MULTILINE)
TITLE = re.compile(r"\A\s*(?:(?P<over>[=\-~#*^\"'`+]{3,})\n)?[ ]?(?P<title>\S[^\n]*)\n(?P<under>[=\-~#*^\"'`+]{3,})[ \t]*\n")
SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "initial_header_level": 2,
    "syntax_highlight": "none",
    "doctitle_xform": False,
    "_disable_config": True,
    "output_encoding": "unicode",
}


def split_fields(text: str) -> tuple[dict[str, str], str]:
    """Return the title and the fields (`:date: 2012-08-06`) at the head of a text, and what follows."""
    values: dict[str, str] = {}
    if heading := TITLE.match(text):
        values["title"], text = heading["title"].strip(), text[heading.end() :]
    text = text.lstrip("\n")
    while field := FIELD.match(text):
        values[field["key"]] = " ".join(field["value"].split())
        text = text[field.end() :]
    return values, text


def restructured_text_to_html(text: str) -> str:
    """Return the HTML of a text. Raise Refusal where it is beyond the limits or cannot be read."""
    if len(text) > MAX_LENGTH or re.search(rf"^[ ]{{{MAX_NESTING},}}\S", text, re.MULTILINE):
        raise Refusal(f"The text is longer than {MAX_LENGTH:,} characters, or indented by more than {MAX_NESTING}.")
    try:
        return str(publish_parts(text, writer="html5", settings_overrides=SETTINGS)["fragment"])
    except (SystemMessage, RecursionError) as error:
        raise Refusal(f"docutils cannot read the text: {str(error)[:200]}.") from error
