"""The test's database for processes that are forked, and killed: what they have committed stays."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection


class ForkedSite:
    """The test's database for processes that are forked: on SQLite a copy in a file, on PostgreSQL itself."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "site.sqlite3" if connection.vendor == "sqlite" else None
        self.result = folder / "result.json"
        if self.file:
            connection.ensure_connection()
            with closing(sqlite3.connect(self.file)) as copy:
                connection.connection.backup(copy)

    def run(self, work: Callable[[], object]) -> tuple[int, Any]:
        """Do the work in a process; return what ended it, and what it returned."""
        if not self.file:
            connection.close()
        child = os.fork()
        if child == 0:
            if self.file:
                connection.connection = None
                connection.settings_dict["NAME"] = str(self.file)
            try:
                self.result.write_text(json.dumps(work()))
                connection.close()
            finally:
                os._exit(0)
        ended = os.waitpid(child, 0)[1]
        return ended, json.loads(self.result.read_text()) if ended == 0 else None


def killed_at(step: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what wraps functions so that this process is killed before their call of that number, all together."""
    left = [step]

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def do(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return work(*arguments, **options)

        return do

    return counted
