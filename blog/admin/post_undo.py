"""What was done to many posts in the last 30 days, each with the button that undoes it, for whoever did it."""

from functools import cached_property, partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import Column, DateColumn, UserColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page
from wagtail.permissions import policy_registry

from blog.admin.columns import UndoColumn
from blog.models import PostOperation, PostPage
from blog.models.post_history import PostKind
from blog.models.revision import locked_revision
from blog.services.undo_posts import undo_lot, undo_posts
from jobs.admin.tools import to_job
from jobs.kinds import JobFailed, JobKind, Run
from jobs.models import Job
from jobs.starting import start
from wagtail_actions.users import admin_user

HISTORY, UNDO = "post_history", "post_undo"  # views; the second is a kind of job, too
UNDONE = ngettext_lazy("%(count)d post is what it was before.", "%(count)d posts are what they were before.", "count")
LEFT = ngettext_lazy(
    "%(count)d post stays as it is: it was changed since, or is not yours to change.",
    "%(count)d posts stay as they are: they were changed since, or are not yours to change.",
    "count",
)


def may_change(user: User, post: PostPage) -> bool:
    """Return whether a user may change a post: one that is published needs the right to publish."""
    rights = post.permissions_for_user(user)
    return bool(rights.can_edit() and (rights.can_publish() or not post.live) and not rights.page_locked())


def may_undo(user: User, operation: PostOperation, post: PostPage) -> bool:
    """Return whether a user may undo an operation on a post, which they may do again then."""
    if operation.kind in (PostKind.PUBLISH, PostKind.UNPUBLISH):
        rights = post.permissions_for_user(user)
        return bool(rights.can_publish() and not rights.page_locked())
    return may_change(user, post)


def undo_message(request: HttpRequest, batch: UUID, words: str, address: str) -> str:
    """Return what was done, as HTML with the button that undoes it; the words alone where no post was changed."""
    operation = PostOperation.objects.filter(batch=batch).first()
    context = {"words": words, "operation": operation, "next": address}
    return render_to_string("blog/admin/post_undo_message.html", context, request) if operation else words


def operations_of(user: User) -> QuerySet[PostOperation]:
    """Return what a user did to posts; a superuser is shown everybody's."""
    found: QuerySet[PostOperation] = PostOperation.objects.kept().select_related("user__wagtail_userprofile")
    return found if user.is_superuser else found.filter(user=user)


class PostHistoryView(ReportView):
    """The listing of operations, the latest first."""

    page_title = gettext_lazy("Changes of many posts")
    header_icon = "history"
    index_url_name = HISTORY
    index_results_url_name = f"{HISTORY}_results"
    default_ordering = "-pk"
    is_searchable = False
    any_permission_required = ["add", "change", "publish"]
    model = PostOperation
    columns = [
        Column("operation", label=gettext_lazy("What was done"), accessor=str),
        DateColumn("at", label=gettext_lazy("When"), width="15%"),
        UserColumn("user", label=gettext_lazy("Who"), blank_display_name=gettext_lazy("the system")),
        UndoColumn(UNDO),
    ]

    @cached_property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Page)

    def get_base_queryset(self) -> QuerySet[PostOperation]:
        return operations_of(admin_user(self.request))

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        posts = {"url": reverse("posts:index"), "label": _("Posts")}
        return [posts, {"url": "", "label": str(self.page_title)}]


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo what was done to posts, as far as the user may, and go back to where they were; several lots by a job."""
    user = admin_user(request)
    operation = get_object_or_404(operations_of(user), pk=pk)
    if not operation.is_undoable:
        messages.warning(request, _("This was undone before."))
        return redirect(HISTORY)
    counts = list(operation.lots.values_list("count", flat=True))
    if len(counts) > 1:
        return to_job(start(UNDO, user, {"batch": str(operation.batch)}))
    number = undo_posts(operation, user, partial(may_undo, user, operation))
    messages.success(request, UNDONE % {"count": number})
    if (left := sum(counts) - number) > 0:  # an alias of a post, which is unpublished with it, is one more
        messages.warning(request, LEFT % {"count": left})
    return redirect(get_valid_next_url_from_request(request) or HISTORY)


def undo_lots(run: Run) -> dict[str, int]:
    """Undo lot after lot, each in one transaction with the job's position."""
    operation = operations_of(run.user).filter(batch=run.parameters["batch"]).first()
    if operation is None:
        raise JobFailed(_("This can no longer be undone."))
    done: dict[str, int] = run.position or {"seen": 0, "changed": 0}
    lots = list(operation.lots.order_by("-pk").values_list("pk", "count"))
    run.total = done["seen"] + sum(count for _pk, count in lots)
    run.step(done["seen"])
    for pk, count in lots:
        with locked_revision():
            changed = undo_lot(pk, run.user, partial(may_undo, run.user, operation))
            done = {"seen": done["seen"] + count, "changed": done["changed"] + changed}
            run.keep_position(done)
        run.step(count)
    if (left := done["seen"] - done["changed"]) > 0:
        run.log(LEFT % {"count": left})
    return done


def shown(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return how many posts are what they were, up to now."""
    return {"words": UNDONE % {"count": job.position["changed"]} if job.position else ""}


KIND: Final = JobKind(
    UNDO, gettext_lazy("Undo a change of many posts"), f"{__name__}.{undo_lots.__name__}", "blog/admin/changed_many.html", shown
)

urls: list[URLPattern] = [
    path("posts/changes/", PostHistoryView.as_view(), name=HISTORY),
    path("posts/changes/results/", PostHistoryView.as_view(results_only=True), name=f"{HISTORY}_results"),
    path("posts/changes/<int:pk>/undo/", undo, name=UNDO),
]
