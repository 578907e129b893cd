"""Limits on the size, time and memory of rendering, and the error raised beyond them. Pure."""

MAX_TEXT_BYTES = 300_000  # bytes of Markdown
MAX_HTML_BYTES = 1_000_000  # bytes of HTML, sanitised, and again as it is stored
MAX_DEPTH = 100  # elements within each other
CPU_SECONDS = 3.0  # of processor time; 300 kB of real posts take 0.2
TIMEOUT = 60.0  # seconds by the clock, for a machine so busy that a process gets a twentieth of it
MEMORY = 512 << 20  # bytes of address space; 300 kB of real posts take 60 MB


def _(text: str) -> str:
    from django.utils.translation import gettext  # not above: the rendering process does without Django

    return gettext(text)


class RenderError(ValueError):
    """A text beyond the limits; the message is a sentence for its author."""

    @classmethod
    def too_long(cls, size: int) -> "RenderError":
        text = _("The text has %(size)d kB; at most %(limit)d kB can be rendered. Divide it into several posts.")
        return cls(text % {"size": -(-size // 1000), "limit": MAX_TEXT_BYTES // 1000})

    @classmethod
    def too_large(cls, size: int) -> "RenderError":
        text = _("Rendered, the text has %(size)d kB of HTML; the limit is %(limit)d kB. Shorten its tables and code.")
        return cls(text % {"size": -(-size // 1000), "limit": MAX_HTML_BYTES // 1000})

    @classmethod
    def too_costly(cls) -> "RenderError":
        text = _(
            "The text takes more than %(seconds)d seconds or %(megabytes)d MB to render. Look for long runs of brackets, of "
            "signs for quotation or emphasis, and for very large tables or lists; shorten them."
        )
        return cls(text % {"seconds": CPU_SECONDS, "megabytes": MEMORY >> 20})

    @classmethod
    def too_deep(cls) -> "RenderError":
        return cls(_("The text nests lists, quotations or HTML elements too deeply. Make them flatter."))

    @classmethod
    def failed(cls, cause: str) -> "RenderError":
        text = _("The text could not be rendered (%s). Take out unusual markup, a part at a time, to find what it is.")
        return cls(text % cause)
