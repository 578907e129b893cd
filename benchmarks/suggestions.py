"""What suggesting tags costs with many posts: learning, the stored model, and each suggestion beside a tenth of the posts.

`python -m benchmarks.suggestions FOLDER [SIZE]`: the posts are mixed of the texts and tags of a folder of posts.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.fill_database import start_django
from benchmarks.tables import figure, spread, table, times

if TYPE_CHECKING:
    from blog.suggestions.text import TaggedPost

SIZE = 14_000  # posts
WORDS = 500  # of a post
RARE_TAGS = 5_300  # beside those of the folder; each post has one
DRAFTS = 60  # for which tags are suggested
SMALLER = 10  # times: the smaller blog beside which it is measured
MOST_MILLISECONDS = 200  # of processor, for a suggestion
MOST_GROWTH = 10  # times the processor of a suggestion, for ten times the posts: no more than linear
MOST_TO_LEARN = 300  # MB of memory


class Costs(NamedTuple):
    """Of a blog of so many posts: seconds of processor to learn, MB of memory and file, milliseconds of each suggestion."""

    posts: int
    tags: int
    learning: float
    memory: float
    file: float
    milliseconds: list[float]


def main(folder: Path, size: int) -> None:
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    start_django()
    from transfer.management.commands.evaluate_suggestions import read_posts

    sources = [post for post in read_posts(folder) if post.tags]
    found = [measure(sources, count) for count in (size // SMALLER, size)]
    print(report(found))


def measure(sources: Sequence["TaggedPost"], count: int) -> Costs:
    """Learn from so many posts, store the model, read it, and suggest tags for further ones."""
    from blog.suggestions import stored
    from blog.suggestions.training import train

    before, begun = _peak(), time.process_time()
    model = train(mixed(sources, count, Random(1)))
    learning, memory = time.process_time() - begun, _peak() - before
    with TemporaryDirectory() as folder:
        path = Path(folder) / "1.model"
        stored.write(path, stored.StoredModel(1, model))
        del model
        read = stored.read(path).model
        suggested = [_milliseconds(partial(read.suggest, draft)) for draft in mixed(sources, DRAFTS, Random(2))]
        return Costs(count, len(read.tags), learning, memory, path.stat().st_size / 1e6, suggested)


def mixed(sources: Sequence["TaggedPost"], count: int, random: Random) -> Iterator["TaggedPost"]:
    """Yield posts, each of passages of two that there are, with the tags of one of them and a rare one."""
    words = [post.text.split() for post in sources]
    for key in range(count):
        first, second = random.randrange(len(sources)), random.randrange(len(sources))
        passages = [_passage(words[first], 3 * WORDS // 5, random), _passage(words[second], 2 * WORDS // 5, random)]
        tags = (*sources[first].tags, f"rare {random.randrange(RARE_TAGS)}")
        yield replace(sources[first], text=" ".join(passages), tags=tags, key=key)


def _passage(words: Sequence[str], length: int, random: Random) -> str:
    start = random.randrange(max(1, len(words) - length))
    return " ".join(words[start : start + length])


def _milliseconds(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return 1000 * (time.process_time() - begun)


def _peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(found: Sequence[Costs]) -> str:
    """Return the costs as a table, with what is to be met."""
    heads = ["posts", "tags", "learning, s", "and MB", "file, MB", "suggesting, ms (median / 95 %)"]
    rows = [
        [
            f"{one.posts:,}",
            f"{one.tags:,}",
            figure(one.learning),
            figure(one.memory),
            figure(one.file),
            spread(one.milliseconds),
        ]
        for one in found
    ]
    small, large = found
    growth, slowest = median(large.milliseconds) / median(small.milliseconds), median(large.milliseconds)
    met = growth <= MOST_GROWTH and slowest <= MOST_MILLISECONDS and large.memory <= MOST_TO_LEARN
    wanted = f"at most {MOST_GROWTH}×, {MOST_MILLISECONDS} ms and {MOST_TO_LEARN} MB"
    return f"{table(heads, rows)}\n\nSuggesting grew to {times(growth)} ({wanted}): {'met' if met else 'MISSED'}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else SIZE)
