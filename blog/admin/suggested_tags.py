"""Tags suggested for the text in the form of a post, as it is now: each with its reason, none added but by the editor.

The model knows public posts alone. What has become private or lost its tag since is left out here, so that nobody learns of
it by a suggestion or a reason.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from blog.admin.page_choosers import explorable_pages
from blog.images.visibility import public_pages
from blog.markdown.plain_text import truncate
from blog.models import BlogPage, PostTag
from blog.selections.slugs import fold_name
from blog.suggestions.model import MOST_SUGGESTED, Reason
from blog.suggestions.stored import model_of
from blog.suggestions.text import MAX_LENGTH, Draft
from blog.terms import words
from wagtail_actions.users import admin_user

NAME: Final = "suggested_tags"
MORE: Final = 3 * MOST_SUGGESTED  # suggestions asked for, since some may have become private
TITLE_LENGTH: Final = 40  # characters of a title in a reason


class DraftForm(forms.Form):
    """What is sent of the form of a post."""

    title = forms.CharField(required=False, max_length=1000)
    summary = forms.CharField(required=False, max_length=5000)
    body = forms.CharField(required=False)
    tags = forms.CharField(required=False)
    page = forms.IntegerField(required=False)  # of a post that is there, or the blog of a new one


@require_POST
def suggest(request: HttpRequest) -> JsonResponse:
    """Respond with at most five tags for a text, each with its reason."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"suggestions": []}, status=400)
    data = form.cleaned_data
    draft = Draft(data["title"], data["body"][:MAX_LENGTH], data["summary"])
    chosen = [name.strip() for name in data["tags"].split(",") if name.strip()]
    blog = _blog(data["page"], admin_user(request))
    found = suggestions(blog, draft, chosen, data["page"]) if blog else ()
    return JsonResponse({"suggestions": [{"name": name, "reason": reason} for name, reason in found]})


def suggestions(blog: BlogPage, draft: Draft, chosen: Collection[str], post: int | None = None) -> Iterator[tuple[str, str]]:
    """Yield at most five names of tags with their reasons, of what is public now; a post is no reason for its own tags."""
    model = model_of(blog.pk)
    if model is None or not (draft.title + draft.text).strip():
        return
    present = {fold_name(name) for name in chosen}
    known = [tag for tag in model.tags if fold_name(tag) in present]
    found = model.suggest(draft, known, MORE, without=post)
    named = {suggestion.tag for suggestion in found} | {suggestion.reason.tag for suggestion in found}
    public = _public_tags(named)
    titles = dict(public_pages().filter(pk__in={key for each in found for key in each.reason.posts}).values_list("pk", "title"))
    shown = 0
    for suggestion in found:
        reason = _sentence(suggestion.reason, titles, public, draft)
        if suggestion.tag in public and reason and shown < MOST_SUGGESTED:
            shown += 1
            yield suggestion.tag, reason


def _blog(page: int | None, user: User) -> BlogPage | None:
    """Return the blog that a page is or belongs to, if the user may see that page; else the first."""
    blogs = BlogPage.objects.order_by("path")
    known = explorable_pages(user).filter(pk=page).first() if page else None
    blog: BlogPage | None = (blogs.ancestor_of(known, inclusive=True).last() if known else None) or blogs.first()
    return blog


def _public_tags(names: Collection[str]) -> set[str]:
    """Return those of some tags' names that a public post has."""
    items = PostTag.objects.filter(tag__name__in=names, content_object__in=public_pages().values("pk"))
    return set(items.values_list("tag__name", flat=True))


def _sentence(reason: Reason, titles: dict[int, str], public: set[str], draft: Draft) -> str:
    """Return a reason in a few words; "" where it is of what is private now."""
    if reason.kind == "posts":
        return _likeness([titles[key] for key in reason.posts if key in titles])
    if reason.kind == "together":
        return _("often with %s") % reason.tag if reason.tag in public else ""
    if reason.kind == "words":
        return _("by its words: %s") % ", ".join(_written(reason.words, draft))
    return _("in the title") if reason.kind == "title" else _("in the text")


def _likeness(similar: list[str]) -> str:
    """Return to which posts a text is similar, by their titles; "" where there is none."""
    if not similar:
        return ""
    title, others = truncate(similar[0], TITLE_LENGTH), len(similar) - 1
    if not others:
        return _("like ‘%s’") % title
    sentence = ngettext("like ‘%(title)s’ and %(count)d other", "like ‘%(title)s’ and %(count)d others", others)
    return sentence % {"title": title, "count": others}


def _written(terms: Collection[str], draft: Draft) -> list[str]:
    """Return terms as the draft first has them."""
    found: dict[str, Any] = {}
    for word in words(f"{draft.title} {draft.summary} {draft.text}"):
        found.setdefault(word.term, word.bare)
        if word.signed:
            found.setdefault(word.signed, word.bare)
    return [found.get(term, term) for term in terms]
