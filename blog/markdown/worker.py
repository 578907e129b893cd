"""The process that turns Markdown into clean HTML for another one; it may be killed at any time. It does without Django.

`main(["4", "3.0", "536870912"])`: each message on socket 4 is the code of options and, on the lines behind it, a text, for
which there are 3 seconds and 512 MB; each reply is a status byte and a reason, or the names of the tags that are shown as
text and, on the lines behind them, the HTML.
"""

import resource
import signal
import traceback
from multiprocessing.connection import Connection

from markdown_it import MarkdownIt

from blog.markdown.limits import MAX_HTML_BYTES
from blog.markdown.options import RenderOptions
from blog.markdown.pipeline import to_html
from blog.markdown.syntax import parser

READY, DONE, DEEP, LARGE, COSTLY, FAILED = b"r", b"d", b"n", b"l", b"c", b"f"


def main(arguments: list[str]) -> None:
    """Reply to texts until the other end closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    socket, seconds, memory = int(arguments[0]), float(arguments[1]), int(arguments[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    markdown = parser()
    with Connection(socket) as connection:
        connection.send_bytes(READY)
        while _serve(connection, markdown, seconds):
            pass


def _serve(connection: Connection, markdown: MarkdownIt, seconds: float) -> bool:
    """Reply to one text; return whether to go on."""
    try:
        code, _, text = connection.recv_bytes().decode().partition("\n")
        signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal kills this process, in C code as well
        reply = _convert(text, markdown, RenderOptions.of(code))
        signal.setitimer(signal.ITIMER_PROF, 0)
        connection.send_bytes(reply)
    except (EOFError, OSError):
        return False
    return True


def _convert(text: str, markdown: MarkdownIt, options: RenderOptions) -> bytes:
    try:
        converted = to_html(text, markdown, options)
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
