"""The process that does a job is killed with -9 at one step after the other: nothing is lost, nothing is done twice.

Each kind of job that the apps register is here. A job is killed four times, as often as it is tried again, each time at another
step of what is left; then it comes to its end.
"""

import signal
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.images import get_image_model

from blog.admin.bin_many import DeleteManyForGood
from blog.admin.many import ManyAction
from blog.admin.post_bulk_actions import Publish
from blog.models import Author, BinnedPost, BlogPage, PostLot, PostOperation, PostPage, Tag, VersionClaim
from blog.services import image_files, version_job
from blog.services.bin import move_to_bin
from blog.services.many_posts import add_tags
from blog.services.undo_posts import undo_posts
from blog.suggestions import stored
from blog.suggestions.stored import refresh
from jobs import kinds
from jobs.models import Job
from jobs.running import JobRun, run_pending
from jobs.starting import start
from tests.support.editors import member_of
from tests.support.factories import make_author, make_blog, make_post
from tests.support.forked_site import ForkedSite, killed_at
from tests.support.images import png
from tests.support.importing import simple
from tests.unit.blog.suggestions.planted import planted_posts

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

POSTS = 6
BODY = "A cat. The mast and the jib, the tide, a buoy: tacking to the harbour"
BROKEN = '<a href="/nowhere/">Nowhere</a>'
AT = (1, 3, 2, 4)  # the step at which each process is killed
FIND = {"find": "cat", "replacement": "catcat", "is_expression": False, "match_case": True, "fields": "text"}
REPLACED = [(BODY.replace("cat", "catcat"), 2)] * POSTS  # text and number of revisions
BATCH = "0b6a2a8e-6f0f-4a39-8f6e-0d6c33d6e1a1"


@dataclass
class Case:
    """A kind of job, what it is asked for, and what is there in the end."""

    kind: str
    parameters: dict[str, Any]
    state: Callable[[], Any]
    expected: Any
    upload: "SimpleUploadedFile | None" = None
    before: Callable[[], Any] = field(default=lambda: None)
    needs: str = ""  # a module


def ids() -> list[int]:
    return list(PostPage.objects.order_by("pk").values_list("pk", flat=True))


def many(kind: str, asked: dict[str, Any], state: Callable[[], Any], expected: Any, **more: Any) -> Case:
    return Case(kind, {"kind": kind, "asked": {"batch": BATCH, **asked}}, state, expected, **more)


