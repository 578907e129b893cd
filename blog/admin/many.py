"""What is done with many objects, chosen in a listing and asked about once: in the request, or by a job where they are many."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from wagtail.models import Page
from wagtail.permissions import policy_registry

from blog.models.revision import locked_revision
from jobs.admin.tools import to_job
from jobs.kinds import JobFailed
from jobs.models import Job
from jobs.starting import start
from wagtail_actions.many import PermittedBulkAction
from wagtail_actions.users import admin_user

MOST_SHOWN: Final = 20  # titles in a question
AT_ONCE: Final = 200  # objects that are changed in the request, and by a job in one transaction
PAGE_RIGHTS: Final = ("add", "change", "publish")
ONE_BY_ONE_AT_ONCE: Final = 10  # where each is saved or deleted by itself, at some 35 ms of processor

Asked = dict[str, Any]  # what the form says, as JSON has it
Note = Callable[[str], None]  # shows a sentence to whoever asked


class ManyAction(PermittedBulkAction):
    """An action on many objects: asks with the first titles, and says which of them are not the user's to change.

    What it does is in class methods, which a job calls, too: `blog.admin.many_job`.
    """

    template_name = "blog/admin/confirm_many.html"
    action_priority = 50
    question: Any = ""
    done: Any = ""  # what has been done, with a place for the `count` of objects
    serious = False
    at_once = AT_ONCE
    rights: tuple[str, ...] = PAGE_RIGHTS  # on pages, of which whoever is offered this has any

    @classmethod
    def is_permitted(cls, user: Any) -> bool:
        return bool(policy_registry.get_by_type(Page).user_has_any_permission(user, cls.rights))

    @classmethod
    def allowed(cls, user: Any, objects: Sequence[Any]) -> list[Any]:
        """Return the objects with which a user may do this."""
        raise NotImplementedError

    @classmethod
    def visible(cls, user: Any, objects: Sequence[Any]) -> list[Any]:
        """Return those of the other objects that a user may know of."""
        return []

    @classmethod
    def is_done(cls, one: Any) -> bool:
        """Return whether an object that is not allowed is so already, which the question says in other words."""
        return False

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        """Do it, in the transaction of whoever calls, which has locked the revision; return how many objects are changed.

        Raise JobFailed, with a sentence, where what `asked` names is no longer there.
        """
        raise NotImplementedError

    @classmethod
    def kind_of_job(cls) -> str:
        return f"{cls.models[0]._meta.model_name}_{cls.action_type}"

    @classmethod
    def title_of(cls, one: Any) -> str:
        """Return the name by which the question calls an object."""
        return str(one)

    @cached_property
    def asked(self) -> Asked:
        return {}

    def user_of_request(self) -> Any:
        return admin_user(self.request)

    def object_context(self, obj: Any) -> dict[str, Any]:
        return {"item": obj, "title": self.title_of(obj)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        others = context["items_with_no_access"]
        refused = [one for one in others if not self.is_done(one)]
        done = [one for one in others if self.is_done(one)]
        return {
            **context,
            "title": self.aria_label,
            "button": self.display_name,
            "question": self.question,
            "is_serious": self.serious,
            "shown": context["items"][:MOST_SHOWN],
            "more": max(0, len(context["items"]) - MOST_SHOWN),
            "is_job": len(context["items"]) > self.at_once,
            "refused": len(refused),
            "refused_titles": [self.title_of(one) for one in refused[:MOST_SHOWN]],
            "done": len(done),
            "done_titles": [self.title_of(one) for one in done[:MOST_SHOWN]],
        }

    def ids_asked(self) -> list[int]:
        """Return what was chosen; what is no id is passed over."""
        chosen = self.request.GET.getlist("id")
        if "all" in chosen:
            return list(self.get_all_objects_in_listing_query(None))
        return [int(one) for one in chosen if one.isdecimal() and len(one) < 19]

    def get_actionable_objects(self) -> tuple[list[Any], dict[str, list[Any]]]:
        """Return the objects that the user may change, and of the others those that they may know of."""
        user = self.user_of_request()
        objects = self.get_queryset(self.model, self.ids_asked())
        allowed = self.allowed(user, objects)
        kept = {one.pk for one in allowed}
        return allowed, {"items_with_no_access": self.visible(user, [one for one in objects if one.pk not in kept])}

    def prepare_action(self, objects: Sequence[Any], objects_without_access: Any) -> HttpResponse | None:
        """Start a job, where that is better than to keep the user waiting."""
        if len(objects) <= self.at_once:
            return None
        return to_job(start_many(self.kind_of_job(), self.user_of_request(), [one.pk for one in objects], self.asked))

    def get_execution_context(self) -> dict[str, Any]:
        def note(sentence: str) -> None:
            messages.warning(self.request, sentence)

        return {"user": self.user_of_request(), "asked": self.asked, "note": note}

    def form_valid(self, form: Any) -> HttpResponse:
        """Say why it cannot be done, where something was deleted since the form was checked."""
        try:
            response: HttpResponse = super().form_valid(form)
        except JobFailed as fault:
            messages.error(self.request, str(fault))
            return redirect(self.next_url)
        return response

    @classmethod
    def execute_action(cls, objects: Sequence[Model], **context: Any) -> tuple[int, int]:
        with locked_revision():
            return cls.change([one.pk for one in objects], **context), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        return str(self.done % {"count": num_parent_objects})


def start_many(kind: str, user: Any, ids: Sequence[int], asked: Asked) -> Job:
    """Have something done with many objects by a job."""
    return start(kind, user, {"kind": kind, "ids": list(ids), "asked": asked})
