from transfer.importing.chunk_size import FIRST_CHUNK, MAX_CHUNK, MIN_CHUNK, ChunkSize


def test_chunks_grow_where_the_database_is_fast() -> None:
    size = ChunkSize()
    sizes = [size.posts]
    for _ in range(10):
        size.adapt(size.posts, size.posts * 0.0001)
        sizes.append(size.posts)
    assert (sizes[:3], sizes[-1]) == ([FIRST_CHUNK, 2 * FIRST_CHUNK, 4 * FIRST_CHUNK], MAX_CHUNK)


def test_chunks_shrink_at_once_where_the_database_is_slow() -> None:
    size = ChunkSize()
    size.adapt(50, 1.0)
    assert size.posts == 25  # half a second's


def test_chunks_are_never_empty() -> None:
    size = ChunkSize()
    size.adapt(25, 600)
    assert size.posts == MIN_CHUNK
    size.adapt(MIN_CHUNK, 0.0)
    assert size.posts == 2 * MIN_CHUNK