def undoable(kind: str, asked: dict[str, Any], state: Callable[[], Any], expected: Any, **more: Any) -> Case:
    """Return a case of which also what undoes it is looked at: of how many posts and lots, and how many are changed back."""

    return many(kind, asked, partial(and_undone, state), [expected, POSTS, POSTS // 2, POSTS], **more)


def and_undone(state: Callable[[], Any]) -> list[Any]:
    """Return what is there, the number of posts and lots that may be undone, and of posts changed back."""
    found, operation = state(), PostOperation.objects.get()
    return [found, operation.count, operation.lots.count(), undo_posts(operation)]


def add_tag_by_lots() -> None:
    tag = Tag.objects.create(name="b")
    for first in range(0, POSTS, 2):
        add_tags(ids()[first : first + 2], [tag], User.objects.get(), UUID(BATCH))


def tags() -> list[tuple[list[str], int]]:
    """Return the tags of each post, and the number of its revisions."""
    return [(sorted(tag.name for tag in post.tags.all()), post.revisions.count()) for post in PostPage.objects.order_by("pk")]


def live() -> list[bool]:
    return list(PostPage.objects.order_by("pk").values_list("live", flat=True))


def texts() -> list[tuple[str, int]]:
    return [(post.body, post.revisions.count()) for post in PostPage.objects.order_by("pk")]


def in_bin() -> list[int]:
    """Return the number of posts in each batch of the bin, and of all posts."""
    batches = BinnedPost.objects.values_list("batch", flat=True)
    return [*(list(batches).count(batch) for batch in set(batches)), PostPage.objects.count()]


def versions() -> tuple[list[int], int]:
    """Return how many versions each picture has once old claims have ended, and the number of their files."""
    VersionClaim.objects.all().delete()
    image_files.VersionMaker().make_all()
    files = [path for path in (Path(settings.MEDIA_ROOT)).rglob("*") if path.is_file() and "original" not in str(path)]
    return [image.renditions.count() for image in get_image_model().objects.order_by("pk")], len(files)


def imported() -> tuple[list[str], int]:
    return sorted(PostPage.objects.filter(title__startswith="New ").values_list("title", flat=True)), Job.objects.count()


def exported() -> tuple[int, list[str]]:
    """Return how many posts are in the archive, and which files are left beside it."""
    folder = Job.objects.get().folder
    names = zipfile.ZipFile(folder / "export.zip").namelist()
    left = sorted(path.name for path in folder.iterdir() if path.name != "lock")
    return sum(name.startswith("_posts/") and name.endswith(".md") for name in names), left


def result(*names: str) -> Callable[[], Any]:
    """Return what gives some of the job's result."""
    return lambda: [len(Job.objects.get().result[name]) for name in names]


def archive() -> SimpleUploadedFile:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        for number in range(POSTS):
            target.writestr(f"_posts/2018-05-{number + 10}-new-{number}.md", simple(f"New {number}"))
    return SimpleUploadedFile("posts.zip", content.getvalue())


def add_pictures() -> None:
    for number in range(POSTS):
        get_image_model().objects.create(title=f"Sea {number}", file=png(f"sea-{number}.png"), width=60, height=30)


def learn() -> None:
    blog = BlogPage.objects.get()
    for post in planted_posts(12):
        make_post(blog, " ".join(post.tags), title=post.title, body=post.text)
    refresh()


CASES = [
    undoable("postpage_add_tags", {"tags": ["b"]}, tags, [(["a", "b"], 2)] * POSTS),
    undoable("postpage_remove_tags", {"tags": ["a"]}, tags, [([], 2)] * POSTS),
    undoable(
        "postpage_set_author",
        {"author": "eve"},
        lambda: [([author.handle for author in post.authors], post.revisions.count()) for post in PostPage.objects.all()],
        [(["eve"], 2)] * POSTS,
    ),
    undoable("postpage_unpublish", {}, live, [False] * POSTS),
    undoable(
        "postpage_publish", {}, live, [True] * POSTS, before=lambda: [post.unpublish() for post in PostPage.objects.all()]
    ),
    Case(
        "post_undo",
        {"batch": BATCH},
        lambda: (tags(), PostLot.objects.count()),
        ([(["a"], 3)] * POSTS, 0),
        before=add_tag_by_lots,
    ),
    many("postpage_bin", {"batch": BATCH}, in_bin, [POSTS, POSTS]),
    many("binnedpost_restore", {}, lambda: (live(), in_bin()), ([True] * POSTS, [POSTS]), before=lambda: move_to_bin(ids())),
    many("binnedpost_delete", {}, in_bin, [0], before=lambda: move_to_bin(ids())),
    Case("replace", {**FIND, "batch": BATCH}, partial(and_undone, texts), [REPLACED, POSTS, POSTS, POSTS]),
    Case("find", {**FIND}, lambda: Job.objects.get().result["number"], POSTS),
    Case(
        "check_links",
        {"others": False},
        result("posts"),
        [POSTS],
        before=lambda: PostPage.objects.update(html=BROKEN),
    ),
    Case("suggest_tags", {}, result("posts"), [POSTS], before=learn),
    Case("find_topics", {"topics": 2, "method": "nmf", "language": "en"}, result("blogs"), [1], before=learn, needs="sklearn"),
    Case(
        "import",
        {"dry_run": False, "as_draft": False, "overwrite": False, "fetch_images": False},
        imported,
        ([f"New {number}" for number in range(POSTS)], 1),
        upload=archive(),
    ),
    Case("export", {"public_only": False}, exported, (POSTS, ["export.zip"])),
    *(Case(kind, {}, versions, ([2] * POSTS, 2 * POSTS), before=add_pictures) for kind in (version_job.KIND, version_job.SOON)),
]


def test_every_kind_of_job_is_here() -> None:
    assert {case.kind for case in CASES} == set(kinds._kinds)


@pytest.fixture
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    for action in (ManyAction, Publish, DeleteManyForGood):
        monkeypatch.setattr(action, "at_once", 2)
    for module in (image_files, version_job):
        monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(stored, "PAUSE", 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_job_is_killed_at_one_step_after_the_other(
    case: Case, small_lots: None, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case.needs and find_spec(case.needs) is None:
        pytest.skip("requirements-topics.txt is not installed")
    monkeypatch.setattr(settings, "VAR", tmp_path / "var")
    site = prepared(case, tmp_path)
    endings = [site.run(lambda step=step: work(step, monkeypatch))[0] for step in AT]  # type: ignore[misc]
    assert signal.SIGKILL in endings
    assert set(endings) <= {0, signal.SIGKILL}
    assert site.run(run_pending)[0] == 0
    job = site.run(lambda: list(Job.objects.order_by("pk").values_list("state", "attempts", "log")[:1]))[1][0]
    assert job[:2] == ["done", endings.count(signal.SIGKILL) + 1], job[2]
    assert site.run(case.state)[1] == as_json(case.expected)


def prepared(case: Case, folder: Path) -> ForkedSite:
    """Return a site with posts and the job."""
    blog, user = make_blog(), member_of("Moderators")
    for _number in range(POSTS):
        make_post(blog, "a", body=BODY).save_revision().publish()
    make_author("eve")
    case.before()
    start_job(case, user, blog)
    return ForkedSite(folder)


def start_job(case: Case, user: User, blog: BlogPage) -> None:
    chosen = ids()[:POSTS]
    parameters: dict[str, Any] = {"blog": blog.pk, "ids": chosen, "posts": chosen, **case.parameters}
    if "author" in parameters.get("asked", {}):
        parameters["asked"] |= {"author": Author.objects.get(handle="eve").pk}
    start(case.kind, user, parameters, case.upload)


def work(step: int, patch: pytest.MonkeyPatch) -> None:
    """Do what waits, and be killed before that step of it."""
    counted = killed_at(step)
    for name in ("step", "keep_position", "finish"):
        patch.setattr(JobRun, name, counted(getattr(JobRun, name)))
    patch.setattr(image_files, "make_versions", counted(image_files.make_versions))
    run_pending()


def as_json(value: Any) -> Any:
    return [as_json(one) for one in value] if isinstance(value, list | tuple) else value
