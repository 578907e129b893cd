"""The process that turns Markdown into clean HTML for another one; it may be killed at any time. It does without Django.

Each message is the code of options and, on the lines behind it, a text; each reply is a status byte and a reason, or the names
of the tags that are shown as text and, on the lines behind them, the HTML.
"""

import traceback
from functools import partial

from markdown_it import MarkdownIt

from blog.markdown.limits import MAX_HTML_BYTES
from blog.markdown.options import RenderOptions
from blog.markdown.pipeline import to_html
from blog.markdown.serving import serve
from blog.markdown.syntax import parser

DONE, DEEP, LARGE, COSTLY, FAILED = b"d", b"n", b"l", b"c", b"f"


def main(arguments: list[str]) -> None:
    """Reply to texts until the other end closes the socket."""
    serve(arguments, partial(_convert, parser()))


def _convert(markdown: MarkdownIt, message: bytes) -> bytes:
    code, _, text = message.decode().partition("\n")
    try:
        converted = to_html(text, markdown, RenderOptions.of(code))
    except RecursionError:
        return DEEP
    except MemoryError:
        return COSTLY
    except Exception as error:
        traceback.print_exc()
        return FAILED + type(error).__name__.encode()
    html = converted.html.encode()
    if len(html) > MAX_HTML_BYTES:
        return LARGE + str(len(html)).encode()
    return DONE + ",".join(converted.unlisted).encode() + b"\n" + html
