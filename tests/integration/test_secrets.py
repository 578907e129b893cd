"""No secret of the settings stands in what the site prints, responds, or shows in the list of processes."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, Running, answers, free_port, get, start, static_files, stop, wait_for

__all__ = ["static_files"]

pytestmark = [pytest.mark.processes, pytest.mark.once]

SECRETS = {
    "SECRET_KEY": "sk-4f1c2f0a9be84a7c9d5b1e7a60c3d2f8-of-this-test",
    "mail": "mailpassword-51d0",
    "webhook": "webhookpassword-77ab",
    "database": "databasepassword-90ee",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of settings, in which the commands below are started."""
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "settings.env").write_text(
        f"SECRET_KEY={SECRETS['SECRET_KEY']}\n"
        f"EMAIL_URL=smtp://kimonote:{SECRETS['mail']}@127.0.0.1:9\n"
        f"ANYMAIL_WEBHOOK_SECRET=name:{SECRETS['webhook']}\n"
        f"VAR_DIR={folder / 'var'}\n"
        "SITE_URL=http://127.0.0.1\nALLOWED_HOSTS=127.0.0.1\nLOG_LEVEL=DEBUG\n"
    )
    return folder


def manage(folder: Path, *arguments: str, **variables: str) -> Running:
    environment = {"ENV_FILE": str(folder / "settings.env"), "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}", **variables}
    return start(folder, sys.executable, str(ROOT / "manage.py"), *arguments, **environment)


@pytest.fixture(scope="module")
def site(folder: Path, migrated_database: Path, static_files: Path) -> Iterator[tuple[int, list[Running]]]:
    """The site and its worker, with everything that logs at its most talkative; and the port."""
    port = free_port()
    (folder / "var").mkdir()
    shutil.copyfile(migrated_database, folder / "var" / "kimonote.sqlite3")
    (folder / "var" / "static").symlink_to(static_files)
    assert manage(folder, "prepare").end() == 0
    running = [manage(folder, "serve", "--processes=1", "--port", str(port)), manage(folder, "worker")]
    try:
        wait_for(lambda: answers(port), running[0])
        yield port, running
    finally:
        for each in running:
            stop(each)


def disclosed(text: str) -> list[str]:
    return [name for name, secret in SECRETS.items() if secret in text]


def test_running_site_discloses_none(folder: Path, site: tuple[int, list[Running]]) -> None:
    port, running = site
    wait_for(lambda: "The worker is at work." in running[1].output, running[1])
    paths = ("/", "/nothing-here/", "/tags/a+-a/", "/admin/login/", "/_util/health/", "/signup/", "/anymail/sendgrid/tracking/")
    responses = [get(port, path) for path in paths]
    for response, body in responses:
        assert disclosed(f"{response.headers}{body.decode()}") == []
    assert [response.status for response, _ in responses][:4] == [200, 404, 400, 200]
    assert [disclosed(each.output) for each in running] == [[], []]


def test_list_of_processes_discloses_none(folder: Path, site: tuple[int, list[Running]]) -> None:
    pids = [each.process.pid for each in site[1]]
    pids += [pid for each in site[1] for pid in each.others()]
    texts = [Path(f"/proc/{pid}/{name}").read_text(errors="replace") for pid in pids for name in ("cmdline", "environ")]
    assert "settings.env" in "".join(texts)
    assert disclosed("".join(texts)) == []


@pytest.mark.parametrize(
    ("command", "variables", "said"),
    [
        (("sendtestemail", "ada@example.org"), {}, "refused"),
        (("migrate",), {"DATABASE_URL": f"postgres://kimonote:{SECRETS['database']}@127.0.0.1:9/x"}, "onnection"),
        (("check",), {"SECRET_KEY": SECRETS["mail"]}, "SECRET_KEY is too short"),
        (("check",), {"EMAIL_URL": f"smpt://kimonote:{SECRETS['mail']}@127.0.0.1:9"}, "EMAIL_URL"),
        (("check",), {"CACHE_URL": f"reddis://:{SECRETS['database']}@127.0.0.1:9/0"}, "CACHE_URL"),
        (("check",), {"ANYMAIL_WEBHOOK_SECRET": SECRETS["webhook"]}, "ANYMAIL_WEBHOOK_SECRET"),
    ],
)
def test_failing_command_discloses_none(folder: Path, command: tuple[str, ...], variables: dict[str, str], said: str) -> None:
    running = manage(folder, *command, **variables)
    running.end()
    assert said in running.output
    assert disclosed(running.output) == []
