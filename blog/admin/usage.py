"""Usage of images, documents, pages and snippets: the admin counts and lists no page that whoever asks may not see.

Wagtail lists a page that one may not edit as “(Private post)”, and counts it: whoever may choose an image would learn how many
drafts of others show it. All its lists and counts are made by the three methods replaced here; what makes pages anew by
the index of references (`blog.models.usage`) uses another.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from wagtail.models import Page, ReferenceIndex
from wagtail.models.reference_index import ReferenceIndexQuerySet
from wagtail.permissions import policy_registry

from blog.admin.page_choosers import choosable_pages
from blog.admin.page_policy import TO_SEE

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class UsageOfPagesSeen:
    """Middleware that notes for whom usage is counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


def seen(references: QuerySet[ReferenceIndex]) -> QuerySet[ReferenceIndex]:
    """Return references without those of pages that the user of the present request may not see."""
    request = _request.get()
    user = getattr(request, "user", None)
    if not isinstance(user, User) or _sees_all(user):
        return references
    pages = choosable_pages(user).annotate(key=Cast("pk", CharField())).values("key")
    of_pages = Q(base_content_type=ContentType.objects.get_for_model(Page))
    return references.filter(~of_pages | Q(object_id__in=pages))


def _sees_all(user: User) -> bool:
    """Return whether a user may see every page, by a right on the root."""
    if user.is_superuser:
        return True
    policy, root = policy_registry.get_by_type(Page), Page.get_first_root_node()
    return bool(root and policy.user_has_any_permission_for_instance(user, TO_SEE, root))


def limit_usage() -> None:
    """Have Wagtail's counts and lists of usage leave out what is not seen."""
    in_bulk, grouped = ReferenceIndex.get_references_to_in_bulk.__func__, ReferenceIndexQuerySet.group_by_source_object

    @wraps(in_bulk)
    def references_in_bulk(model: type[ReferenceIndex], objects: Any) -> Any:
        return seen(in_bulk(model, objects))

    @wraps(grouped)
    def group_by_source_object(references: Any) -> Any:
        return grouped(seen(references))

    ReferenceIndex.get_references_to_in_bulk = classmethod(references_in_bulk)
    ReferenceIndexQuerySet.group_by_source_object = group_by_source_object
    ReferenceIndex.usage_count_subquery = classmethod(usage_count)


def usage_count(_model: type[ReferenceIndex], model: Any) -> Coalesce:
    """Return an expression for the number of objects that use each object of a model, of those that are seen."""
    references = seen(
        ReferenceIndex.objects.filter(
            to_content_type=ContentType.objects.get_for_model(model), to_object_id=Cast(OuterRef("pk"), CharField())
        )
    )
    counts = references.order_by().values("to_object_id").annotate(count=Count("object_id", distinct=True))
    return Coalesce(Subquery(counts.values("count")), 0)
