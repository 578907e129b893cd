"""What Markdown can do here: each piece as it is written, beside what readers see of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.markdown import render as render_markdown

NAME = "markdown_help"


def samples() -> list[tuple[str, list[str]]]:
    """Return headings, each with pieces of Markdown."""
    return [
        (
            _("Words"),
            ["*italic*, **bold**, ~~gone~~, `code`", "Word^[A footnote.]", "*[HTML]: Hypertext Markup Language\n\nHTML"],
        ),
        (_("Links"), ["[example](https://example.org/)", "<https://example.org/>", "[[…"]),
        (_("Headings"), ["## Part", "### Section {#here}"]),
        (_("Lists"), ["- one\n- two\n  - within", "1. first\n2. second", "- [ ] open\n- [x] done", "Term\n: what it is"]),
        (_("Quotations and alerts"), ["> quoted", "> [!NOTE]\n> Worth knowing"]),
        (_("Code"), ["```python\nprint(1)\n```", '```js title="app.js" {1}\nlet a\n```']),
        (_("Tables"), ["| a | b |\n|---|--:|\n| 1 | 2 |"]),
        (_("Formulas"), ["$e^{i\\pi} = -1$", "$$\\sum_{n=1}^9 n$$"]),
        (
            _("Pictures"),
            ["![what it says](image:9)", "![…](image:9){.right}", '![what it says](image:9 "a caption")'],
        ),
    ]


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Respond with the page."""
    parts = [(heading, [(text, _shown(text)) for text in pieces]) for heading, pieces in samples()]
    return render(request, "blog/admin/markdown_help.html", {"parts": parts})


def _shown(text: str) -> str:
    """Return a piece rendered; "" for one that refers to something of the site."""
    refers = "image:" in text or "[[" in text
    return "" if refers else mark_safe(render_markdown(text).html)  # noqa: S308 (ours, and sanitised)
