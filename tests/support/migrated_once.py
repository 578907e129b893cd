"""What the test databases of all processes begin as: one that was migrated once.

Wagtail's 178 migrations take 20 s of processor time, in each process that runs tests. The first of them keeps what they
leave, under a name that changes with the migrations and the pinned packages. `migrate` runs in any case, and does what is
left to do.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".pytest_cache"


@contextmanager
def kept_name() -> Iterator[str]:
    """Lock, and return the name of the migrated database, before the migrations are read: an edited one gets another name."""
    CACHE.mkdir(exist_ok=True)
    migrations = [path for folder in (ROOT, ROOT / "site") for path in sorted(folder.glob("*/migrations/*.py"))]
    sources = [*migrations, ROOT / "requirements.txt"]
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources))
    with (CACHE / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield f"migrated-{digest.hexdigest()[:16]}"
