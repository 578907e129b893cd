"""What a program does with posts, by Wagtail's own forms and actions: as its user might in the admin, and no further."""

from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.actions.registry import action_registry
from wagtail.api.v3.form_data import build_form_data, get_api_form_class
from wagtail.models import Page, Revision, Site
from wagtail.permissions import policy_registry
from wagtail.utils.forms import FormValidationError

from blog.admin.bin import may_bin
from blog.admin.page_policy import TO_SEE
from blog.models import BinnedPost, BlogPage, PostPage
from blog.models.reserved_slugs import is_reserved, numbered
from blog.paths import post_path
from blog.request import base_of
from blog.services.beside_draft import publish_beside_draft
from blog.services.bin import move_to_bin, restore
from publishing import scopes
from publishing.micropub.commands import Command, Properties, bad, changed
from publishing.micropub.fields import OWN, Fields, fields_of, properties_of
from publishing.models import KeptProperties
from publishing.refusals import CONFLICT, FORBIDDEN, Refusal
from publishing.tokens import Program
from transfer.importing.static_sites.file_names import page_slug

SLUG_START: Final = 200  # characters, of which all that `numbered` makes begin alike
NAMES: Final = {"title": "name", "body": "content", "tags": "category", "link": "bookmark-of", "cover": "featured"}


class Written(NamedTuple):
    """A post after a request: where it is, whether readers have it so, and whether its address is another now."""

    address: str
    is_waiting: bool = False  # for a moderator, or for its time
    has_new_address: bool = False


def blog_of(request: HttpRequest) -> BlogPage:
    """Return the blog at this request's host. Raise Refusal where there is none."""
    site = Site.find_for_request(request)
    blog: BlogPage | None = BlogPage.objects.filter(pk=site.root_page_id).first() if site else None
    if blog is None:
        raise bad(_("There is no blog at this address yet."))
    return blog


def posts_of(program: Program, blog: BlogPage) -> Any:
    """Return the posts of a blog that the token's user may see in the admin."""
    policy = policy_registry.get_by_type(Page)
    seen = policy.instances_user_has_any_permission_for(program.user, TO_SEE)
    return PostPage.objects.child_of(blog).filter(pk__in=seen.values("pk"))


def find(program: Program, blog: BlogPage, request: HttpRequest, url: str) -> PostPage:
    """Return the post at an address, as readers have it. Raise Refusal, always the same, where the user sees none there."""
    post: PostPage | None = posts_of(program, blog).filter(slug=_slug(request, url)).first()
    if post is None:
        raise bad(_("There is no post at this address that you may see."))
    return post


def _slug(request: HttpRequest, url: str) -> str:
    """Return the slug in the address of a post of this host; "" where there is none."""
    path = unquote(url.removeprefix(base_of(request)).partition("?")[0].partition("#")[0])
    slug = path.strip("/")
    return slug if path.startswith("/") and "/" not in slug and "\0" not in slug else ""


def read(program: Program, post: PostPage) -> Properties:
    """Return the properties of the version of a post that an update changes."""
    version = _version(program, post)
    return _properties(version, is_draft=not version.live or version is not post)


def _version(program: Program, post: PostPage) -> PostPage:
    """Return what is published of a post, to whoever may publish what they change of it, and else its newest draft."""
    if post.live and (not post.has_unpublished_changes or post.permissions_for_user(program.user).can_publish()):
        return post
    return _draft(post)


def _draft(post: PostPage) -> PostPage:
    draft: PostPage = post.get_latest_revision_as_object()
    return draft


def _properties(version: PostPage, is_draft: bool) -> Properties:
    row = KeptProperties.objects.filter(post=version.pk).first()
    return properties_of(version, row.properties if row else {}, is_draft)


def create(program: Program, request: HttpRequest, command: Command) -> Written:
    """Write a post, publish it where its user may, and else give it to the moderators; unless a draft is asked for."""
    blog, wanted = blog_of(request), _wanted(command)
    as_draft = wanted.publish is False or scopes.CREATE not in program.scopes
    publish = not as_draft and bool(blog.permissions_for_user(program.user).can_publish_subpage())
    wanted.values["slug"] = _free_slug(blog, wanted.values.get("slug") or page_slug(wanted.values["title"]))
    form = _form(PostPage(owner=program.user, locale=blog.locale), blog, program, wanted)
    action = action_registry.get_action_class(PostPage, "create")
    _run(action(form.instance, blog, user=program.user, form=form, publish=publish))
    _keep(form.instance, wanted.kept)
    if not publish and not as_draft:
        _submit(form.instance, program)
    is_waiting = not as_draft and (not publish or wanted.go_live_at is not None)
    return Written(_address(request, form.instance.slug), is_waiting)


def _wanted(command: Command) -> Fields:
    """Return the fields of a new post. Raise Refusal where nothing would stand in it."""
    properties = dict(command.properties)
    if slug := command.commands.get("mp-slug"):
        properties["slug"] = slug
    wanted = fields_of(properties, OWN, [str(alt) for alt in command.commands.get("mp-photo-alt", [])])
    if not properties.get("name") and not any(wanted.values.get(name) for name in ("body", "link", "summary")):
        raise bad(_("The entry is empty: send “name”, “content”, “photo” or “bookmark-of”."))
    return wanted


