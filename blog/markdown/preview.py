"""The editor's preview: the text rendered by the server, hence as readers will see it, and clean.

Without it the editor would render by a script of its own, which knows neither our syntax nor what is hostile.
"""

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from blog.markdown import RenderError, render_short
from blog.markdown.references import expand_one


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Render what stands in the editor; what cannot be rendered is answered by the reason."""
    try:
        html = expand_one(render_short(request.POST.get("text", "")))
    except RenderError as error:
        html = format_html('<p class="error-message">{}</p>', str(error))
    return HttpResponse(html)


def urls() -> list[URLPattern]:
    """Give the preview's address, among the admin's: Wagtail asks there who is calling."""
    return [path("markdown-preview/", preview, name="markdown_preview")]


def script() -> SafeString:
    """Give the script that tells the editor of it."""
    return format_html('<script src="{}" data-preview="{}"></script>', static("admin/preview.js"), reverse("markdown_preview"))


def style() -> SafeString:
    """Give the sheet with the signs on the editor's buttons."""
    return format_html('<link rel="stylesheet" href="{}">', static("admin/editor.css"))
