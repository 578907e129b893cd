"""Commands that the worker runs beside itself, since they compute for minutes while mail has to leave."""

import atexit
import os
import subprocess
import sys

from django.conf import settings

NICENESS = 10  # less of the processor than what answers readers


class SeparateCommand:
    """A management command in a process of its own: one at a time, at low priority, ended with the worker."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def start(self) -> None:
        """Start the command, unless it still runs."""
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, str(settings.ROOT / "manage.py"), *self.arguments]
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603, of this program alone
            os.setpriority(os.PRIO_PROCESS, self.process.pid, NICENESS)

    def stop(self) -> None:
        """End the command, which can be ended at any moment."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
