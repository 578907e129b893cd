"""Suggested tags for many posts: an action of their listing starts the job, whose page has the list to choose from."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from blog.admin.post_bulk_actions import PostsAction
from blog.admin.post_undo import undo_message
from blog.models import PostPage, PostTag, Tag
from blog.models.tag_names import get_or_create_tags
from blog.services.many_posts import add_each
from jobs.admin.tools import to_job
from jobs.kinds import JobKind
from jobs.models import Job
from jobs.starting import start
from maintenance.rights import changeable, editable_pages, rows_among

APPLY = "apply_suggested_tags"


def rows(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return the posts that the user may still change, with the suggestions that they do not have yet."""
    found = rows_among(editable_pages(request.user), job)
    present = set(
        PostTag.objects.filter(content_object__in=[one["post"] for one in found]).values_list("content_object_id", "tag__name")
    )
    shown = [
        {**one, "tags": [(name, reason) for name, reason in one["tags"] if (one["post"], name) not in present]} for one in found
    ]
    return {"rows": [one for one in shown if one["tags"]]}


KIND = JobKind(
    "suggest_tags", _("Suggest tags"), "maintenance.suggesting.suggest_tags", "maintenance/admin/suggestions.html", rows
)


class SuggestTags(PostsAction):
    """Starts the job, which changes nothing."""

    display_name = _("Suggest tags")
    aria_label = _("Suggest tags for the chosen posts")
    question = _(
        "Have tags suggested for these posts? They come as a list, each with its reason; nothing is saved but what you choose."
    )
    action_type = "suggest_tags"
    action_priority = 5
    most = 2_000  # that one page lists

    def prepare_action(self, objects: Sequence[PostPage], objects_without_access: Any) -> HttpResponse:
        return to_job(start(KIND.name, self.user_of_request(), {"posts": [post.pk for post in objects]}))


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Give posts the suggested tags that were chosen, of those that the job suggested."""
    if not KIND.may_start(request.user):
        raise PermissionDenied
    job = get_object_or_404(Job.objects.of(request.user), pk=pk, kind=KIND.name, state="done")
    chosen = set(request.POST.getlist("tag"))
    names = {
        one["post"]: wanted
        for one in job.result["posts"]
        if (wanted := [name for name, _reason in one["tags"] if f"{one['post']}:{name}" in chosen])
    }
    allowed = [post.pk for post in changeable(request.user, names)]
    tags, _created = get_or_create_tags(list(dict.fromkeys(name for post in allowed for name in names[post])))
    tags_of: dict[int, list[Tag]] = {post: [tags[name] for name in names[post]] for post in allowed}
    batch, address = uuid4(), reverse("jobs:inspect", args=[job.pk])
    number = add_each(tags_of, request.user, batch)
    words = ngettext("%(count)d post has been changed.", "%(count)d posts have been changed.", number) % {"count": number}
    messages.success(request, undo_message(request, batch, words, address))
    return HttpResponseRedirect(address)


URLS: list[URLPattern] = [path("suggested-tags/<int:pk>/apply/", apply, name=APPLY)]
