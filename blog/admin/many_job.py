"""The job of what is done with many objects: lot after lot, each in one transaction with the job's position."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from blog.admin.bin_many import BIN_ACTIONS
from blog.admin.many import ManyAction
from blog.admin.post_bulk_actions import POST_ACTIONS
from blog.admin.post_undo import operations_of
from blog.models import BinnedPost
from blog.models.revision import locked_revision
from jobs.kinds import JobKind, Run
from jobs.models import Job
from wagtail_actions.users import admin_user

ACTIONS: Final = {action.kind_of_job(): action for action in (*POST_ACTIONS, *BIN_ACTIONS) if issubclass(action, ManyAction)}


def change_many(run: Run) -> dict[str, int]:
    """Do it with the objects that are still there and that the user may still change."""
    action = ACTIONS[run.parameters["kind"]]
    ids = run.parameters["ids"]
    done: dict[str, int] = run.position or {"seen": 0, "changed": 0}
    run.total = len(ids)
    run.step(done["seen"])
    while lot := ids[done["seen"] : done["seen"] + action.at_once]:
        with locked_revision():
            changed = _change(run, action, lot)
            done = {"seen": done["seen"] + len(lot), "changed": done["changed"] + changed}
            run.keep_position(done)
        run.step(len(lot))
    return done


def _change(run: Run, action: type[ManyAction], lot: list[int]) -> int:
    objects = action.get_queryset(action.models[0], lot)
    allowed = action.allowed(run.user, objects)
    kept = {one.pk for one in allowed}
    for one in action.visible(run.user, [one for one in objects if one.pk not in kept]):
        run.log(_("%(title)s: you may not change it.") % {"title": action.title_of(one)})
    if missing := len(lot) - len(objects):
        run.log(_("No longer there: %(count)d.") % {"count": missing})
    return action.change([one.pk for one in allowed], run.user, run.parameters["asked"], run.log) if allowed else 0


def shown(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return what has been done up to now; and once it has ended, what is to be undone by a button."""
    words = ACTIONS[job.kind].done % {"count": job.position["changed"]} if job.position else ""
    batch = job.parameters["asked"].get("batch")
    if batch is None or job.is_pending:
        return {"words": words}
    operation = operations_of(admin_user(request)).filter(batch=batch, undone_at=None).first()
    in_bin = BinnedPost.objects.filter(batch=batch).exists()
    return {"words": words, "operation": operation, "batch": batch if in_bin else None}


KINDS: Final = [
    JobKind(name, action.aria_label, f"{__name__}.{change_many.__name__}", "blog/admin/changed_many.html", shown)
    for name, action in ACTIONS.items()
]
