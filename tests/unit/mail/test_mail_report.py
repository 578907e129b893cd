import json
from datetime import UTC, datetime
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command

from mail.models import Counted, MailCount, Result

pytestmark = pytest.mark.django_db

NOW = datetime(2018, 1, 24, 12, tzinfo=UTC)  # a Wednesday
WEEKS_BEFORE = {weeks: datetime(2018, 1, day, 12, tzinfo=UTC) for weeks, day in ((0, 23), (1, 16), (2, 9))}


def count(weeks_before: int, domain: str, result: Result, number: int, *, bulk: bool = True) -> None:
    MailCount.objects.add({Counted(domain, result, bulk): number}, WEEKS_BEFORE[weeks_before])


def mail_report(*arguments: str) -> str:
    out = StringIO()
    with patch("django.utils.timezone.now", return_value=NOW):
        call_command("mail_report", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def counts() -> None:
    count(0, "a.example", Result.ACCEPTED, 1200)
    count(0, "a.example", Result.ACCEPTED, 3, bulk=False)
    count(0, "b.example", Result.DEFERRED, 2)
    count(1, "b.example", Result.BOUNCED, 4)
    count(2, "c.example", Result.COMPLAINED, 9)


@pytest.mark.usefixtures("counts")
def test_report_has_a_table_by_week_and_one_by_domain() -> None:
    assert mail_report("--weeks", "2") == (
        "Week from     accepted    deferred     bounced  complained\n"
        "2018-01-22        1203           2           0           0\n"
        "2018-01-15           0           0           4           0\n"
        "\n"
        "Since 2018-01-15, to    accepted    deferred     bounced  complained\n"
        "a.example                   1203           0           0           0\n"
        "b.example                      0           2           4           0\n"
        "\n"
    )


@pytest.mark.usefixtures("counts")
def test_report_as_json() -> None:
    nothing = {"accepted": 0, "deferred": 0, "bounced": 0, "complained": 0}
    assert json.loads(mail_report("--json", "--domains", "1")) == {
        "weeks": [
            {"week": "2018-01-22", **nothing, "accepted": 1203, "deferred": 2},
            {"week": "2018-01-15", **nothing, "bounced": 4},
            {"week": "2018-01-08", **nothing, "complained": 9},
        ],
        "domains": [{"domain": "a.example", **nothing, "accepted": 1203}],
    }


def test_report_before_anything_was_sent() -> None:
    assert json.loads(mail_report("--json")) == {"weeks": [], "domains": []}
    assert [line.split("  ")[0] for line in mail_report().splitlines()] == ["Week from", "", "Since 2018-01-01, to", ""]


@pytest.mark.parametrize("text", ["0", "10001", "x", "-1", "²"])
@pytest.mark.parametrize("option", ["--weeks", "--domains"])
def test_number_is_refused_by_name(option: str, text: str) -> None:
    with pytest.raises(CommandError, match=f"{option}: '{text}': write a number from 1 to "):
        mail_report(f"{option}={text}")
