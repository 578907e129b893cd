"""The editor's preview: the text rendered by the server, hence as readers will see it, and clean.

Without it the editor would render by a script of its own, which knows neither our syntax nor what is hostile.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from blog.markdown import Rendered, RenderError, RenderOptions, render
from blog.markdown.references import expand_one

NAME = "markdown_preview"
NOTE = '<p class="error-message">{}</p>'
MOST_NAMED = 10  # tags in one sentence


@require_POST
def preview(request: HttpRequest, options_of: Callable[[HttpRequest], RenderOptions]) -> HttpResponse:
    """Respond with the editor's text rendered, or with the reason why it cannot be."""
    try:
        rendered = render(request.POST.get("text", ""), options=options_of(request))
    except RenderError as error:
        return HttpResponse(format_html(NOTE, str(error)))
    sentence = warning_of(rendered)
    return HttpResponse((format_html(NOTE, sentence) if sentence else "") + expand_one(rendered.html))


def warning_of(rendered: Rendered) -> str:
    """Return the sentence that tells an author which tags readers see as text; empty if there are none."""
    tags = ", ".join(f"<{name}>" for name in rendered.unlisted[:MOST_NAMED])
    sentence = _(
        "A text cannot have these tags, so readers see them as they are written: %s. Put them in backquotes, or take them out."
    )
    return sentence % tags if tags else ""
