"""The kinds of jobs that the apps register, and what their functions are given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import user_has_any_page_permission


class Cancelled(Exception):
    """Raised in a job's function, by `step`, when someone has cancelled the job."""


class JobFailed(Exception):
    """Raised by a job's function that cannot go on; the message says why, to whoever started it."""


class Run(Protocol):
    """A job while it is worked on."""

    total: int  # steps, where that is known

    @property
    def parameters(self) -> dict[str, Any]: ...

    @property
    def position(self) -> Any:
        """Return what the last process kept by `keep_position`; None at the beginning."""

    @property
    def folder(self) -> Path:
        """Return the job's folder, which is there, with what the job was given; it may be another one after a crash."""

    @property
    def user(self) -> Any:
        """Return who started it."""

    def step(self, count: int = 1) -> None:
        """Count steps as done. Raise Cancelled where the job is cancelled."""

    def log(self, line: str) -> None:
        """Add a line, or several, to the log."""

    def keep_file(self, name: str) -> None:
        """Keep a file of the folder for whoever started the job. Raise JobFailed where it cannot be stored."""

    def keep_position(self, position: Any) -> None:
        """Store where to go on after a crash, and the log, in the transaction of what has been done up to there."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. The function returns the result, as JSON has it; it may be called again after a crash."""

    name: str
    label: Any
    function: str  # its dotted path: only the process that does the work loads it
    template: str = ""  # of what the job's page shows of its result, with `job` and what `context` returns
    context: Callable[[Any, HttpRequest], dict[str, Any]] = lambda job, request: {}
    may_start: Callable[[Any], object] = user_has_any_page_permission  # also asked as it begins, and before its page is seen


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    _kinds[kind.name] = kind


def kind_of(name: str) -> JobKind:
    """Return a kind; one that no app knows any more fails."""
    return _kinds.get(name) or JobKind(name, name, f"{__name__}.fail_as_unknown")


def fail_as_unknown(run: Run) -> None:
    raise JobFailed(str(_("This site no longer knows this kind of job.")))
