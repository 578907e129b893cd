"""reStructuredText converted in a process of its own, which the kernel ends when it takes too much time or memory.

docutils is Python, and takes quadratic time for some nesting; the process is kept for the next text.
"""

from blog.markdown.sandbox import SpareWorkers
from transfer.importing.source import Refusal
from transfer.importing.static_sites.restructured_text import DONE
from transfer.importing.words import _

COMMAND = "import sys; from transfer.importing.static_sites.restructured_text import main; main(sys.argv[1:])"
MAX_LENGTH = 300_000  # characters

_spare = SpareWorkers(COMMAND)


def convert(text: str) -> str:
    """Return the HTML of a text. Raise Refusal where it is beyond the limits or cannot be read."""
    if len(text) > MAX_LENGTH:
        raise Refusal(
            _("The text has %(count)s characters: reStructuredText may have %(max_length)s.")
            % {"count": f"{len(text):,}", "max_length": f"{MAX_LENGTH:,}"}
        )
    worker = _spare.take()
    try:
        reply = worker.ask(text.encode(errors="replace"))
    except (TimeoutError, EOFError, OSError) as gone:
        worker.stop()
        raise _too_costly() from gone
    except BaseException:
        worker.stop()  # or its answer would be taken for that to the next text
        raise
    _spare.keep(worker)
    answer = reply[1:].decode()
    if reply[:1] == DONE:
        return answer
    raise Refusal(_("docutils cannot read the text: %(error)s.") % {"error": answer}) if answer else _too_costly()


def _too_costly() -> Refusal:
    return Refusal(_("The text takes docutils more time or memory than a post may: simplify its tables and its nesting."))
