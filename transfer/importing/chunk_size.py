"""How many posts are written in one transaction: as many as take about half a second, since other editors wait meanwhile."""

TRANSACTION_SECONDS = 0.5  # that the revision row is locked
FIRST_CHUNK, MIN_CHUNK, MAX_CHUNK = 20, 5, 500  # posts; fewer than 5 take hardly less time, some 40 queries
MAX_GROWTH = 2  # times the chunk before


class ChunkSize:
    """The number of posts in the next transaction, by the time that the last one took."""

    def __init__(self) -> None:
        self.posts = min(FIRST_CHUNK, MAX_CHUNK)

    def adapt(self, posts: int, seconds: float) -> None:
        """Adapt to a transaction that wrote so many posts and held its locks so long."""
        fitting = int(posts * TRANSACTION_SECONDS / max(seconds, 0.001))
        self.posts = min(max(fitting, MIN_CHUNK), MAX_GROWTH * self.posts, MAX_CHUNK)
