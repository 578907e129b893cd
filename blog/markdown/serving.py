"""What a process does that converts texts under limits of time and memory, and may be killed at any time. Without Django."""

import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection

READY = b"r"


def serve(arguments: list[str], convert: Callable[[bytes], bytes]) -> None:
    """Reply to messages until the other end closes the socket.

    `["4", "3.0", "536870912"]`: there are 3 seconds for each message on socket 4, and 512 MB.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    socket, seconds, memory = int(arguments[0]), float(arguments[1]), int(arguments[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with Connection(socket) as connection:
        connection.send_bytes(READY)
        while True:
            try:
                message = connection.recv_bytes()
                signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal kills this process, in C code as well
                reply = convert(message)
                signal.setitimer(signal.ITIMER_PROF, 0)
                connection.send_bytes(reply)
            except (EOFError, OSError):
                return
