"""A name server and a mail server elsewhere, in a network namespace of their own with a veth pair to a machine's.

The mail server keeps what it is given in a folder, a file for each recipient; it refuses mail to GONE.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.debian_machine import DebianMachine
from tests.support.dns_server import DnsServer
from tests.support.smtp_server import ReceivedMail, SMTPServer
from tests.support.worker_processes import ROOT

MACHINE, ELSEWHERE = "192.0.2.1", "192.0.2.25"  # addresses; the second answers for elsewhere.example
ZONE = f"elsewhere.example. MX 10 mx.elsewhere.example.\nmx.elsewhere.example. A {ELSEWHERE}\n"
CABLE = "mail0"  # both ends of it
GONE = ("gone@elsewhere.example", "gone-too@elsewhere.example")  # of nobody


@contextmanager
def mail_network(machine: DebianMachine, zone: str, folder: Path) -> Iterator[None]:
    """Connect a machine to a name server with a zone, and to the mail server of elsewhere.example with this folder."""
    (folder / "zone").write_text(zone + ZONE)
    (machine.root / "etc/resolv.conf").write_text(f"nameserver {ELSEWHERE}\n")
    command = ("unshare", "--net", sys.executable, "-m", "tests.support.mail_network", str(folder))
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'site'}"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as servers:
        assert servers.stdin is not None
        assert servers.stdout is not None
        servers.stdout.readline()  # from its own namespace
        _connect(machine.leader, servers.pid)
        servers.stdin.write("connected\n")
        servers.stdin.flush()
        servers.stdout.readline()  # they listen, until their input ends
        yield


def _connect(here: int, there: int) -> None:
    """Connect the network namespaces of two processes by a veth pair."""
    cable = f"link add {CABLE} netns {here} type veth peer name {CABLE} netns {there}"
    subprocess.run(["ip", *cable.split()], check=True)
    for process, address in ((here, MACHINE), (there, ELSEWHERE)):
        for words in (f"address add {address}/24 dev {CABLE}", f"link set {CABLE} up", "link set lo up"):
            subprocess.run(["nsenter", "-t", str(process), "-n", "ip", *words.split()], check=True)


def main(folder: Path) -> None:
    def keep(mail: ReceivedMail) -> None:
        (folder / mail.recipients[0]).write_bytes(mail.content)

    print("started", flush=True)  # noqa: T201 (read by mail_network)
    sys.stdin.readline()
    with (
        DnsServer((folder / "zone").read_text(), host=ELSEWHERE, port=53),
        SMTPServer(host=ELSEWHERE, port=25, refuse=dict.fromkeys(GONE, "550 5.1.1 No such user"), received=keep),
    ):
        print("listening", flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
