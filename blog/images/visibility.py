"""Who may see an image or a document: anybody if a public page, or something that is no page, shows it.

One that nothing shows is for editors alone: it may be a draft's, or that of a post that is gone.
"""

from collections.abc import Collection
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, IntegerField, OuterRef, Q
from django.db.models.functions import Cast, Length, Substr
from django.http import HttpRequest
from django.utils import timezone
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage
from wagtail.models import CollectionViewRestriction, Page, PageViewRestriction, ReferenceIndex, Site
from wagtail.permissions import policy_registry

EDITOR_ACTIONS = ("add", "change", "choose", "delete")


def public_pages() -> Any:
    """Return the pages that anybody may open now, as a queryset."""
    above = PageViewRestriction.objects.filter(page__path=Substr(OuterRef("path"), 1, Length("page__path")))
    return _open_pages().filter(~Exists(above))


def _open_pages() -> Any:
    """Return the live pages that have not expired, whoever may open them."""
    return Page.objects.live().filter(Q(expire_at=None) | Q(expire_at__gt=timezone.now()))


def _on_site() -> Exists:
    """Return the condition that a page is below the root of a site, and so has an address."""
    return Exists(Site.objects.filter(root_page__path=Substr(OuterRef("path"), 1, Length("root_page__path"))))


def in_private_collection() -> Exists:
    """Return the condition that an image or document is in a collection, or below one, which not everybody may open."""
    path = OuterRef("collection__path")
    return Exists(CollectionViewRestriction.objects.filter(collection__path=Substr(path, 1, Length("collection__path"))))


def public_ids(model: Any, ids: Collection[int] | None = None, *, lasting: bool = False) -> set[int]:
    """Return the ids of images or documents, perhaps of some only, that anybody may see; `lasting`: until somebody edits."""
    references = _references(model, ids)
    pages = public_pages().filter(_on_site(), pk__in=_page_ids(references))
    shown = set(map(str, (pages.filter(expire_at=None) if lasting else pages).values_list("pk", flat=True)))
    page_type = ContentType.objects.get_for_model(Page).pk
    uses = references.values_list("base_content_type", "object_id", "to_object_id")
    used = {int(file) for base, user, file in uses if base != page_type or user in shown}
    files = model.objects.filter(~in_private_collection())
    return used.intersection((files if ids is None else files.filter(pk__in=ids)).values_list("pk", flat=True))


def may_see(request: HttpRequest, file: AbstractImage | AbstractDocument) -> bool:
    """Return whether this request's reader may see an image or document, by a public page, a private one, or as an editor."""
    model = type(file)
    return bool(public_ids(model, [file.pk])) or is_editor(request, file) or _may_open_user(request, file)


def is_editor(request: HttpRequest, file: AbstractImage | AbstractDocument) -> bool:
    """Return whether this request's reader may choose an image or document in the admin, and so see it there."""
    user = request.user
    policy = policy_registry.get_by_type(type(file))
    return user.has_perm("wagtailadmin.access_admin") and bool(
        policy.user_has_any_permission_for_instance(user, EDITOR_ACTIONS, file)
    )


def _may_open_user(request: HttpRequest, file: AbstractImage | AbstractDocument) -> bool:
    """Return whether the reader may open a page that shows the file."""
    restrictions = file.collection.get_view_restrictions()
    if not all(restriction.accept_request(request) for restriction in restrictions):
        return False
    pages = _open_pages().filter(_on_site(), pk__in=_page_ids(_references(type(file), [file.pk])))
    return any(all(one.accept_request(request) for one in page.get_view_restrictions()) for page in pages)


def _references(model: Any, ids: Collection[int] | None) -> Any:
    found = ReferenceIndex.objects.filter(to_content_type=ContentType.objects.get_for_model(model))
    return found if ids is None else found.filter(to_object_id__in=[str(key) for key in ids])


def _page_ids(references: Any) -> Any:
    page_type = ContentType.objects.get_for_model(Page)
    return references.filter(base_content_type=page_type).annotate(page=Cast("object_id", IntegerField())).values("page")
