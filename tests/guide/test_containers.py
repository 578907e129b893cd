"""deploy/Dockerfile built and deploy/compose.yaml run as far as that goes without Docker: see tests/support/containers.py."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from mail.bounces import verp_address
from tests.faults.report import report
from tests.support.container_images import build
from tests.support.containers import NETWORK, Container, Containers
from tests.support.debian_machine import TOOLS
from tests.support.worker_processes import until

SITE = "notes.example"
KEY = "k9" * 25
SETTINGS = {
    "kimonote.env": {
        "SECRET_KEY": KEY,
        "SITE_URL": f"https://{SITE}",
        "DATABASE_URL": "postgres://kimonote:a-password@database/kimonote",
        "DEFAULT_FROM_EMAIL": f"Notes <notes@{SITE}>",
        "SITE_NAME": SITE,
        "SITE_DOMAIN": SITE,
        "SITE_HOSTNAME": f"mail.{SITE}",
        "SITE_POSTMASTER": "you@elsewhere.example",
    },
    "database.env": {"POSTGRES_PASSWORD": "a-password"},
}
CERTIFICATE = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -keyout privkey.pem -out fullchain.pem"
POST = """
mkdir /tmp/posts
.venv/bin/python -c 'from PIL import Image; Image.new("RGB", (900, 700), "red").save("/tmp/posts/sea.png")'
printf -- '---\\ntitle: Whale\\ndate: 2018-05-31\\ntags: [sea]\\n---\\n![sea](sea.png)\\n' > /tmp/posts/whale.md
.venv/bin/python manage.py import_posts /tmp/posts
"""
SEND = "from django.core.mail import send_mail; send_mail('A note', 'A text.', None, ['ada@elsewhere.example'])"


@dataclass
class Site:
    """All services, at work."""

    containers: Containers
    running: dict[str, Container]
    folder: Path

    def get(self, path: str, *options: str) -> str:
        """Return what nginx gives for a path."""
        there = f"{SITE}:443:{self.containers.addresses['nginx']}"
        command = ("curl", "-sSk", "--compressed", "--resolve", there, *options, f"https://{SITE}{path}")
        return self.here(*command)

    def here(self, *command: str) -> str:
        """Run a program of this machine in the containers' network."""
        place = ("nsenter", f"--net=/run/netns/{NETWORK}")
        return subprocess.run([*place, *command], stdout=subprocess.PIPE, text=True, check=True).stdout

    def manage(self, script: str, *mounts: str) -> str:
        return self.containers.run("prepare", script, mounts=mounts)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    missing = [tool for tool in (*TOOLS, "ip") if not shutil.which(tool)]
    assert not missing, (
        f"As root, install Debian's debootstrap, systemd-container and iproute2: there is no {', '.join(missing)}."
    )
    images = build(tmp_path_factory.mktemp("images"))
    folder = tmp_path_factory.mktemp("containers")
    for place in ("etc/letsencrypt/live/notes.example", "var/www/html", "root/dkim"):
        (folder / "host" / place).mkdir(parents=True)
    (folder / "host/root/dkim/mail.notes.example.pem").touch(mode=0o600)
    subprocess.run(
        CERTIFICATE.split(), cwd=folder / "host/etc/letsencrypt/live/notes.example", check=True, stderr=subprocess.DEVNULL
    )
    containers = Containers(folder, images, SETTINGS)
    running: dict[str, Container] = {}
    with containers.network(), ExitStack() as stack:
        for name in ("database", "web", "worker", "mail", "nginx"):  # as depends_on has it
            running[name] = stack.enter_context(containers.running(name))
            if name == "database":
                until(lambda: running["database"].enter("pg_isready", "-h", "database").returncode == 0, "PostgreSQL is ready")
                containers.run("prepare")
            elif name == "web":
                until(running["web"].is_healthy, "the health check says so")
        yield Site(containers, running, folder)


def test_sizes_of_the_images(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {name: site.containers.images[name].size() for name in ("web", "mail")}
    report(
        "Images, with debootstrap's in place of debian:trixie-slim",
        [f"{n}: {size / 1e6:.0f} MB" for n, size in sizes.items()],
        capsys,
    )
    assert not (site.containers.images["web"].root / "srv/kimonote/tests").exists()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_container_has_no_root_and_writes_into_its_volume_alone(site: Site, name: str) -> None:
    container = site.running[name]
    status = container.enter("cat", "/proc/1/status").stdout
    assert re.findall(r"(?:Uid|Gid|CapEff|CapBnd|NoNewPrivs):\s+(\w+)", status) == ["10001", "10001", "0" * 16, "0" * 16, "1"]
    tried = {place: container.enter("touch", f"{place}/x").returncode == 0 for place in ("/", "/etc", "/srv/kimonote", "/tmp")}
    assert tried == {"/": False, "/etc": False, "/srv/kimonote": False, "/tmp": True}
    assert container.enter("sh", "-c", "touch /var/lib/kimonote/x && rm /var/lib/kimonote/x").returncode == 0


def test_nginx_gives_pages_and_files(site: Site) -> None:
    site.manage(POST)
    until(lambda: "/media/images/" in site.get("/whale/"), "the worker has made the picture's versions")
    page = site.get("/whale/")
    files = re.findall(r'(?:src|href)="(/(?:static|media/images)/[^"]+)"', page)
    heads = [site.get(file, "-o", "/dev/null", "-D", "-") for file in files]
    assert {file.split("/")[1] for file in files} == {"static", "media"}
    assert [head.split()[1] for head in heads] == ["200"] * len(files)
    assert all("strict-transport-security" in head.lower() for head in heads)
    assert site.get("/readyz") == "ready\n"


def test_mail_leaves_by_exim_and_what_returns_comes_to_the_worker(site: Site) -> None:
    """There is no DNS in this network: what is sent waits in exim's queue."""
    site.manage(f'.venv/bin/python manage.py shell -c "{SEND}"')
    mail = site.running["mail"]
    until(lambda: mail.enter("exim4", "-bpc").stdout.strip() == "1", "exim has the mail")
    address = verp_address(7, SITE, KEY)
    returned = (
        f"import smtplib; smtplib.SMTP('{site.containers.addresses['mail']}').sendmail('', ['{address}'], 'Subject: x\\n\\nx')"
    )
    site.here("python3", "-c", returned)
    until(lambda: "=> bounces" in mail.enter("cat", "/var/log/exim4/mainlog").stdout, "exim has delivered what returned")
    folder = site.folder / "volumes/returned/bounces/new"
    until(lambda: not any(folder.iterdir()), "the worker has read it")


def test_exim_may_read_the_key_that_is_roots_outside(site: Site) -> None:
    read = ("runuser", "-u", "Debian-exim", "--", "cat", "/etc/exim4/dkim/mail.notes.example.pem")
    assert site.running["mail"].enter(*read).returncode == 0


def test_backup_as_the_guide_says(site: Site) -> None:
    folder = site.folder / "host/var/backups/kimonote"
    folder.mkdir(parents=True)
    os.chown(folder, 10001, 10001)
    folder.chmod(0o700)
    said = site.manage(".venv/bin/python manage.py backup /backups", "/var/backups/kimonote:/backups")
    assert "was written and read back" in said


@pytest.mark.parametrize("name", ["worker", "web"])
def test_sigterm_ends_it(site: Site, name: str) -> None:
    """As process 1 of its container, which no signal ends that it does not handle."""
    assert site.running[name].stop(signal.SIGTERM) == 0
