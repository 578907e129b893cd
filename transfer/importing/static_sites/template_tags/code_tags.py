"""Tags that enclose code: `highlight` (Jekyll, Hugo), `codeblock` (Octopress, Hexo), what themes call `code`, `console`."""

import html
import re

from transfer.importing.static_sites.template_tags.arguments import parse_arguments

CODE_TAGS = frozenset("highlight codeblock code sourcecode prism console terminal".split())
BY_LANGUAGE = frozenset("highlight sourcecode prism".split())  # whose first argument is the language
NAMED_LANGUAGE = ("lang", "language")
TITLED = ("title", "file", "filename", "name", "caption")


def code_info(name: str, arguments: str) -> str:
    """Return the info string of a tag's code: its language, and the title that stands above it.

    >>> code_info("codeblock", "A rule lang:ruby https://a.example"), code_info("highlight", "go {linenos=table}")
    ('ruby title="A rule"', 'go')
    """
    if name in BY_LANGUAGE and (found := re.match(r"[\w+#.-]+", arguments.strip(" \t\n\"'"))):
        return found[0]
    parsed = parse_arguments(arguments)
    words = [word for word in parsed.positional if not re.match(r"https?:|\d+\Z", word)]
    title = parsed.get(*TITLED) or " ".join(words if name in ("code", "codeblock") else ())
    language = parsed.get(*NAMED_LANGUAGE) or ("console" if name in ("console", "terminal") else "")
    title = title.replace('"', "”").replace("`", "'")
    return f'{language} title="{title}"'.strip() if title else language


def code_block(code: str, info: str, *, as_html: bool = False) -> str:
    """Return a fenced code block, whose fence is longer than any in the code; within HTML, one of HTML."""
    code = code.strip("\n").rstrip()
    if as_html:  # without a blank line, which would end the block of HTML
        escaped = re.sub(r"\n(?=[ \t]*\n)", "\n&#10;", html.escape(code, quote=False)).replace("&#10;\n", "&#10;")
        return f"<pre><code>{escaped}</code></pre>"
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{info}\n{code}\n{fence}"
