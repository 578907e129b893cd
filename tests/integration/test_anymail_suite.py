"""Anymail's own backend and signal tests, run against ours where a checkout of Anymail is at hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.anymail_suite import DEVIATIONS

pytestmark = [pytest.mark.processes, pytest.mark.once]

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = os.environ.get("ANYMAIL_CHECKOUT", "")
WHY_NOT = (
    "Anymail's own tests are in its repository alone: git clone --branch v15.2 https://github.com/anymail/django-anymail, "
    "and name that folder in ANYMAIL_CHECKOUT"
)


@pytest.mark.skipif(not CHECKOUT, reason=WHY_NOT)
def test_anymails_own_tests_fail_only_where_documented() -> None:
    command = [sys.executable, str(ROOT / "tests" / "anymail_suite.py"), CHECKOUT]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_deviation_is_documented() -> None:
    page = (ROOT / "docs" / "mail.md").read_text()
    missing = [name for name in DEVIATIONS if f"`{name.split('.')[1]}`" not in page]
    assert missing == []
