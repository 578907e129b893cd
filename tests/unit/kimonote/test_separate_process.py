"""Commands in a process of their own: one at a time, and none outlives the worker."""

import os

import pytest

from kimonote.separate_process import NICENESS, SeparateCommand

pytestmark = pytest.mark.processes


def test_one_at_a_time_at_low_priority_until_stopped() -> None:
    command = SeparateCommand("shell", "--command", "import time; time.sleep(60)")
    command.start()
    first = command.process
    assert first is not None
    assert os.getpriority(os.PRIO_PROCESS, first.pid) == NICENESS
    command.start()
    assert command.process is first
    command.stop()
    assert first.poll() is not None
    command.start()
    assert command.process is not first
    command.stop()
