"""A restore that is killed at any step: afterwards database and media are both the former site's, or both the backup's."""

import signal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from blog.models import BlogPage, PostPage
from kimonote.backup import databases, restoring, swapping
from kimonote.database import missing
from kimonote.models import Lease
from mail.models import Delivery
from tests.support.factories import make_blog, make_post
from tests.support.forked_site import ForkedSite, killed_at
from tests.support.outbox_factories import put_test

State = dict[str, Any]


def state() -> State:
    """Return the posts, the files, and what is in the outbox."""
    media = Path(settings.MEDIA_ROOT)
    files = {str(path): path.read_text(errors="replace") for path in media.rglob("*") if path.is_file()}
    slugs = sorted(PostPage.objects.values_list("slug", flat=True))
    mails = list(Delivery.objects.values_list("state", flat=True))
    return {"files": files, "posts": slugs, "mails": mails, "marks": Lease.objects.filter(task__startswith="restore").count()}


def dying_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """Have this process killed before its step of that number."""
    counted = killed_at(step)
    patch.setattr(Path, "rename", counted(Path.rename))
    patch.setattr(databases, "load", counted(databases.load))
    for name in ("call_command", "raise_revision", "_complete", "_marked"):
        patch.setattr(restoring, name, counted(getattr(restoring, name)))


@pytest.fixture
def site(transactional_db: None, media: Path, tmp_path: Path) -> ForkedSite:
    blog = make_blog()
    for name in ("documents", "original_images"):
        (media / name).mkdir(parents=True)
        (media / name / "whale").write_text(name)
    make_post(blog, slug="whale")
    put_test()
    return ForkedSite(tmp_path)


def changed(number: int) -> State:
    """Change the posts and the files, and return the state."""
    make_post(BlogPage.objects.get(), slug=f"later-{number}")
    (Path(settings.MEDIA_ROOT) / "images").mkdir(exist_ok=True)
    (Path(settings.MEDIA_ROOT) / "images" / "later.txt").write_text(str(number))
    return state()


def recovered() -> State:
    """Return the state after the next start."""
    assert not swapping.is_unfinished() or missing() == "A restore is running, or was interrupted"
    call_command("prepare", verbosity=0)
    assert missing() is None
    return state()


def test_restore_killed_at_every_step(
    site: ForkedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Or, in the usual run of tests, at each fourth."""
    stride = 1 if request.config.getoption("--kills") >= 50 else 4
    (tmp_path / "backups").mkdir()
    site.run(lambda: call_command("backup", tmp_path / "backups", verbosity=0))
    file = next((tmp_path / "backups").iterdir())
    kept = site.run(state)[1] | {"mails": ["stuck"]}
    outcomes: list[str] = []

    def restore(step: int) -> None:
        dying_at(step, monkeypatch)
        restoring.restore(file, None, print, overwrite=True)

    for step in range(1, 99, stride):
        former = site.run(lambda step=step: changed(step))[1]  # type: ignore[misc]
        ended, _ = site.run(lambda step=step: restore(step))  # type: ignore[misc]
        after = site.run(recovered)[1]
        assert after in (former, kept), (step, outcomes)
        outcomes.append("former" if after == former else "restored")
        if ended == 0:
            break
        assert ended == signal.SIGKILL
    else:
        pytest.fail("No restore has come to its end.")
    print(f"killed at {len(outcomes) - 1} steps: {outcomes}")  # noqa: T201
    assert outcomes == sorted(outcomes)
    assert {"former", "restored"} == set(outcomes)


def test_unfinished_restore_is_neither_backed_up_nor_joined(site: ForkedSite, tmp_path: Path) -> None:
    file = tmp_path / "none.tar.gz"
    file.touch()
    with swapping.exclusively(), pytest.raises(CommandError, match="Another restore is running"):
        call_command("restore", file)
    swapping.begin()
    with pytest.raises(CommandError, match="prepare` first"):
        call_command("backup", tmp_path)
