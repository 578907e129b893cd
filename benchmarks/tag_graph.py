"""Posts' tags in the shape of a real blog's, grown to any number: what the benchmarks build their data from."""

import csv
import gzip
import math
import random
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "tag-graph.csv.gz"
SHARED = 500  # the commonest tags, which every part of a grown blog has in common

# The shape of REAL, for where it is not: items, tags, how many items have 0, 1, 2 … tags, and of how many, external.
ITEMS, TAGS, EXTERNAL = 12_653, 5_424, 0.786
TAGS_OF_AN_ITEM = (0, 1735, 1910, 2576, 1969, 1344, 1049, 712, 464, 326, 213, 138, 90, 43, 32, 28, 24)
TOPICS, TAGS_OF_A_TOPIC = 200, 60


class Item(NamedTuple):
    external: bool
    tags: tuple[str, ...]


def items(size: int) -> Iterator[Item]:
    """Give `size` items in order of publication: the blog over and over, with tags of its own each time.

    Its commonest tags are shared, and grow with the number of items; the number of tags grows with its square root.
    """
    blog = list(_real() if REAL.exists() else _made_up())
    counts = Counter(tag for item in blog for tag in item.tags)
    shared = {tag for tag, _ in counts.most_common(SHARED)}
    copies = math.ceil(size / len(blog))
    wanted = math.sqrt(copies) * len(counts)
    variants = max(1, round((wanted - len(shared)) / (len(counts) - len(shared))))
    for number in range(size):
        copy, place = divmod(number, len(blog))
        mark = f"-{copy % variants}" if copy % variants else ""
        item = blog[place]
        yield Item(item.external, tuple(tag if tag in shared else tag + mark for tag in item.tags))


def _real() -> Iterator[Item]:
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Item(row["source"] == "external", tuple(dict.fromkeys(row["tags"].split())))


def _made_up() -> Iterator[Item]:
    """Make the shape up: half of an item's tags are of its topic, half are the blog's; both fall off as Zipf says."""
    chance = random.Random(1)
    names = [f"tag{number}" for number in range(TAGS)]
    falling = list(accumulate(1 / (number + 1) for number in range(TAGS)))  # cumulative weights
    lengths = list(accumulate(TAGS_OF_AN_ITEM))
    topics = [chance.sample(names, TAGS_OF_A_TOPIC) for _ in range(TOPICS)]
    for _ in range(ITEMS):
        length = chance.choices(range(len(TAGS_OF_AN_ITEM)), cum_weights=lengths)[0]
        topic = chance.choices(topics, cum_weights=falling[:TOPICS])[0]
        own = chance.choices(topic, cum_weights=falling[:TAGS_OF_A_TOPIC], k=length)
        common = chance.choices(names, cum_weights=falling, k=length)
        mixed = [chance.choice(pair) for pair in zip(own, common, strict=True)]
        yield Item(chance.random() < EXTERNAL, tuple(dict.fromkeys(mixed)))
