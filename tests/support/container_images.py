"""deploy/Dockerfile without an engine: its steps by debootstrap and systemd-nspawn.

nginx:1.28 and postgres:17, which cannot be had without a registry of images, are Debian's packages of them.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.support.debian_machine import CERTIFICATES, NSPAWN, PATH

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
STAGE = re.compile(r"FROM (\S+) AS (\S+)")
BUNDLE = "/run/certificates.crt"  # this machine's, while an image is made
LONGEST = 3600.0  # seconds for a step


@dataclass
class Image:
    """A root, and what its Dockerfile says of the programs that run in it."""

    root: Path
    workdir: str = "/"
    user: str = "0"
    variables: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def run(self, script: str) -> None:
        """Run a step, with the network of this machine."""
        variables = {"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive", "PIP_DEFAULT_TIMEOUT": "180", **self.variables}
        variables |= {name: os.environ[name] for name in ("PIP_INDEX_URL",) if name in os.environ}
        mounts = []
        if CERTIFICATES.exists():  # this machine may reach the registries by a proxy of its own
            mounts, variables["PIP_CERT"] = [f"--bind-ro={CERTIFICATES}:{BUNDLE}"], BUNDLE
        given = [f"--setenv={name}={value}" for name, value in variables.items()]
        place = ["systemd-nspawn", *NSPAWN, "--pipe", "-D", str(self.root), f"--chdir={self.workdir}", *mounts, *given]
        ran = subprocess.run(
            [*place, "/bin/sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        assert ran.returncode == 0, f"{script}\n{ran.stdout[-4000:]}"

    def size(self) -> int:
        """Return the bytes of its files."""
        found = subprocess.run(["du", "-sbx", str(self.root)], stdout=subprocess.PIPE, text=True, check=True)
        return int(found.stdout.split()[0])


class Build:
    """The stages of the Dockerfile, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images: dict[str, Image] = {}
        suite, self.base = "trixie", folder / "debian"
        subprocess.run(["debootstrap", "--variant=minbase", suite, str(self.base)], check=True, stdout=subprocess.DEVNULL)

    def image(self, name: str) -> Image:
        """Begin an image as debian:trixie-slim."""
        root = self.folder / name
        subprocess.run(["cp", "-a", str(self.base), str(root)], check=True)
        self.images[name] = Image(root)
        return self.images[name]

    def follow(self, dockerfile: str) -> None:
        """Carry out all instructions."""
        text = re.sub(r"^#.*\n", "", dockerfile, flags=re.MULTILINE)
        for line in re.sub(r"\\\n\s*", " ", text).splitlines():
            if stage := STAGE.fullmatch(line):
                assert stage[1] == "debian:trixie-slim"
                image = self.image(stage[2])
            elif line:
                self._carry_out(image, *line.split(maxsplit=1))

    def _carry_out(self, image: Image, instruction: str, rest: str) -> None:
        match instruction:
            case "RUN":
                image.run(rest)
            case "COPY":
                self._copy(image, rest.split())
            case "WORKDIR":
                image.workdir = rest
                (image.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "ENV":
                image.variables |= dict(word.split("=", 1) for word in shlex.split(rest))
            case "USER":
                image.user = rest
            case "ENTRYPOINT":
                image.entrypoint = json.loads(rest)
            case "CMD":
                image.command = json.loads(rest)
            case "HEALTHCHECK":
                image.health = json.loads(rest.partition("CMD ")[2])
            case _:
                assert instruction in ("EXPOSE", "VOLUME"), instruction

    def _copy(self, image: Image, words: list[str]) -> None:
        *sources, target = words
        place = image.root / image.workdir.lstrip("/") / target if not target.startswith("/") else image.root / target[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        if sources[0].startswith("--from="):
            origin = self.images[sources[0].removeprefix("--from=")].root / sources[1].lstrip("/")
            subprocess.run(["cp", "-a", f"{origin}/.", str(place)], check=True)
            return
        for name in sent_files():
            for source in sources:
                if source == ".":
                    _copy_file(name, place / name)
                elif name == source:
                    _copy_file(name, place / Path(name).name)


def sent_files() -> list[str]:
    """Return the files of this checkout that Dockerfile.dockerignore leaves to the image."""
    ignored = [line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if not line.startswith("#")]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    names = listed.rstrip("\0").split("\0")
    return [name for name in names if not any(fnmatch(Path(name).parts[0], pattern) for pattern in ignored)]


def _copy_file(name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / name, target)


def build(folder: Path) -> dict[str, Image]:
    """Return an image for each service of compose.yaml."""
    made = Build(folder)
    made.follow((DEPLOY / "Dockerfile").read_text())
    others = made.image("others")
    packages = "nginx-light postgresql"
    others.run(f"apt-get update && apt-get install --yes --no-install-recommends {packages} && useradd --system nginx")
    site, mail = made.images["site"], made.images["mail"]
    return {"prepare": site, "web": site, "worker": site, "mail": mail, "nginx": others, "database": others}
