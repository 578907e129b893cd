"""The process that turns Markdown into clean HTML for another one; it may be killed at any time. It does without Django.

`main(["4", "3.0"])`: each message on socket 4 is a text, each reply a status byte and the HTML or a reason; 3 seconds a text.
"""

import resource
import signal
import traceback
from multiprocessing.connection import Connection

from markdown import Markdown

from blog.markdown.limits import MAX_HTML_BYTES, MEMORY
from blog.markdown.pipeline import build, to_html

READY, DONE, DEEP, LARGE, COSTLY, FAILED = b"r", b"d", b"n", b"l", b"c", b"f"


def main(arguments: list[str]) -> None:
    """Reply to texts until the other end closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    converter = build()
    with Connection(int(arguments[0])) as connection:
        connection.send_bytes(READY)
        while _serve(connection, converter, float(arguments[1])):
            pass


def _serve(connection: Connection, converter: Markdown, seconds: float) -> bool:
    """Reply to one text; return whether to go on."""
    try:
        text = connection.recv_bytes().decode()
        signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal kills this process, in C code as well
        reply = _answer(text, converter)
        signal.setitimer(signal.ITIMER_PROF, 0)
        connection.send_bytes(reply)
    except (EOFError, OSError):
        return False
    return True


def _answer(text: str, converter: Markdown) -> bytes:
    try:
        html = to_html(text, converter).encode()
    except RecursionError:
        return DEEP
    except MemoryError:
        return COSTLY
    except Exception as error:
        traceback.print_exc()
        return FAILED + type(error).__name__.encode()
    return DONE + html if len(html) <= MAX_HTML_BYTES else LARGE + str(len(html)).encode()
