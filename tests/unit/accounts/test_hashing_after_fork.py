"""A process that computed a hash, and is forked, as `manage.py serve --demo` is: its children compute hashes too."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TIMEOUT = 120  # seconds: a limit for what hangs
SCRIPT = """
import os, signal
from django.conf import settings
settings.configure()
from accounts.hashing import LowPriorityPBKDF2PasswordHasher
expected = LowPriorityPBKDF2PasswordHasher().encode("secret", "salt", 1)
if os.fork() == 0:
    signal.alarm(30)
    os._exit(LowPriorityPBKDF2PasswordHasher().encode("secret", "salt", 1) != expected)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.processes
@pytest.mark.once
def test_hash_in_a_forked_process() -> None:
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=True).stdout == "0\n"
