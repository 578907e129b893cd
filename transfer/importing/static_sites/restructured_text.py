"""reStructuredText as HTML, by docutils, which includes no file, asks for no address and takes no raw HTML. No Django.

`restructured_text_sandbox` runs this in a process of its own, under limits of time and memory.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import Directive, directives
from docutils.parsers.rst.languages import get_language
from docutils.utils import SystemMessage, new_document

from blog.markdown.serving import serve
from transfer.importing.source import Refusal
from transfer.importing.static_sites.template_tags.known_tags import convert_known_tag

DONE, FAILED = b"d", b"f"
DIRECTIVE = re.compile(r"^[ \t]*\.\. (?:\|[^|\n]+\| )?([A-Za-z][\w.+:-]*?) ?::(?=\s)", re.MULTILINE)
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
    "line_length_limit": 300_000,  # characters; beyond it docutils drops the whole text
    "_disable_config": True,
    "output_encoding": "unicode",
}
ENGLISH: Any = get_language("en")  # docutils' stubs ask for the module of another package
DOCUMENT = new_document("")  # in which docutils looks up the name of a directive


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
    """Return the HTML of a text. Raise Refusal where it cannot be read. For the process under limits: it may take long."""
    for name in DIRECTIVE.findall(text):
        if directives.directive(name.lower(), ENGLISH, DOCUMENT)[0] is None:
            directives.register_directive(name.lower(), UnknownDirective)
    try:
        return str(publish_parts(text, writer="html5", settings_overrides=SETTINGS)["fragment"])
    except (SystemMessage, RecursionError) as error:
        raise Refusal(str(error)[:200]) from error


class UnknownDirective(Directive):
    """A directive of the old site's own: its text stays, and what it names is shown: a picture, a video, a link."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], str]]] = defaultdict(
        lambda: directives.unchanged, alt=directives.unchanged
    )  # an empty one would mean that there are none

    def run(self) -> list[nodes.Node]:
        address = "".join(self.arguments)
        found: list[nodes.Node] = []
        if known := convert_known_tag(self.name, " ".join((address, *self._options())), as_html=True):
            found.append(nodes.raw("", known, format="html"))
        elif re.fullmatch(r"https?://\S+", address):
            found.append(nodes.paragraph("", "", nodes.reference("", address, refuri=address)))
        inner = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, inner)
        return [*found, *inner.children]

    def _options(self) -> Iterator[str]:
        return ('{}="{}"'.format(name, value.replace('"', "”")) for name, value in self.options.items())


def main(arguments: list[str]) -> None:
    """Reply to texts until the other end closes the socket; what the process under limits does."""
    serve(arguments, _convert)


def _convert(text: bytes) -> bytes:
    try:
        return DONE + restructured_text_to_html(text.decode()).encode()
    except Refusal as refusal:
        return FAILED + refusal.reason.encode()
    except MemoryError:
        return FAILED
    except Exception as error:
        return FAILED + type(error).__name__.encode()
