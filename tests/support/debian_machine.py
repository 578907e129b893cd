"""An empty Debian machine: debootstrap's, booted with systemd in namespaces of its own, without a network."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.support.worker_processes import ROOT, until

SUITE = "bookworm"  # Debian 12
SERVER = "init,systemd,dbus,ca-certificates"  # what a server has beside debootstrap's least
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LONGEST = 3600.0  # seconds for a script
NSPAWN = ("--quiet", "--register=no", "--keep-unit")  # not by the systemd of this machine, which may have none
TOOLS = ("debootstrap", "systemd-nspawn", "nsenter", "unshare", "ip")


class DebianMachine:
    """Scripts run in it as root, and end with an error at the first command that fails."""

    def __init__(self, root: Path) -> None:
        self.root = root
        packages = ("--variant=minbase", f"--include={SERVER}", SUITE, str(root))
        subprocess.run(["debootstrap", *packages], check=True, stdout=subprocess.DEVNULL)
        (root / "etc/apt/apt.conf.d/90yes").write_text('APT::Get::Assume-Yes "true";\n')
        if CERTIFICATES.exists():  # this machine may reach the registries by a proxy of its own
            shutil.copy(CERTIFICATES, root / "etc/ssl/certs")
        self.leader = 0

    def run_before_boot(self, script: str) -> str:
        """Run a script with this machine's network, where no service can be started."""
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        try:
            return self._run(["systemd-nspawn", *NSPAWN, "--pipe", "-D", str(self.root)], script)
        finally:
            policy.unlink()

    @contextmanager
    def booted(self) -> Iterator[None]:
        command = ("systemd-nspawn", *NSPAWN, "--private-network", "--boot", "-D", str(self.root))
        with (self.root.parent / "console.log").open("wb") as console:
            machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console)
        try:
            until(lambda: psutil.Process(machine.pid).children(), "systemd has been started")
            self.leader = psutil.Process(machine.pid).children()[0].pid
            until(self._is_running, "the machine is up")
            yield
        finally:
            machine.send_signal(signal.SIGTERM)
            machine.wait()

    def run(self, script: str) -> str:
        """Run a script in the machine; return what it printed."""
        return self._run(["nsenter", "-t", str(self.leader), *"-m -u -i -n -p -r -w".split()], script)

    def start_here(self, *command: str) -> subprocess.Popen[str]:
        """Start a program of this machine in the other's network."""
        place = ("nsenter", "-t", str(self.leader), "-n")
        return subprocess.Popen([*place, *command], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _is_running(self) -> bool:
        time.sleep(0.5)
        try:
            return self.run("systemctl is-system-running || true").strip() in ("running", "degraded")
        except AssertionError:  # it has no bus yet
            return False

    def _run(self, place: list[str], script: str) -> str:
        environment = {"PATH": PATH, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", "PIP_DEFAULT_TIMEOUT": "180"}
        environment |= {name: os.environ[name] for name in ("PIP_CERT", "PIP_INDEX_URL") if name in os.environ}
        given = [f"{name}={value}" for name, value in environment.items()]
        command = [*place, "env", "-i", *given, "sh", "-ec", script]
        output, nothing = subprocess.PIPE, subprocess.DEVNULL
        ran = subprocess.Popen(command, stdin=nothing, stdout=output, stderr=subprocess.STDOUT, text=True)
        printed, _ = ran.communicate(timeout=LONGEST)
        assert ran.returncode == 0, f"{script}\n{printed[-4000:]}"
        return printed
