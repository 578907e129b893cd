"""How long an import's transactions hold their locks, for which other editors wait: by processor time and by statements.

`DATABASE_URL=… VAR_DIR=… python -m benchmarks.import_transactions [quick]`, the database being empty: short posts, long ones,
posts with pictures and an export of WordPress with hundreds of comments a post are imported; of each transaction are counted
the seconds of the processor between its begin and its end, in this process and in the database's, since the clock of a busy
machine would tell of what else it does.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.fill_database import start_django
from benchmarks.machine import load
from benchmarks.publishing import write_files
from benchmarks.tables import figure, percentile, table

TICKS = os.sysconf("SC_CLK_TCK")
MOST_SECONDS = 1.0  # of a transaction
WORDS = "Words enough for a post of this kind, with *emphasis*, `code` and [a link](https://a.example/). "


@dataclass(frozen=True)
class Transaction:
    """One transaction: the function that began it, seconds of the processor, and statements."""

    name: str
    seconds: float
    statements: int


class Recorder:
    """Records the outermost transactions of this process."""

    def __init__(self) -> None:
        self.transactions: list[Transaction] = []
        self.statements = 0

    def count(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)

    @contextmanager
    def recording(self) -> Iterator[None]:
        from django.db import connection
        from django.db.transaction import Atomic

        enter, leave = Atomic.__enter__, Atomic.__exit__
        begun: list[tuple[str, float, int]] = []

        def begin(atomic: Atomic) -> None:
            is_first = not connection.in_atomic_block
            enter(atomic)
            if is_first:
                begun.append((caller(), used(), self.statements))

        def end(atomic: Atomic, *error: Any) -> None:
            leave(atomic, *error)
            if not connection.in_atomic_block and begun:
                name, seconds, statements = begun.pop()
                self.transactions.append(Transaction(name, used() - seconds, self.statements - statements))

        with (
            mock.patch.object(Atomic, "__enter__", begin),
            mock.patch.object(Atomic, "__exit__", end),
            connection.execute_wrapper(self.count),
        ):
            yield


def caller() -> str:
    """Return the function of the project that began the transaction; of another package if there is none."""
    frame: Any = sys._getframe(2)
    names = []
    while frame:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(("transfer.", "blog.services.")):
            return f"{module.rpartition('.')[2]}.{frame.f_code.co_name}"
        names.append(f"{module}.{frame.f_code.co_name}")
        frame = frame.f_back
    return names[0]


def used() -> float:
    """Return the seconds of the processor that this process and its session in the database have used."""
    from django.db import connection

    server = 0.0
    if connection.vendor == "postgresql" and connection.connection:
        fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
        server = (int(fields[11]) + int(fields[12])) / TICKS
    return time.process_time() + server


def main(quick: bool) -> None:
    start_django()
    from django.core.management import call_command
    from django.db import connection

    call_command("prepare", stdout=StringIO())
    rows = []
    worst = 0.0
    for name, make, size in SOURCES:
        with tempfile.TemporaryDirectory(prefix="kimonote-transactions-") as folder:
            make(Path(folder), max(4, size // 8) if quick else size)
            recorder = Recorder()
            with recorder.recording():
                call_command("import_posts", folder, stdout=StringIO(), stderr=StringIO())
        found = recorder.transactions
        longest = max(found, key=lambda one: one.seconds)
        worst = max(worst, longest.seconds)
        rows.append([name, f"{len(found):,}", *spread(found), longest.name, f"{longest.statements:,}"])
    print(f"Transactions of imports on {connection.vendor}, in s of the processor; {load()}:\n")
    heads = ["", "transactions", "median", "95th of 100", "99th", "longest", "which begins in", "its statements"]
    print(table(heads, rows))
    print(f"\n- {'met' if worst <= MOST_SECONDS else 'MISSED'}: the longest takes {figure(worst)} s (at most {MOST_SECONDS})\n")


def spread(transactions: Sequence[Transaction]) -> list[str]:
    seconds = [one.seconds for one in transactions]
    return [figure(percentile(seconds, part)) for part in (0.5, 0.95, 0.99, 1)]


def short_posts(folder: Path, number: int) -> None:
    write_files(folder, number)


def long_posts(folder: Path, number: int) -> None:
    """Posts of 200 kB, with a link to each of a hundred others."""
    for place in range(number):
        links = "".join(f"[link](post-{(place + step) % number}.md) " for step in range(100))
        text = f"---\ntitle: Long {place}\ndate: 2019-01-01\ntags: [long]\n---\n{links}\n\n" + f"{WORDS * 10}\n\n" * 200
        (folder / f"long-{place}.md").write_text(text, encoding="utf-8")


def posts_with_pictures(folder: Path, number: int) -> None:
    """Posts with twenty small pictures each."""
    from PIL import Image

    for place in range(number):
        head = f"---\ntitle: Pictures {place}\ndate: 2019-01-02\ntags: [pictures]\n---\n"
        text = "".join(f"![A picture](p-{place}-{one}.png)\n\n" for one in range(20))
        (folder / f"pictures-{place}.md").write_text(head + text, encoding="utf-8")
        for one in range(20):
            Image.new("RGB", (320, 200), (place % 256, one, place // 256)).save(folder / f"p-{place}-{one}.png")


def posts_with_comments(folder: Path, number: int) -> None:
    """An export of WordPress with 1,500 comments to each post, half of them replies."""
    (folder / "export.xml").write_text(
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old</title>'
        "<link>https://old.example</link><wp:wxr_version>1.2</wp:wxr_version>"
        + "".join(_item(place) for place in range(number))
        + "</channel></rss>",
        encoding="utf-8",
    )


def _item(place: int) -> str:
    return (
        f"<item><title>Discussed {place}</title><link>https://old.example/d-{place}/</link><dc:creator>ada</dc:creator>"
        f"<content:encoded><![CDATA[<p>Words.</p>]]></content:encoded><wp:post_id>{place + 1}</wp:post_id>"
        f"<wp:post_name>d-{place}</wp:post_name><wp:post_date_gmt>2018-01-01 10:00:00</wp:post_date_gmt>"
        "<wp:post_date>2018-01-01 10:00:00</wp:post_date><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
        + "".join(_comment(one) for one in range(1, 1501))
        + "</item>"
    )


def _comment(number: int) -> str:
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author>Reader {number}</wp:comment_author>"
        "<wp:comment_date_gmt>2018-02-01 10:00:00</wp:comment_date_gmt>"
        f"<wp:comment_content><![CDATA[{WORDS * 3}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>"
        f"<wp:comment_type></wp:comment_type><wp:comment_parent>{number // 2 if number % 2 else 0}</wp:comment_parent>"
        "</wp:comment>"
    )


SOURCES = [
    ("short posts", short_posts, 2_000),
    ("posts of 200 kB", long_posts, 120),
    ("posts with 20 pictures", posts_with_pictures, 100),
    ("posts with 1,500 comments", posts_with_comments, 30),
]

if __name__ == "__main__":
    main("quick" in sys.argv[1:])
