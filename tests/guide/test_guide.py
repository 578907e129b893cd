"""docs/operations.md, word by word on an empty Debian machine with systemd; then an upgrade, a backup and the installer; then
docs/mail.md, with exim and with Postfix.

Only what cannot be had without the Internet stands in: the code is this checkout, certbot makes its certificate itself, and the
rest of the world is a name server and a mail server.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest
from dns import reversename

from tests.faults.report import report
from tests.support.debian_machine import TOOLS, DebianMachine
from tests.support.dns_server import lookup_in
from tests.support.mail_network import GONE, mail_network
from tests.support.worker_processes import until

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "operations.md").read_text()
MAIL = (ROOT / "docs" / "mail.md").read_text().replace("manage.py ", "kimonote ")
SITE = "notes.example"
UNITS = ("kimonote-prepare", "kimonote-web@1", "kimonote-web@2", "kimonote-worker")
CERTBOT = f"""#!/bin/sh
mkdir -p /etc/letsencrypt/live/{SITE}
exec openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={SITE} \\
    -keyout /etc/letsencrypt/live/{SITE}/privkey.pem -out /etc/letsencrypt/live/{SITE}/fullchain.pem
"""
DOWNLOADS = "".join(f"apt-get install --download-only {names}\n" for names in ("exim4-daemon-light", "postfix opendkim"))
KEYS = {"exim4": "/etc/exim4/dkim", "Postfix": "/etc/dkimkeys"}  # folders
SETTINGS = ("6. The site", "7. What comes back")  # headings of docs/mail.md
SUBSCRIBERS = "runuser -u postgres -- psql -qAtc 'SELECT address, state FROM signup_subscriber ORDER BY id' kimonote"
POST = r"---\ntitle: Whale\ndate: 2018-05-31\ntags: [sea]\n---\nA *whale*.\n"
PAGE = f"curl -fsSk --compressed --resolve {SITE}:443:127.0.0.1 https://{SITE}"
WRITTEN = "/etc /srv/kimonote /usr/local /var/lib/kimonote"  # folders that the guide's steps write into
SUMS = f"find {WRITTEN} -xdev -type f -not -path '*/.git/*' -not -name '*.pyc' | sort | xargs -d '\\n' sha256sum"
STARTED = "systemctl show --property=Id,ExecMainStartTimestampMonotonic kimonote-web@1 kimonote-web@2 kimonote-worker"


def section(begin: str, end: str, page: str = GUIDE) -> str:
    """Return the part of a page between two headings."""
    (first,), (last,) = (re.findall(rf"^##+ {re.escape(heading)}.*$", page, re.MULTILINE) for heading in (begin, end))
    return page[page.index(f"\n{first}\n") : page.index(f"\n{last}\n")]


def commands(begin: str, end: str, page: str = GUIDE) -> str:
    """Return all commands of a page between two headings."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", section(begin, end, page), re.DOTALL | re.MULTILINE))


