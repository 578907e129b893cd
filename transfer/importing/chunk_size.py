"""How many posts are written in one transaction: as many as take about half a second, since other editors wait meanwhile."""

from transfer.importing.prepare import PreparedFile

TRANSACTION_SECONDS = 0.5  # that the revision row is locked
FIRST_CHUNK, MIN_CHUNK, MAX_CHUNK = 20, 5, 500  # short posts; fewer than 5 take hardly less time, some 40 queries
MAX_GROWTH = 2  # times the chunk before
CHARACTERS, COMMENTS = 100_000, 100  # that take about as long to write as a short post without them


def weight(prepared: PreparedFile) -> int:
    """Return how many short posts take as long to write as this one with its comments."""
    text = len(prepared.post.body) if prepared.post else 0
    return 1 + text // CHARACTERS + len(prepared.comments) // COMMENTS


class ChunkSize:
    """The weight of the posts in the next transaction, by the time that the last one took."""

    def __init__(self) -> None:
        self.weight = min(FIRST_CHUNK, MAX_CHUNK)

    def adapt(self, weight: int, seconds: float) -> None:
        """Adapt to a transaction that wrote posts of this weight and held its locks so long."""
        fitting = int(weight * TRANSACTION_SECONDS / max(seconds, 0.001))
        self.weight = min(max(fitting, MIN_CHUNK), MAX_GROWTH * self.weight, MAX_CHUNK)
