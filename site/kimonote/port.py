"""Check that a port is free before anything is started there. Run as a script; only light imports."""

import socket
import sys


def trouble_with(port: str) -> str | None:
    """Return the reason why a server cannot listen at this port of 127.0.0.1; None if it can."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return f"PORT is {port!r}: it must be a number from 1 to 65535, as in `make run PORT=8001`."
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", int(port)))
    except OSError as error:
        return (
            f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}): stop the program that listens there, "
            "or choose another, as in `make run PORT=8001`."
        )
    return None


if __name__ == "__main__":
    sys.exit(trouble_with(sys.argv[1]))
