"""The demo as `manage.py prepare --demo` leaves it on disk, made once for all tests that serve it by processes."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from benchmarks.servers import manage, site_environment
from tests.support.made_once import made_once

DATABASE = "kimonote.sqlite3"


@pytest.fixture(scope="session")
def demo_site(migrated_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database of the site http://127.0.0.1:8000/ and its media: to be copied."""
    return made_once(tmp_path_factory, "demo-site", partial(_prepare, migrated_database))


def _prepare(migrated: Path, folder: Path) -> None:
    shutil.copyfile(migrated, folder / DATABASE)
    manage("prepare", "--demo", **site_environment(f"sqlite:///{folder / DATABASE}", folder, DEVELOPMENT="true"))