def zone(dkim_record: str) -> str:
    """Return the records that docs/mail.md wants in the DNS, with the one that make_dkim_key printed."""
    hosts = re.findall(r"^\| `(\S+ IN (?:A|AAAA|PTR) \S+)`", MAIL, re.MULTILINE)
    others = re.findall(r"^\| `(\S+)` \| (?:TXT|MX) \| `(.+?)`", MAIL, re.MULTILINE)
    values = [f'{name} TXT "{value}"' if value.startswith("v=") else f"{name} MX {value}" for name, value in others]
    return "\n".join([*hosts, f"{reversename.from_address('2001:db8::1')} PTR mail.{SITE}.", *values, dkim_record, ""])


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DebianMachine]:
    """A machine on which the guide has been followed."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    assert not missing, f"As root, install Debian's debootstrap and systemd-container: there is no {', '.join(missing)}."
    assert os.geteuid() == 0, "It makes a machine: run it as root."
    machine = DebianMachine(tmp_path_factory.mktemp("debian") / "root")
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(machine.root / "root/code")], check=True)
    (machine.root / "etc/gitconfig").write_text('[url "/root/code"]\n\tinsteadOf = https://git.example/kimonote\n')
    machine.run_before_boot(commands("1. Packages", "3. The database") + DOWNLOADS)
    certbot = machine.root / "usr/local/bin/certbot"
    certbot.write_text(CERTBOT)
    certbot.chmod(0o755)
    with machine.booted():
        machine.run("cd /srv/kimonote\n" + commands("3. The database", "7. Mail"))
        yield machine
    shutil.rmtree(machine.root)


def test_site_is_there_and_well(machine: DebianMachine) -> None:
    plain = f"curl -sSI -H 'Host: {SITE}' http://127.0.0.1/"
    until(lambda: f"Location: https://{SITE}/" in machine.run(plain), "nginx's processes from before the reload have ended")
    assert "</html>" in machine.run(f"{PAGE}/")
    assert "0 warning, 0 error" in machine.run("kimonote doctor --offline")


def test_units_are_confined(machine: DebianMachine, capsys: pytest.CaptureFixture[str]) -> None:
    """By the systemd that runs them."""
    rated = machine.run(f"systemd-analyze security --no-pager {' '.join(UNITS)} | grep Overall")
    found = {unit: float(exposure) for unit, exposure in re.findall(r"for (\S+)\.service: ([\d.]+)", rated)}
    report("Exposure of the units, by systemd-analyze security", [f"{unit}: {level}" for unit, level in found.items()], capsys)
    assert set(found) == set(UNITS)
    assert max(found.values()) <= 2.0


def test_installer_changes_nothing_after_the_guide(machine: DebianMachine) -> None:
    before, started = machine.run(SUMS), machine.run(STARTED)
    machine.run(f"/srv/kimonote/deploy/install {SITE} you@elsewhere.example")
    assert machine.run(SUMS) == before
    assert machine.run(STARTED) == started


def test_upgrade_refuses_no_request(machine: DebianMachine, capsys: pytest.CaptureFixture[str]) -> None:
    started = machine.run(STARTED)
    visitor = machine.start_here(sys.executable, "-m", "tests.support.steady_visitor", SITE)
    try:
        machine.run("cd /root/code && git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x")
        machine.run(commands("Upgrades", "Is it well?"))
    finally:
        seen = json.loads(visitor.communicate()[0])
    report("Requests amid an upgrade", [f"{status}: {count}" for status, count in seen.items()], capsys)
    assert set(seen) == {"200"}
    assert not set(machine.run(STARTED).splitlines()) & {line for line in started.splitlines() if "Timestamp" in line}


def test_restored_site_gives_the_same_pages(machine: DebianMachine) -> None:
    machine.run(f"mkdir /tmp/posts && printf -- '{POST}' > /tmp/posts/a.md\nkimonote import_posts /tmp/posts")
    pages = f"for page in / /tags/ /feed.atom; do {PAGE}$page | sha256sum; done"
    before = machine.run(f"install -d -o kimonote -m 700 /var/backups/kimonote\nkimonote backup /var/backups/kimonote\n{pages}")
    machine.run(
        "systemctl stop kimonote-web.target kimonote-worker\n"
        "kimonote restore --overwrite /var/backups/kimonote/*.tar.gz\n"
        "systemctl start kimonote-web.target kimonote-worker\n"
        f"curl -fsS --retry 60 --retry-connrefused -H 'Host: {SITE}' http://127.0.0.1:8001/readyz"
    )
    assert machine.run(pages).splitlines() == before.splitlines()[-3:]


@pytest.fixture(scope="module")
def elsewhere(machine: DebianMachine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder into which mail for elsewhere.example comes, once docs/mail.md's key and records are there."""
    printed = machine.run(f"cd /srv/kimonote\n{commands('3. A key', '4. The mail server', MAIL)}")
    (dkim_record,) = re.findall(r"^mail\._domainkey\S+ IN TXT .*$", printed, re.MULTILINE)
    folder = tmp_path_factory.mktemp("elsewhere")
    with mail_network(machine, zone(dkim_record), folder):
        yield folder


@pytest.mark.parametrize(("begin", "end", "gone"), [("exim4", "Postfix", GONE[0]), ("Postfix", "Encryption for", GONE[1])])
def test_mail_arrives_signed_and_what_bounces_suppresses(
    machine: DebianMachine, elsewhere: Path, begin: str, end: str, gone: str
) -> None:
    machine.run(f"cd /srv/kimonote\n{commands(begin, end, MAIL)}")
    with (machine.root / "etc/kimonote.env").open("a") as file:
        file.writelines(re.findall(r"^```\n(.*?)^```$", section(*SETTINGS, MAIL), re.DOTALL | re.MULTILINE))
    machine.run(commands(*SETTINGS, MAIL))
    assert " 0 error, 0 not checked" in machine.run(f"kimonote check_mail --dkim-key - < {KEYS[begin]}/mail.{SITE}.pem")
    reader = f"{begin.lower()}@elsewhere.example"
    machine.run(f"kimonote check_mail --send test-{reader}")
    machine.run("".join(f"kimonote subscribers add {address} --write\n" for address in (reader, gone)))
    until((elsewhere / reader).exists, "the confirmation has come")
    lookup = lookup_in((elsewhere / "zone").read_text())
    for name in (f"test-{reader}", reader):
        content = (elsewhere / name).read_bytes()
        assert dkim.verify(content, dnsfunc=lambda asked, timeout=5: lookup(asked.decode().rstrip("."), "TXT")[0].encode())
    until(lambda: f"{gone}|suppressed" in machine.run(SUBSCRIBERS), "what has bounced suppresses")
    assert f"{reader}|pending" in machine.run(SUBSCRIBERS)
