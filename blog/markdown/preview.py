"""The editor's preview: the text rendered by the server, hence as readers will see it, and clean.

Without it the editor would render by a script of its own, which knows neither our syntax nor what is hostile.
"""

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from blog.markdown import RenderError, render_short
from blog.markdown.references import expand_one

NAME = "markdown_preview"


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Respond with the editor's text rendered, or with the reason why it cannot be."""
    try:
        html = expand_one(render_short(request.POST.get("text", "")))
    except RenderError as error:
        html = format_html('<p class="error-message">{}</p>', str(error))
    return HttpResponse(html)


def script() -> SafeString:
    """Return the script that sets the preview's URL in the editor."""
    return format_html('<script src="{}" data-preview="{}"></script>', static("admin/preview.js"), reverse(NAME))


def style() -> SafeString:
    """Return the style sheet with the icons of the editor's buttons."""
    return format_html('<link rel="stylesheet" href="{}">', static("admin/editor.css"))
