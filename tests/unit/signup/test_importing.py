"""Subscribers are taken over from a CSV file with the proof of their consent, and exported as one."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from blog.models import BlogPage
from mail.models import Delivery
from signup.models import ConsentRecord, Rhythm, State, Subscriber
from signup.services import suppression
from tests.support.factories import make_post
from tests.support.outbox_factories import make_subscriber

HEAD = "address,consented,proof,tags,rhythm\n"


def run(file: Path, text: str, *arguments: str) -> tuple[str, str]:
    file.write_text(text)
    out, err = StringIO(), StringIO()
    call_command("import_subscribers", str(file), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_import_is_a_dry_run_first_and_refuses_who_must_not_be_written_to(blog: BlogPage, tmp_path: Path) -> None:
    make_post(blog, "python")
    make_subscriber("present@example.org")
    make_subscriber("left@example.org", State.UNSUBSCRIBED)
    make_subscriber("never@example.org", State.SUPPRESSED)
    gone = make_subscriber("erased@example.org")
    suppression.erase(gone)
    text = HEAD + (
        "new@Example.org,2017-05-01T10:00:00+00:00,form of the old site,python,weekly\n"
        "present@example.org,2017-05-01 10:00,form of the old site,,\n"
        "left@example.org,2017-05-01 10:00,form,,\n"
        "never@example.org,2017-05-01 10:00,form,,\n"
        "erased@example.org,2017-05-01 10:00,form,,\n"
        "nobody,2017-05-01 10:00,form,,\n"
        "b@example.org,2017-05-01 10:00,,,\n"
        "c@example.org,2999-05-01 10:00,form,unknown,hourly\n"
    )
    before = Subscriber.objects.count()
    out, err = run(tmp_path / "a.csv", text)
    assert "Nothing was changed: this was a dry run." in out
    assert Subscriber.objects.count() == before
    assert [line.split(" ")[0:2] for line in err.splitlines()] == [
        *(["Line", f"{number}:"] for number in (4, 5, 6)),
        ["Line", "7,"],
        ["Line", "8,"],
        *([["Line", "9,"]] * 3),
    ]
    written, _errors = run(tmp_path / "a.csv", text, "--write")
    assert written.splitlines()[:-1] == out.splitlines()[:-1]
    new = Subscriber.objects.get(address="new@example.org")
    assert (new.state, new.confirmed_at) == (State.CONFIRMED, datetime(2017, 5, 1, 10, tzinfo=UTC))
    (subscription,) = new.subscriptions.all()
    assert (subscription.expression, subscription.rhythm) == ("python", Rhythm.WEEKLY)
    record = ConsentRecord.objects.get(subscriber=new)
    assert (record.at, record.detail, record.actor) == (
        new.confirmed_at,
        "form of the old site",
        "manage.py import_subscribers",
    )
    assert Subscriber.objects.count() == before + 1
    assert not Delivery.objects.exists()


def test_planner_knows_the_size_of_the_tables_after_an_import(blog: BlogPage, tmp_path: Path) -> None:
    """Else PostgreSQL looks for who is due by reading all subscriptions for each subscriber."""
    counted = {
        "sqlite": "SELECT CAST(substr(stat, 1, 1) AS INTEGER) FROM sqlite_stat1 WHERE tbl = 'signup_subscription'",
        "postgresql": "SELECT reltuples FROM pg_class WHERE relname = 'signup_subscription'",
    }
    run(tmp_path / "a.csv", HEAD + "new@example.org,2017-05-01 10:00,form,,\n", "--write")
    with connection.cursor() as cursor:
        cursor.execute(counted[connection.vendor])
        assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("address,proof\n", "lacks the column consented"),
        (HEAD.replace("tags", "tag"), "has a column 'tag'"),
        ("", "lacks the column address"),
    ],
)
def test_file_that_is_no_list_of_subscribers_is_refused(blog: BlogPage, tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(tmp_path / "a.csv", text)


def test_export_is_what_an_import_takes(blog: BlogPage, tmp_path: Path) -> None:
    make_post(blog, "python")
    run(
        tmp_path / "a.csv",
        HEAD.strip() + ",texts\nnew@example.org,2017-05-01T10:00:00+00:00,form,python,weekly,whole\n",
        "--write",
    )
    out = StringIO()
    call_command("export_subscribers", stdout=out)
    head, line = out.getvalue().splitlines()
    assert head == "address,state,tags,stream,rhythm,texts,language,site,asked,consented"
    assert line.startswith("new@example.org,confirmed,python,,weekly,whole,,testserver,")
