from datetime import UTC, datetime
from pathlib import Path

import pytest

from transfer.importing.chunk_size import FIRST_CHUNK, MAX_CHUNK, MIN_CHUNK, ChunkSize, weight
from transfer.importing.prepare import PreparedFile
from transfer.importing.source import SourceComment, SourcePost
from transfer.importing.static_sites.find import SourceFile
from transfer.importing.static_sites.generators import SourceSite

FILE = SourceFile(Path("a.md"), "a.md", SourceSite(Path()))
COMMENT = SourceComment("1", "Ada", "Words.", datetime(2020, 1, 2, tzinfo=UTC))


def test_chunks_grow_where_the_database_is_fast() -> None:
    size = ChunkSize()
    sizes = [size.weight]
    for _ in range(10):
        size.adapt(size.weight, size.weight * 0.0001)
        sizes.append(size.weight)
    assert (sizes[:3], sizes[-1]) == ([FIRST_CHUNK, 2 * FIRST_CHUNK, 4 * FIRST_CHUNK], MAX_CHUNK)


def test_chunks_shrink_at_once_where_the_database_is_slow() -> None:
    size = ChunkSize()
    size.adapt(50, 1.0)
    assert size.weight == 25  # half a second's


def test_chunks_are_never_empty() -> None:
    size = ChunkSize()
    size.adapt(25, 600)
    assert size.weight == MIN_CHUNK
    size.adapt(MIN_CHUNK, 0.0)
    assert size.weight == 2 * MIN_CHUNK


@pytest.mark.pure
@pytest.mark.parametrize(("length", "comments", "expected"), [(5_000, 3, 1), (300_000, 0, 4), (0, 2_000, 21)])
def test_long_texts_and_comments_count_as_several_posts(length: int, comments: int, expected: int) -> None:
    post = SourcePost("A", "a", "x" * length)
    assert weight(PreparedFile(FILE, "", post, comments=((COMMENT, "<p>Words.</p>"),) * comments)) == expected
