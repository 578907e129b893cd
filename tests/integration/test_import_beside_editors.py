"""An import keeps no editor waiting: others get the lock between its transactions."""

from pathlib import Path

import pytest

from tests.support.factories import make_blog, make_post
from tests.support.importing import simple, write_tree
from tests.support.publishing_processes import hear, processes, tell

CHUNKS, POSTS_PER_CHUNK = 12, 25


@pytest.mark.django_db(transaction=True)
def test_editor_saves_while_an_import_writes(tmp_path: Path) -> None:
    """On SQLite, whoever waits looks only ten times a second: without pauses an editor would get hardly a turn."""
    blog = make_blog()
    own = [str(make_post(blog).pk) for _ in range(3)]
    files = {f"{number}.md": simple(f"Post {number}", tags=f"[a, b{number}]") for number in range(CHUNKS * POSTS_PER_CHUNK)}
    folder = write_tree(tmp_path / "site", files)
    kinds = [["save_until_stopped", *own], ["import_posts", blog.path, str(folder), str(POSTS_PER_CHUNK)]]
    with processes(kinds, tmp_path) as (editor, importer):
        tell(importer, "begin")
        began, ended, imported = hear(importer)
        tell(editor, "stop")
        saved, failed = hear(editor)
    assert (imported, failed) == (len(files), [])
    assert sum(began < moment < ended for moment in saved) >= CHUNKS // 3
