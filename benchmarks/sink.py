"""A mail server that takes everything and keeps nothing, in a process of its own, so that only the sender is measured."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

REPLIES = {b"EHLO": (b"250-sink", b"250 SIZE 10000000"), b"DATA": (b"354 go on",), b"QUIT": (b"221 bye",)}


@contextmanager
def sink() -> Iterator[str]:
    """Run it, and give its EMAIL_URL."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"smtp://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


def serve(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as stream:
        say(connection, b"220 sink")
        while line := stream.readline():
            verb = line[:4].strip().upper()
            say(connection, *REPLIES.get(verb, (b"250 ok",)))
            if verb == b"DATA":
                while stream.readline() != b".\r\n":
                    continue
                say(connection, b"250 taken")


def say(connection: socket.socket, *lines: bytes) -> None:
    connection.sendall(b"".join(line + b"\r\n" for line in lines))


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
