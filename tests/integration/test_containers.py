"""The files of deploy/ for containers, and the installer beside the guide whose steps it takes."""

import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GUIDE = (ROOT / "docs" / "operations.md").read_text()


def test_each_container_is_confined() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"prepare", "web", "worker", "nginx", "database", "mail"}
    for name, service in services.items():
        found = service["read_only"], service["cap_drop"], service["security_opt"]
        assert found == (True, ["ALL"], ["no-new-privileges:true"]), name
    assert not any("cap_add" in services[name] for name in ("prepare", "web", "worker"))
    assert [name for name, service in services.items() if "ports" in service] == ["nginx", "mail"]


def test_image_of_the_site_runs_without_root_and_says_whether_it_is_ready() -> None:
    stages = re.split(r"^FROM ", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    site = stages[-1]
    assert re.findall(r"^USER (.*)", site, flags=re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in site
    sources = re.findall(r"^COPY (?:--from=build )?(.*) \S+$", "".join(stages), flags=re.MULTILINE)
    for source in " ".join(sources).split():
        assert source.startswith("/srv/") or (ROOT / source).exists(), source


def test_installer_takes_the_guides_steps() -> None:
    """Every command of sections 1 to 6 that is not about where the code is from, or about one person's choice."""
    steps = GUIDE[GUIDE.index("## 1. Packages") : GUIDE.index("## 7. Mail")]
    blocks = re.findall(r"```sh\n(.*?)```", steps, flags=re.DOTALL)
    commands = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    beginnings = (
        "adduser",
        "addgroup",
        "install -",
        "runuser",
        "make install",
        "kimonote c",
        "kimonote prepare",
        "cp -r",
        "systemctl d",
    )
    wanted = [command for command in commands if command.startswith(beginnings) and "createsuperuser" not in command]
    assert len(wanted) > 12
    installer = re.sub(r" --quiet| --verbosity 0|\\\n\s+", "", (DEPLOY / "install").read_text())
    assert [command for command in wanted if command not in installer] == []


def test_scripts_can_be_read_by_a_shell() -> None:
    for script in ("install", "kimonote", "exim4/start"):
        subprocess.run(["sh", "-n", str(DEPLOY / script)], check=True)
