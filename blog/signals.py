"""Signal receivers for changes that do not pass a post's save(): each raises the revision in the changing transaction.

Wagtail goes three ways round a post's save(): it saves the bare Page (moving, scheduled unpublishing), it deletes in bulk
(Django then sends signals inside the transaction of the deletion), and it keeps privacy and sites in tables of their own.

Each locks the revision row first (see `blog.models.revision`): `pre_save` and `pre_delete` come inside the transaction, before
any row of it is written. Where the tree of pages locks rows before that, its methods are wrapped.
"""

from collections.abc import Collection as IdCollection
from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    ReferenceIndex,
    Site,
    get_page_models,
)
from wagtail.signals import page_slug_changed

from blog import documents  # noqa: F401  (connects it)
from blog.images import dimensions, intake  # noqa: F401  (registers, connects them)
from blog.models import Author, BlogPage, Comment, Pin, PostAuthor, PostPage, PostTag, Stream, Tag, TagAlias
from blog.models.revision import lock_revision, locked_revision, may_be_seen, raise_revision, revision_raised
from blog.models.usage import posts_that_use, references_below, references_to
from blog.services import following  # noqa: F401  (connects it)
from blog.services.image_files import place_after_commit

FILES = (get_image_model(), get_document_model())
RELATIONS = (PostAuthor, PostTag)


# These are saved in one transaction with their signals: Django alone commits a row before `post_save`.
for _model in (*RELATIONS, CollectionViewRestriction, PageViewRestriction, Pin, Redirect, Site, TagAlias, *FILES):
    _model.save = transaction.atomic(_model.save)  # type: ignore[method-assign]  # the models are Wagtail's too


def _raise_when_moved() -> None:
    """Wrap Collection.move(), which saves no instance: what it holds becomes as private as what it is moved below."""
    move = Collection.move

    @wraps(move)
    def raising_move(self: Collection, *args: Any, **kwargs: Any) -> None:
        with locked_revision():
            move(self, *args, **kwargs)
            raise_revision()

    Collection.move = raising_move


_raise_when_moved()
for _name in ("add_child", "add_sibling", "move", "delete"):  # which lock rows of the tree
    setattr(Page, _name, locked_revision()(getattr(Page, _name)))


