"""Jobs: each done once, in the order in which they were asked for; cancelled, failed, and gone on with after a crash."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from jobs import kinds, running
from jobs.kinds import JobFailed, JobKind, Run
from jobs.locks import locked
from jobs.models import KEEP, KEEP_FILES, Job, JobState, jobs_folder
from jobs.pauses import Pauses
from jobs.starting import start
from tests.support.editors import client_of, member_of

pytestmark = pytest.mark.django_db
Define = Callable[[Callable[[Run], Any]], None]

doing: dict[str, Callable[[Run], Any]] = {}


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Define:
    """Defines what jobs of the kind “count” do; they look at their row at each step."""
    monkeypatch.setattr(running, "EVERY", 0)
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(JobKind("count", "Count", f"{__name__}.do"))
    return lambda function: monkeypatch.setitem(doing, "count", function)


def do(run: Run) -> Any:
    return doing["count"](run)


@pytest.fixture
def ada() -> User:
    return member_of("Editors", name="ada")


def test_a_job_is_done_once(define: Define, ada: User) -> None:
    def count(run: Run) -> dict[str, int]:
        assert (run.folder / "upload" / "list.txt").read_bytes() == b"one\ntwo\n"
        run.total = run.parameters["number"]
        for number in range(run.total):
            run.step()
            run.log(f"counted {number + 1}")
        return {"sum": 3}

    define(count)
    start("count", ada, {"number": 2}, SimpleUploadedFile("list.txt", b"one\ntwo\n"))
    assert running.is_needed()
    assert running.run_pending() == 1
    job = Job.objects.get()
    assert (job.state, job.done, job.total, job.log) == (JobState.DONE, 2, 2, "counted 1\ncounted 2\n")
    assert (job.result, job.attempts, str(job), job.progress) == ({"sum": 3}, 1, "Count", "2 / 2")
    assert not running.is_needed()
    assert running.run_pending() == 0


def test_a_job_whose_process_ended_goes_on_from_its_position(define: Define, ada: User) -> None:
    counted: list[int] = []

    def count(run: Run) -> list[int]:
        for number in range(run.position or 0, 4):
            counted.append(number)
            run.keep_position(number + 1)
            if len(counted) == 2:
                raise SystemExit
        return counted

    define(count)
    start("count", ada, {})
    with pytest.raises(SystemExit):
        running.run_pending()
    assert Job.objects.get().state == JobState.RUNNING
    assert running.is_needed()
    running.run_pending()
    job = Job.objects.get()
    assert (job.state, job.result, job.attempts) == (JobState.DONE, [0, 1, 2, 3], 2)
    assert job.log == "The process that did this has ended. It goes on.\n"


def test_a_job_pauses_after_steps_that_wrote(define: Define, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    monkeypatch.setattr(Pauses, "after", lambda pauses, seconds: paused.append(seconds))

    def count(run: Run) -> int:
        run.step()
        assert not paused
        run.keep_position(1)
        run.step()
        run.step()
        return len(paused)

    define(count)
    start("count", ada, {})
    running.run_pending()
    assert Job.objects.get().result == 1


def test_a_job_that_ends_every_process_is_given_up(define: Define, ada: User) -> None:
    def crash(run: Run) -> None:
        raise OperationalError("disk I/O error")

    define(crash)
    start("count", ada, {})
    for _attempt in range(running.MAX_ATTEMPTS):
        with pytest.raises(OperationalError):
            running.run_pending()
    running.run_pending()
    job = Job.objects.get()
    assert (job.state, job.log) == (JobState.FAILED, "The process that did this ended 5 times: it is not tried again.\n")


@pytest.mark.parametrize(
    ("error", "log"),
    [
        (JobFailed("There is no such blog."), "There is no such blog.\n"),
        (ZeroDivisionError("secret"), "It failed unexpectedly (ZeroDivisionError); the server's log says more.\n"),
    ],
)
def test_a_job_that_fails_says_why_and_stops_no_other(define: Define, ada: User, error: Exception, log: str) -> None:
    def fail(run: Run) -> None:
        if run.parameters:
            raise error

    define(fail)
    first, second = start("count", ada, {"fail": 1}), start("count", ada, {})
    running.run_pending()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.log, second.state) == (JobState.FAILED, log, JobState.DONE)


def test_a_job_is_cancelled_by_its_button(define: Define, ada: User) -> None:
    client = client_of(ada)

    def count(run: Run) -> None:
        run.step()
        assert client.post(f"/admin/jobs/{job.pk}/cancel/").status_code == 302
        run.step()
        raise AssertionError

    define(count)
    job = start("count", ada, {})
    page = client.get(f"/admin/jobs/{job.pk}/")
    assert page.headers["Refresh"] == "3"
    assert "Cancel this job" in page.content.decode()
    running.run_pending()
    job.refresh_from_db()
    assert (job.state, job.log) == (JobState.CANCELLED, "Cancelled.\n")
    page = client.get(f"/admin/jobs/{job.pk}/")
    assert "Refresh" not in page.headers
    assert "Cancel this job" not in page.content.decode()


def test_a_job_cancelled_while_it_waits_is_cancelled_at_once(define: Define, ada: User) -> None:
    define(lambda run: pytest.fail("begun"))
    job, client = start("count", ada, {}), client_of(ada)
    page = client.post(f"/admin/jobs/{job.pk}/cancel/", follow=True).content.decode()
    assert "“Count” will not go on." in page
    assert "Cancel this job" not in page
    job.refresh_from_db()
    assert (job.state, job.attempts, job.cancel_asked) == (JobState.CANCELLED, 0, False)
    assert job.finished is not None
    assert (running.is_needed(), running.run_pending()) == (False, 0)


def test_a_job_cancelled_in_the_moment_it_is_begun_is_not_done(
    define: Define, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(lambda run: pytest.fail("begun"))
    job = start("count", ada, {})

    def cancel_first(user: Any) -> str:  # what a worker asks between reading the job and beginning it
        client_of(ada).post(f"/admin/jobs/{job.pk}/cancel/")
        return "en"

    monkeypatch.setattr(running, "language_of", cancel_first)
    running.run_pending()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.CANCELLED, 0)


def test_a_job_that_is_done_meanwhile_is_not_cancelled(define: Define, ada: User) -> None:
    define(lambda run: None)
    job, client = start("count", ada, {}), client_of(ada)
    running.run_pending()
    client.post(f"/admin/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert (job.state, job.cancel_asked) == (JobState.DONE, False)


def test_of_whoever_has_no_account_any_more_nothing_is_done(define: Define, ada: User) -> None:
    define(lambda run: pytest.fail("begun"))
    job, other = start("count", ada, {}), start("count", member_of("Editors", name="bob"), {})
    User.objects.filter(username="bob").update(is_active=False)
    ada.delete()
    running.run_pending()
    assert set(Job.objects.values_list("pk", "state")) == {(job.pk, "failed"), (other.pk, "failed")}


@pytest.mark.parametrize("attempts", [0, 1])
def test_of_whoever_has_lost_the_right_nothing_is_done(define: Define, ada: User, attempts: int) -> None:
    define(lambda run: pytest.fail("begun"))
    job = start("count", ada, {})
    Job.objects.update(attempts=attempts)
    ada.groups.clear()
    running.run_pending()
    job.refresh_from_db()
    assert (job.state, job.log) == (JobState.FAILED, "Whoever started this may no longer do so.\n")


def test_jobs_are_seen_and_cancelled_by_whoever_started_them(define: Define, ada: User) -> None:
    define(lambda run: None)
    job = start("count", ada, {})
    other, root = client_of(member_of("Editors", name="bob")), client_of(User.objects.create_superuser("root"))
    assert other.get(f"/admin/jobs/{job.pk}/").status_code == 404
    other.post(f"/admin/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert not job.cancel_asked
    assert "Count" not in other.get("/admin/jobs/").content.decode()
    for client in (client_of(ada), root):
        assert "Count" in client.get("/admin/jobs/").content.decode()
        assert client.get(f"/admin/jobs/{job.pk}/").status_code == 200


def test_files_go_after_a_day_and_jobs_after_a_month(define: Define, ada: User) -> None:
    define(lambda run: (run.folder / "export.zip").write_bytes(b"x"))
    job = start("count", ada, {})
    running.run_pending()
    job.refresh_from_db()
    assert job.finished is not None
    Job.objects.forget_old(job.finished + KEEP_FILES)
    with job.file("export.zip") as file:
        assert file.read() == b"x"
    Job.objects.forget_old(job.finished + KEEP_FILES + timedelta(seconds=1))
    job.refresh_from_db()
    assert (job.file("export.zip"), job.folder.exists(), job.state) == (None, False, JobState.DONE)
    Job.objects.forget_old(job.finished + KEEP + timedelta(seconds=1))
    assert not Job.objects.exists()


def test_a_folder_whose_job_was_rolled_back_goes_too(ada: User) -> None:
    job = start("count", ada, {}, SimpleUploadedFile("list.txt", b"one"))
    Job.objects.all().delete()
    Job.objects.forget_old(timezone.now())
    assert job.folder.exists()
    Job.objects.forget_old(timezone.now() + KEEP_FILES + timedelta(minutes=1))
    assert list(jobs_folder().iterdir()) == []


def test_a_kind_that_is_gone_fails(ada: User) -> None:
    start("of a former version", ada, {})
    running.run_pending()
    job = Job.objects.get()
    assert (job.state, job.log) == (JobState.FAILED, "This site no longer knows this kind of job.\n")


def test_the_lock_is_free_again_after_its_block(ada: User) -> None:
    job = start("count", ada, {})
    for _time in range(2):
        with locked(job) as mine:
            assert mine
