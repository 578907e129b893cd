"""deploy/compose.yaml without an engine: its services by systemd-nspawn, confined as it says.

They share one network, each at an address of its own in it.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.support.container_images import DEPLOY, Image
from tests.support.debian_machine import NSPAWN
from tests.support.worker_processes import until

NETWORK = f"kimonote-{os.getpid()}"  # the namespace
LONGEST = 3600.0  # seconds for a command
ALL_CAPABILITIES = (  # of nspawn's, in place of which compose.yaml names what a container keeps
    "AUDIT_CONTROL AUDIT_WRITE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_OWNER KILL LEASE LINUX_IMMUTABLE MKNOD "
    "NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_NICE "
    "SYS_PTRACE SYS_RESOURCE SYS_TTY_CONFIG"
).split()
POSTGRESQL = """
cd /tmp
chown postgres /var/lib/postgresql/data /run/postgresql
PATH=/usr/lib/postgresql/17/bin:$PATH
as_postgres() { runuser -u postgres -- "$@"; }
printf %s "$POSTGRES_PASSWORD" > /tmp/password
as_postgres initdb -D /var/lib/postgresql/data -U "$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256
rm /tmp/password
echo 'host all all all scram-sha-256' >> /var/lib/postgresql/data/pg_hba.conf
echo "CREATE DATABASE $POSTGRES_DB" | as_postgres postgres --single -D /var/lib/postgresql/data postgres
exec runuser -u postgres -- env "PATH=$PATH" postgres -D /var/lib/postgresql/data -c listen_addresses='*'
"""  # what the entry point of postgres:17 does


class Containers:
    """The services of compose.yaml in one network; `files` stand beside it, such as kimonote.env."""

    def __init__(self, folder: Path, images: dict[str, Image], files: dict[str, dict[str, str]]) -> None:
        self.folder, self.images, self.files = folder, images, files
        self.services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
        self.services["database"] |= {"entrypoint": ["/bin/sh", "-ec"], "command": [POSTGRESQL]}
        self.addresses = {name: f"172.30.99.{number}" for number, name in enumerate(self.services, 10)}
        (folder / "hosts").write_text("".join(f"{address} {name}\n" for name, address in self.addresses.items()))

    @contextmanager
    def network(self) -> Iterator[None]:
        """A network that has this machine's loopback alone, and the services' addresses on it."""
        _ip("netns", "add", NETWORK)
        try:
            _ip("-n", NETWORK, "link", "set", "lo", "up")
            for address in self.addresses.values():
                _ip("-n", NETWORK, "address", "add", f"{address}/24", "dev", "lo")
            yield
        finally:
            _ip("netns", "delete", NETWORK)

    def command(self, service: str, *words: str, mounts: tuple[str, ...] = ()) -> list[str]:
        """Return the command by which a service, or something else in its container, is run."""
        described, image = self.services[service], self.images[service]
        kept = {f"CAP_{name}" for name in described.get("cap_add", ())}
        dropped = [f"CAP_{name}" for name in ALL_CAPABILITIES if f"CAP_{name}" not in kept]
        user = [] if image.user == "0" else [f"--user={_user_name(image)}"]
        variables = image.variables | self._variables(described)
        program = described.get("entrypoint", image.entrypoint)
        arguments = list(words) or described.get("command", image.command)
        return [
            *("systemd-nspawn", *NSPAWN, "--pipe", "--read-only", "--no-new-privileges=yes", "--resolv-conf=off"),
            *("-D", str(image.root), f"--machine={service}", f"--chdir={image.workdir}", *user),
            f"--network-namespace-path=/run/netns/{NETWORK}",
            f"--drop-capability={','.join(dropped)}",
            *(self._tmpfs(image, place) for place in described["tmpfs"] if place != "/run"),  # which nspawn gives to each
            *(self._mount(image, volume) for volume in (*described.get("volumes", ()), *mounts)),
            f"--bind-ro={self.folder / 'hosts'}:/etc/hosts",
            *(f"--setenv={name}={value}" for name, value in variables.items()),
            *program,
            *(word.replace("$$", "$") for word in arguments),
        ]

    def run(self, service: str, *words: str, mounts: tuple[str, ...] = ()) -> str:
        """Run something to its end as `docker compose run --rm` does; return what it printed."""
        nothing, output = subprocess.DEVNULL, subprocess.PIPE
        command = self.command(service, *words, mounts=mounts)
        ran = subprocess.run(
            command, stdin=nothing, stdout=output, stderr=subprocess.STDOUT, text=True, timeout=LONGEST, check=False
        )
        assert ran.returncode == 0, ran.stdout[-4000:]
        return ran.stdout

    @contextmanager
    def running(self, service: str) -> Iterator["Container"]:
        container = Container(self.command(service), self.folder / f"{service}.log", self.images[service])
        try:
            yield container
        finally:
            container.kill()

    def _variables(self, service: dict[str, Any]) -> dict[str, str]:
        """Return what env_file and environment give; Docker takes the latter first."""
        read = [self.files[name] for name in service.get("env_file", ())]
        return {name: value for file in read for name, value in file.items()} | service.get("environment", {})

    def _tmpfs(self, image: Image, place: str) -> str:
        _make_mount_point(image, place.partition(":")[0])
        return f"--tmpfs={place}"

    def _mount(self, image: Image, volume: str) -> str:
        source, target, *options = volume.split(":")
        if "/" not in source:
            place = self._volume(image, source, target)
        else:
            place = self.folder / "host" / source[1:] if source.startswith("/") else DEPLOY / source
        _make_mount_point(image, target, is_file=place.is_file())
        return f"--bind{'-ro' if options else ''}={place.resolve()}:{target}"

    def _volume(self, image: Image, name: str, target: str) -> Path:
        """Return the folder of a named volume; as Docker does, give a new one what the image has there."""
        place, there = self.folder / "volumes" / name, image.root / target.lstrip("/")
        if place.exists():
            return place
        place.mkdir(parents=True)
        if there.is_dir():
            subprocess.run(["cp", "-a", f"{there}/.", str(place)], check=True)
            shutil.copystat(there, place)
            os.chown(place, there.stat().st_uid, there.stat().st_gid)
        return place


class Container:
    """A service that runs, its first process being process 1."""

    def __init__(self, command: list[str], log: Path, image: Image) -> None:
        self.image, self.log = image, log
        with log.open("wb") as output:
            self.nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        until(lambda: self.leader or self.nspawn.poll() is not None, "the container has been started")

    @property
    def leader(self) -> psutil.Process | None:
        """The first process of the container, as this machine sees it; None before and after its life."""
        with suppress(psutil.NoSuchProcess):
            return next(iter(psutil.Process(self.nspawn.pid).children()), None)
        return None

    def enter(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program in it as `docker exec` does: with its root, network, user, rights and variables."""
        assert self.leader, self.log.read_text()
        place = ["nsenter", "-t", str(self.leader.pid), *"-m -u -i -n -p -r".split()]
        identity = [
            part for option, part in zip("SG", self.image.user.split(":"), strict=False) for part in (f"-{option}", part)
        ]
        environment = self.leader.environ()
        words = ("env", "-C", self.image.workdir, *words)
        return subprocess.run([*place, *identity, *words], env=environment, capture_output=True, text=True, check=False)

    def is_healthy(self) -> bool:
        assert self.nspawn.poll() is None, self.log.read_text()
        return self.enter(*self.image.health).returncode == 0

    def stop(self, number: int) -> int:
        """Send a signal to process 1; return the container's exit status."""
        assert self.leader
        self.leader.send_signal(number)
        return self.nspawn.wait(LONGEST)

    def kill(self) -> None:
        """End it, if it has not ended."""
        if self.leader:
            self.leader.kill()
        self.nspawn.wait()


def _make_mount_point(image: Image, target: str, *, is_file: bool = False) -> None:
    """Docker makes them, nspawn does not where the root is read-only."""
    place = image.root / target.lstrip("/")
    if is_file:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    else:
        place.mkdir(parents=True, exist_ok=True)


def _user_name(image: Image) -> str:
    uid = image.user.partition(":")[0]
    users = [line.split(":") for line in (image.root / "etc/passwd").read_text().splitlines()]
    return next(user[0] for user in users if user[2] == uid)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