def _lock_before_saving(raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        lock_revision()


def _lock_before_deleting(**kwargs: Any) -> None:
    lock_revision()


for _model in (*RELATIONS, CollectionViewRestriction, PageViewRestriction, Pin, Redirect, Site, TagAlias, *FILES):
    pre_save.connect(_lock_before_saving, sender=_model, dispatch_uid=f"lock_before_saving_{_model.__name__}")
for _model in (*RELATIONS, Author, CollectionViewRestriction, PageViewRestriction, Pin, Redirect, Site, Stream, Tag, TagAlias):
    pre_delete.connect(_lock_before_deleting, sender=_model, dispatch_uid=f"lock_before_deleting_{_model.__name__}")


def _raise_for(references: Iterable[ReferenceIndex]) -> None:
    """Raise the revision for the posts that refer to an image, a document or a page, if anything does."""
    if found := list(references):
        raise_revision(posts_that_use(found))


def _before_page_saved(raw: bool = False, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
    if not raw and may_be_seen(update_fields):
        lock_revision()


def _after_page_saved(
    instance: Page, created: bool = False, raw: bool = False, update_fields: Iterable[str] | None = None, **kwargs: Any
) -> None:
    """Raise the revision for references to a page and its descendants, whose URLs or visibility may have changed."""
    if not raw and may_be_seen(update_fields):
        _raise_for(references_to(instance) if isinstance(instance, PostPage) else references_below(instance))


def _after_file_saved(instance: models.Model, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        _raise_for(references_to(instance))


def _before_deleting(instance: models.Model, **kwargs: Any) -> None:
    """Read the references before Wagtail's reference index removes them, after the deletion."""
    lock_revision()
    _raise_for(references_to(instance))


for _model in {Page, *get_page_models()} - {BlogPage}:  # a blog's change is one of every post
    pre_save.connect(_before_page_saved, sender=_model, dispatch_uid=f"before_page_saved_{_model.__name__}")
    post_save.connect(_after_page_saved, sender=_model, dispatch_uid=f"after_page_saved_{_model.__name__}")
for _model in FILES:
    post_save.connect(_after_file_saved, sender=_model, dispatch_uid=f"after_file_saved_{_model.__name__}")
for _model in (Page, *FILES):
    pre_delete.connect(_before_deleting, sender=_model, dispatch_uid=f"before_deleting_{_model.__name__}")


@receiver(pre_delete, sender=Comment)
def before_comment_deleted(instance: Comment, **kwargs: Any) -> None:
    if instance.is_approved:
        lock_revision()


def _concerned_by(page: int) -> IdCollection[int] | None:
    """Return the posts affected by a change to a page: itself; None (any post) if it has children."""
    return None if Page.objects.filter(pk=page, numchild__gt=0).exists() else [page]


@receiver(post_save, sender=Page)
def on_bare_page_saved(instance: Page, raw: bool = False, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
    """Raise the revision when Wagtail saves a bare Page: when it moves one, or unpublishes an expired one."""
    if not raw and may_be_seen(update_fields):
        raise_revision(_concerned_by(instance.pk))


@receiver(page_slug_changed)
def on_slug_changed(instance: Page, **kwargs: Any) -> None:
    """Delete the redirect that Wagtail made of an address which the page now has again: it would lead to itself."""
    own = {Redirect.normalise_path(parts[2]) for parts in [instance.get_url_parts()] if parts and parts[2]}
    Redirect.objects.filter(redirect_page_id=instance.pk, automatically_created=True, old_path__in=own).delete()


@receiver(post_delete, sender=Page)
def on_page_deleted(instance: Page, **kwargs: Any) -> None:
    """Raise the revision; deleting a post deletes its Page too."""
    raise_revision([instance.pk])


@receiver([post_save, post_delete], sender=PageViewRestriction)
def on_privacy_changed(instance: PageViewRestriction, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        raise_revision(_concerned_by(instance.page_id))
        for page in Page.objects.filter(pk=instance.page_id):
            _raise_for(references_below(page))


@receiver([post_save, post_delete], sender=CollectionViewRestriction)
def on_privacy_of_collection_changed(raw: bool = False, **kwargs: Any) -> None:
    """Raise the revision for any post: texts may show the collection's images and link to its documents."""
    if not raw:
        raise_revision()


@receiver(m2m_changed, sender=PageViewRestriction.groups.through)
def on_groups_of_privacy_changed(action: str, **kwargs: Any) -> None:
    """Raise the revision, which evicts cached pages; each reader's restrictions are read per request."""
    if action.startswith("pre_"):
        lock_revision()
    else:
        raise_revision(())


@receiver([post_save, post_delete], sender=Pin)
def on_post_pinned(instance: Pin, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        raise_revision([instance.post_id])


@receiver([post_save, post_delete], sender=Site)
def on_site_changed(instance: Site, raw: bool = False, **kwargs: Any) -> None:
    """Raise the revision for the blog's own id: no post changes, but every page does."""
    if not raw:
        raise_revision([instance.root_page_id])


@receiver([post_save, post_delete], sender=Redirect)
@receiver([post_save, post_delete], sender=TagAlias)
@receiver(post_delete, sender=Stream)
def on_address_changed(raw: bool = False, **kwargs: Any) -> None:
    """Raise the revision: no post changes, but redirects or streams do."""
    if not raw:
        raise_revision(())


@receiver(post_delete, sender=Author)
@receiver(post_delete, sender=Tag)
def on_name_deleted(**kwargs: Any) -> None:
    raise_revision(None)


@receiver(post_save, sender=PostAuthor)
@receiver(post_save, sender=PostTag)
def on_relation_saved(instance: PostAuthor | PostTag, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        raise_revision([_post_of(instance)])


@receiver(post_delete, sender=PostAuthor)
@receiver(post_delete, sender=PostTag)
def on_relation_deleted(
    instance: PostAuthor | PostTag, origin: models.Model | models.QuerySet[Any] | None = None, **kwargs: Any
) -> None:
    """Raise the revision, except when a tag, an author or a page is deleted, which raises it itself."""
    origin_model = getattr(origin, "model", type(origin))
    if not issubclass(origin_model, Tag | Author | Page):
        raise_revision([_post_of(instance)])


def _post_of(relation: PostAuthor | PostTag) -> int:
    post: int = relation.post_id if isinstance(relation, PostAuthor) else relation.content_object_id
    return post


@receiver(post_delete, sender=Comment)
def on_comment_deleted(instance: Comment, origin: models.Model | models.QuerySet[Any] | None = None, **kwargs: Any) -> None:
    """Raise the revision when an approved comment is deleted, unless its post is deleted too."""
    if instance.is_approved and not issubclass(getattr(origin, "model", type(origin)), Page):
        raise_revision([instance.post_id])


@receiver(revision_raised)
def on_revision_raised(**kwargs: Any) -> None:
    """Place the files of images, which may be public now, or no longer."""
    place_after_commit()
