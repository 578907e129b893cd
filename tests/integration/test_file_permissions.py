"""Who can read what on a server that was set up by docs/operations.md: its own commands, run below a temporary folder."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from tests.support.checkout import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.once]

GUIDE = (ROOT / "docs" / "operations.md").read_text()
IDS = {"root": 0, "kimonote": 60_001, "kimonote-files": 60_002, "www-data": 60_003, "nobody": 60_004}


def groups_of(user: str) -> list[int]:
    """The groups that the guide puts a user into, and the user's own."""
    return [IDS[user], *(IDS[group] for group in re.findall(rf"^adduser {user} (\S+)", GUIDE, re.MULTILINE))]


def run_as(user: str, command: str) -> int:
    """The exit status of a command run by a user with the umask of the units."""
    groups = groups_of(user)
    return subprocess.run(
        ["/bin/sh", "-c", command],
        user=IDS[user],
        group=groups[0],
        extra_groups=groups[1:],
        umask=0o027,
        capture_output=True,
        check=False,
    ).returncode


@pytest.fixture
def server() -> Iterator[Path]:
    """The folders of the guide but those of containers, whose owners are numbers; and files as the site writes them."""
    if os.geteuid() != 0:
        pytest.skip("needs root, as the guide does")
    root = Path(mkdtemp(prefix="kimonote-server-"))
    root.chmod(0o755)
    (root / "etc").mkdir()
    (root / "var" / "lib").mkdir(parents=True)
    for mode, owner, group, paths in re.findall(
        r"^install (?:-d )?(?=.*-m (\d+))(?=.*-o ([a-z]\S*))(?=.*-g (\S+)).*? (/(?:dev/null /etc|var)/.*)$", GUIDE, re.MULTILINE
    ):
        for path in re.findall(r"/(?:etc|var)/\S+", paths):
            target = root / path.lstrip("/")
            target.touch() if "env" in path else target.mkdir()
            os.chown(target, IDS[owner], IDS[group])
            target.chmod(int(mode, 8))
    state = root / "var/lib/kimonote"
    assert (
        run_as("kimonote", f"cd {state} && touch kimonote.sqlite3 && mkdir -p media/images mail && touch media/images/a.png")
        == 0
    )
    assert run_as("kimonote", f"cd {state} && touch static/site.css mail/1.eml") == 0
    yield root
    rmtree(root)


READABLE = ["var/lib/kimonote/media/images/a.png", "var/lib/kimonote/static/site.css"]
SECRET = ["etc/kimonote.env", "var/lib/kimonote/kimonote.sqlite3", "var/lib/kimonote/mail/1.eml"]


@pytest.mark.parametrize("path", READABLE)
def test_nginx_reads_files_of_the_site(server: Path, path: str) -> None:
    assert run_as("www-data", f"cat {server / path}") == 0
    assert run_as("nobody", f"cat {server / path}") != 0


@pytest.mark.parametrize("path", SECRET)
def test_nginx_and_others_read_no_secret(server: Path, path: str) -> None:
    assert run_as("kimonote", f"cat {server / path}") == 0
    for user in ("www-data", "nobody"):
        assert run_as(user, f"cat {server / path}") != 0
        assert run_as(user, f"ls {(server / path).parent}") == (0 if path.startswith("etc") else 2)


def test_nginx_writes_nothing(server: Path) -> None:
    for folder in ("media", "static", "."):
        assert run_as("www-data", f"touch {server}/var/lib/kimonote/{folder}/new") != 0
