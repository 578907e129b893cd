"""Words found in all posts, and replaced: in what is published and in the newest draft, each as a revision."""

from collections.abc import Iterator
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from blog.admin.page_choosers import explorable_pages
from blog.admin.post_undo import may_change
from blog.markdown import caching_renders
from blog.models import PostOperation, PostPage
from blog.models.post_history import PostKind
from blog.models.revision import locked_revision
from blog.services.beside_draft import publish_beside_draft
from blog.services.many_posts import publication_of
from jobs.kinds import JobFailed, Run
from maintenance.pattern import Pattern, PatternFault
from maintenance.rights import editable_pages

FIELDS: Final = {"text": ("body",), "all": ("title", "subtitle", "summary", "body")}
MOST_SHOWN: Final = 3  # matches of a post in the list
MOST_FOUND: Final = 2_000  # posts in the list, and so in one replacement
TEXT_KEYS: Final = {"live": "content", "draft": "newest"}  # of what undoes a replacement, by state
KEYS: Final = ("find", "replacement", "is_expression", "match_case")  # of a job's parameters, for the pattern


class ChangedMeanwhile(Exception):
    """Raised where somebody has saved the post since it was read."""


def find(run: Run) -> dict[str, Any]:
    """Return the posts that the user may change in which the pattern is found, with the first matches; change nothing."""
    pattern, fields = _asked(run)
    try:
        pattern.check()
    except PatternFault as fault:
        raise JobFailed(_("This expression cannot be used. %s") % fault) from fault
    editable = PostPage.objects.filter(pk__in=editable_pages(run.user).values("pk"), alias_of=None)  # an alias follows its post
    posts = list(editable.order_by("pk").values_list("pk", flat=True))
    run.total = len(posts)
    found: list[dict[str, Any]] = []
    number = 0
    for pk in posts:
        post = PostPage.objects.filter(pk=pk).first()
        if post and (hit := _found_in(run, post, pattern, fields)):
            number += hit["number"]
            found.append(hit)
        run.step()
        if len(found) == MOST_FOUND:
            run.log(_("Only the first %(count)d posts are listed.") % {"count": MOST_FOUND})
            break
    return {"number": number, "posts": found}


def _found_in(run: Run, post: PostPage, pattern: Pattern, fields: tuple[str, ...]) -> dict[str, Any] | None:
    """Return what is found in a post's newest version that has any; None where there is none, or it may not be changed."""
    for version in reversed([one for _state, one in versions(post)]):
        try:
            hits = [pattern.matches(getattr(version, field), MOST_SHOWN) for field in fields]
        except PatternFault as fault:
            run.log(f"{post.draft_title}: {fault}")
            return None
        number = sum(count for count, _shown in hits)
        if number and not may_change(run.user, post):
            run.log(_("%(title)s: you may not change it.") % {"title": post.draft_title})
            return None
        if number:
            shown = [match for _count, some in hits for match in some][:MOST_SHOWN]
            return {"post": post.pk, "title": version.title, "number": number, "matches": shown}
    return None


def replace(run: Run) -> dict[str, int]:
    """Replace in the posts that were found, each in one transaction with the job's position: none twice."""
    pattern, fields = _asked(run)
    done: dict[str, int] = run.position or {"post": 0, "posts": 0, "number": 0}
    posts = sorted(run.parameters["posts"])
    run.total = len(posts)
    run.step(sum(pk <= done["post"] for pk in posts))
    for pk in posts:
        if pk > done["post"]:
            _replace_in(run, pk, pattern, fields, done)
            run.step()
    return {"posts": done["posts"], "number": done["number"]}


def _replace_in(run: Run, pk: int, pattern: Pattern, fields: tuple[str, ...], done: dict[str, int]) -> None:
    """Replace in one post, if it is still there and the user may change it; log why not."""
    post = PostPage.objects.filter(pk=pk, binned=None).first()
    if post is None or not may_change(run.user, post):
        seen = explorable_pages(run.user).filter(pk=pk).first()
        run.log(_("%(title)s: you may not change it.") % {"title": seen.draft_title if seen else pk})
        return
    texts = {TEXT_KEYS[state]: version.serializable_data() for state, version in versions(post)}
    try:
        with caching_renders():
            changed, number = _changed(post, pattern, fields)
            with locked_revision():
                before = _save(post, changed, run.user)
                _keep_lot(run, bool(number), {str(post.pk): before | texts})
                done.update(post=pk, posts=done["posts"] + bool(number), number=done["number"] + number)
                run.keep_position(done)
    except ChangedMeanwhile:
        run.log(_("%(title)s: somebody has saved it meanwhile.") % {"title": post.draft_title})
    except (PatternFault, ValidationError) as fault:
        reason = " ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault)
        run.log(f"{post.draft_title}: {reason}")


def _changed(post: PostPage, pattern: Pattern, fields: tuple[str, ...]) -> tuple[list[tuple[str, PostPage]], int]:
    """Return the versions of a post that are to be saved, rendered, and the number of replacements in the newest of them.

    A draft above what is changed is saved too, or it would no longer be the newest.
    """
    changed: list[tuple[str, PostPage]] = []
    number = 0
    for state, version in versions(post):
        count = 0
        for field in fields:
            text, replaced = pattern.replace(getattr(version, field))
            setattr(version, field, text)
            count += replaced
        if count or changed:
            version.full_clean()
            changed.append((state, version))
        number = count or number
    return changed, number


def _save(post: PostPage, changed: list[tuple[str, PostPage]], user: Any) -> dict[str, Any]:
    """Save the versions that are changed; return how the post was published, and the newest revision made."""
    now = PostPage.objects.filter(pk=post.pk, binned=None).values_list("latest_revision_id", "live", "live_revision_id").first()
    if now != (post.latest_revision_id, post.live, post.live_revision_id):
        raise ChangedMeanwhile
    before, made = publication_of([post.pk])[str(post.pk)], None
    for state, version in changed:
        revision = version.save_revision(user=user, log_action=True, clean=False)
        if state == "live":
            publish_beside_draft(revision, user)
        made = revision.pk
    return {**before, "made": made}


def _keep_lot(run: Run, count: int, changes: dict[str, Any]) -> None:
    """Store what undoes the change of a post, if any, as a part of what the job does."""
    asked = run.parameters
    what = f"{asked['find']} → {asked['replacement']}"
    PostOperation.objects.add_lot(PostKind.REPLACE, what, run.user, asked.get("batch"), count, changes)


def versions(post: PostPage) -> Iterator[tuple[str, PostPage]]:
    """Yield what there is of a post: what is live, and a newer draft. What is scheduled is locked, and not changed."""
    if post.live:
        yield "live", post
    if post.has_unpublished_changes or not post.live:
        yield "draft", post.get_latest_revision_as_object()


def _asked(run: Run) -> tuple[Pattern, tuple[str, ...]]:
    asked = run.parameters
    return Pattern(**{key: asked[key] for key in KEYS}), FIELDS[asked["fields"]]
