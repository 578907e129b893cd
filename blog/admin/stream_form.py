"""The form of a stream: its selection as the tag field has it, with a live count; slug and selection proposed from the name."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from blog.admin.tag_field import TagsInput
from blog.admin.tag_suggestions import MOST_NAMES, Suggestions
from blog.models import BlogPage, Stream, Tag, TagAlias
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from blog.selections.typed import ATTRIBUTES, MINUS, KnownTags, read_typed, typed_name
from blog.tagindex import store
from wagtail_actions.users import admin_user

SUGGESTIONS, PREVIEW = "selection_suggestions", "selection_preview"


class SelectionInput(TagsInput):
    """The tag field, for a selection: unwanted tags with “-” before them, and attributes such as `source:internal`."""

    template_name = "blog/admin/selection_input.html"

    class Media:
        css = {"all": ["admin/tag-field.css"]}
        js = ["admin/tag-field.js", "admin/stream-form.js"]

    def format_value(self, value: Any) -> str:
        """Return a stored selection as names with commas between; what was typed, and could not be read, as it is."""
        try:
            selection = Selection.parse(value or "")
        except SelectionError:
            return str(value)
        if str(selection) != value:
            return value or ""
        names = dict(Tag.objects.filter(slug__in=selection.tags).values_list("slug", "name"))
        wanted, unwanted = (
            [typed_name(tag, lambda slug: names.get(slug, "")) for tag in tags]
            for tags in (selection.wanted, selection.unwanted)
        )
        return ", ".join([*wanted, *(f"-{name}" for name in unwanted), *selection.attributes])

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {**context, "suggestions": reverse(SUGGESTIONS), "preview": reverse(PREVIEW)}


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Respond, for each text `q`, as the tag field's suggestions do; “-” before a name stays, and no tag is created."""
    suggestions = Suggestions(admin_user(request))
    return JsonResponse({"results": [_about(text, suggestions) for text in request.GET.getlist("q")[:MOST_NAMES]]})


def _about(text: str, suggestions: Suggestions) -> dict[str, Any]:
    typed = " ".join(text.split())
    sign = "-" if typed[:1] in tuple(MINUS) else ""
    if typed.lstrip(MINUS).startswith(ATTRIBUTES):
        return {"typed": typed, "name": typed, "fault": "", "note": "", "options": []}
    about = suggestions.of(typed.lstrip(MINUS))
    known = {tag.name for tag in suggestions.tags}
    options = [
        {**option, "name": sign + option["name"], "label": sign + option["label"]}
        for option in about["options"]
        if option["name"] in known
    ]
    name = sign + about["name"] if about["name"] else ""
    return {**about, "typed": typed, "name": name, "options": options}


@require_safe
def preview(request: HttpRequest) -> JsonResponse:
    """Respond with what a stream's form asks while it is filled in: `slug` and `selection` for a name, `count`, `unknown`."""
    name, text = request.GET.get("name", "")[:200], request.GET.get("selection", "")[:500]
    blog = _blog(request.GET.get("blog", ""))
    index = store.snapshot(blog.path) if blog else None
    known = index.known if index else KnownTags.of([])
    proposed = read_named(name, known)
    found = {"slug": slugify(name, allow_unicode=True)[:100], "selection": proposed, "count": "", "unknown": ""}
    try:
        selection = read_typed(text, known, settings.TAG_LIMIT)
        former = TagAlias.present(index.unknown(selection)) if index else {}
        selection = selection.renaming({old: new for old, new in former.items() if new in known.slug_of})
        selection.check()
    except SelectionError as error:
        return JsonResponse({**found, "unknown": explain(error)})
    count = len(index.select(selection)) if index else 0
    found["count"] = ngettext("Readers find %(count)d note.", "Readers find %(count)d notes.", count) % {"count": count}
    if index and (unknown := index.unknown(selection)):
        found["unknown"] = unknown_sentence(unknown)
    return JsonResponse(found)


def read_named(name: str, known: KnownTags) -> str:
    """Return the tags that a stream's name names, with commas between; empty where it has other words too."""
    try:
        selection = read_typed(name, known, settings.TAG_LIMIT)
    except SelectionError:
        return ""
    names = dict(Tag.objects.filter(slug__in={*selection.wanted} & {*known.slug_of.values()}).values_list("slug", "name"))
    return ", ".join(typed_name(tag, lambda slug: names.get(slug, "")) for tag in selection.wanted if tag in names)


def unknown_sentence(unknown: tuple[str, ...]) -> str:
    names = ", ".join(_("“%s”") % tag for tag in unknown)
    return ngettext("No note has the tag %s.", "No note has the tags %s.", len(unknown)) % names


def _blog(pk: str) -> BlogPage | None:
    is_number = pk.isascii() and pk.isdigit() and len(pk) < 18
    found: BlogPage | None = (BlogPage.objects.filter(pk=int(pk)) if is_number else BlogPage.objects.all()).first()
    return found


def warn_of_unknown(request: HttpRequest, instance: Any) -> None:
    """Name the tags of a saved stream that no note has: a receiver of Wagtail's hooks."""
    if not isinstance(instance, Stream):
        return
    index = store.snapshot(instance.blog.path)
    if unknown := index.unknown(instance.selection):
        messages.warning(request, unknown_sentence(unknown) + " " + _("The stream is empty, or leaves nothing out by it."))