def update(program: Program, request: HttpRequest, command: Command) -> Written:
    """Change a post, and publish it anew if it is published and its user may; else a moderator sees the change first.

    A draft above what is published so is changed likewise, and stays one.
    """
    blog = blog_of(request)
    post = find(program, blog, request, command.url)
    was_live, slug, version = post.live, post.slug, _version(program, post)
    draft = _draft(post) if version is post and post.has_unpublished_changes else None
    wanted = _changes(command, _properties(version, is_draft=not was_live))
    wanted_of_draft = _changes_beside(command, version, draft, wanted) if draft else None
    is_to_be_live = was_live if wanted.publish is None else wanted.publish
    if was_live and not is_to_be_live:
        raise bad(_("A published post is hidden in the admin, or deleted."))
    publish = is_to_be_live and bool(post.permissions_for_user(program.user).can_publish())
    revision = _edit(program, blog, version, wanted, publish=publish and draft is None, clean=publish)
    if draft and wanted_of_draft:
        publish_beside_draft(revision, program.user)
        _edit(program, blog, draft, wanted_of_draft)
    _keep(post, wanted.kept)
    if is_to_be_live and not publish:
        _submit(post, program)
    slug_now = _slug_now(post)
    return Written(_address(request, slug_now), is_to_be_live and not publish, slug_now != slug)


def _changes(command: Command, now: Properties) -> Fields:
    """Return the fields that an update changes."""
    if "photo" in {*command.replace, *command.remove}:
        raise bad(_("Pictures are part of the content: change them there."))
    after = changed(command, now)
    return fields_of(after, [name for name in after if after[name] != now.get(name, [])])


def _changes_beside(command: Command, post: PostPage, draft: PostPage, wanted: Fields) -> Fields:
    """Return the fields that an update changes in a draft above what is published.

    Raise Refusal where it would replace what the draft has otherwise, and for a time to come, at which the draft would appear.
    """
    public, newest = _properties(post, is_draft=False), _properties(draft, is_draft=False)
    replaced = [*command.replace, *(name for name, values in command.remove.items() if values is None)]
    lost = [name for name in replaced if public.get(name) != newest.get(name)]
    lost += ["published"] if wanted.go_live_at and "published" not in lost else []
    if lost:
        sentence = _("There is a draft above what is published, with its own “%s”: publish or revert it in the admin first.")
        raise Refusal(CONFLICT, sentence % ", ".join(lost))
    return _changes(command, newest)


def _edit(
    program: Program, blog: BlogPage, version: PostPage, wanted: Fields, *, publish: bool = False, clean: bool = False
) -> Revision:
    """Save a version of a post with other fields; return the revision made."""
    form = _form(version, blog, program, wanted)
    action = action_registry.get_action_class(PostPage, "edit")(
        form.instance, user=program.user, form=form, publish=publish, clean=clean
    )
    _run(action)
    return action.revision


def _slug_now(post: PostPage) -> str:
    """Return the slug of a post as readers have it, not of its draft."""
    return str(PostPage.objects.values_list("slug", flat=True).get(pk=post.pk))


def delete(program: Program, request: HttpRequest, url: str) -> None:
    """Move a post to the bin."""
    post = find(program, blog_of(request), request, url)
    if not may_bin(program.user, post):
        raise Refusal(FORBIDDEN, _("You may not delete this post."))
    move_to_bin([post.pk], program.user)


def undelete(program: Program, request: HttpRequest, url: str) -> Written:
    """Restore the post that was moved to the bin last of those that had this address."""
    asked, blog = _slug(request, url), blog_of(request)
    entries = BinnedPost.objects.restorable_by(program.user).filter(post__slug=asked, parent=blog.pk)
    entry = entries.order_by("-binned_at", "-pk").first()
    if entry is None:
        raise bad(_("There is no post of this address in the bin that you may restore."))
    post = restore([entry], program.user)[0]
    return Written(_address(request, post.slug), has_new_address=bool(post.former_slug))


def _free_slug(blog: BlogPage, wanted: str) -> str:
    """Return a slug that no other page has, with a number if need be."""
    taken = set(Page.objects.child_of(blog).filter(slug__startswith=wanted[:SLUG_START]).values_list("slug", flat=True))
    return next(slug for slug in numbered(wanted) if slug not in taken and not is_reserved(slug))


def _form(post: PostPage, blog: BlogPage, program: Program, wanted: Fields) -> Any:
    """Return the admin's form for these fields alone, filled in."""
    post.go_live_at = wanted.go_live_at or post.go_live_at
    form_class = get_api_form_class(PostPage, wanted.values)
    data = build_form_data(form_class, wanted.values, instance=post if post.pk else None)
    return form_class(data=data, instance=post, parent_page=blog, for_user=program.user)


def _run(action: Any) -> None:
    try:
        action.execute()
    except FormValidationError as error:
        sentences = [f"{NAMES.get(str(path[0]), path[0])}: {said}" for path, found in error.loc_errors for said, _code in found]
        raise bad(" ".join(sentences)) from None
    except ValidationError as error:
        raise bad(" ".join(error.messages)) from None
    except PermissionDenied as error:
        raise Refusal(FORBIDDEN, str(error) or _("You may not do this.")) from None


def _submit(post: PostPage, program: Program) -> None:
    """Give a draft to the moderators, if that is how this site works."""
    page = PostPage.objects.get(pk=post.pk)
    workflow = page.get_workflow()
    if workflow and page.permissions_for_user(program.user).can_submit_for_moderation():
        workflow.start(page, program.user)


def _keep(post: PostPage, properties: Properties) -> None:
    if properties:
        KeptProperties.objects.update_or_create(post_id=post.pk, defaults={"properties": properties})
    else:
        KeptProperties.objects.filter(post=post.pk).delete()


def _address(request: HttpRequest, slug: str) -> str:
    return f"{base_of(request)}{post_path(slug)}"
