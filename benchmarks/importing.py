"""How long editors wait while an import writes.

`DATABASE_URL=… python -m benchmarks.importing [quick]`, the database being empty: posts with pictures are imported by the
command itself, while another process saves one post after another; beside that, what a save takes alone. The seconds are
those of the clock: on a machine that is busy with other things, `import_transactions` counts those of the processor.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path
from select import select
from statistics import median

from benchmarks.fill_database import start_django
from benchmarks.machine import load
from benchmarks.publishing import write_files
from benchmarks.servers import ROOT
from benchmarks.tables import figure, table

POSTS, FEW_POSTS = 2_000, 100
PICTURES, FEW_PICTURES = 200, 6
SIZE = (4000, 3000)  # pixels: 12 megapixels
MOST_WAITING = 1.0  # seconds that a save may take longer than alone
PAUSE = 0.05  # seconds between two saves


def main(quick: bool) -> None:
    if "SAVING" in os.environ:
        start_django()
        save_until_stopped()
        return
    start_django()
    from django.core.management import call_command

    call_command("prepare", stdout=StringIO())
    with tempfile.TemporaryDirectory(prefix="kimonote-posts-") as name:
        folder = Path(name)
        (folder / "_posts").mkdir()
        (folder / "_config.yml").touch()
        write_files(folder / "_posts", FEW_POSTS if quick else POSTS)
        add_pictures(folder, FEW_PICTURES if quick else PICTURES)
        measure_waiting(folder)


def add_pictures(folder: Path, number: int) -> None:
    """Give the first posts a picture each, of a camera's size: a gradient with noise.

    Its WebP of 1,440 pixels has some 200 kB, as a photograph's has.
    """
    from PIL import Image

    base = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn).resize(SIZE) for turn in (0, 90, 180)])
    for place, post in enumerate(sorted((folder / "_posts").iterdir())[:number]):
        noise = Image.effect_noise((SIZE[0] // 8, SIZE[1] // 8), 40).resize(SIZE).convert("RGB")
        Image.blend(base, noise, 0.3 + place % 10 / 50).save(folder / f"picture-{place}.jpg", quality=88)
        with post.open("a", encoding="utf-8") as text:
            text.write(f"\n\n![A picture](/picture-{place}.jpg)\n")


def measure_waiting(folder: Path) -> None:
    from django.db import connection

    from blog.models import BlogPage, ImportedFile, PostPage

    blog = BlogPage.objects.get()
    own = [blog.add_child(instance=PostPage(title=f"Own {number}", slug=f"own-{number}")).pk for number in range(5)]
    alone = sorted(save(pk) for pk in own * 4)
    environment = {**os.environ, "SAVING": " ".join(map(str, own))}
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.importing"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        other.stdout.readline()  # it has begun
        start = time.perf_counter()
        subprocess.run([sys.executable, "manage.py", "import_posts", str(folder)], cwd=ROOT, env=os.environ, check=True)
        importing = time.perf_counter() - start
        saved = json.loads(other.communicate("stop\n")[0])
    taken = sorted(saved["taken"])
    print(f"\nImporting {ImportedFile.objects.count():,} posts on {connection.vendor} in {figure(importing)} s, while another")
    print(f"process saved {len(taken)} posts; {load()}:\n")
    rows = [
        [name, *(figure(1000 * seconds) for seconds in (median(times), times[int(len(times) * 0.95)], times[-1]))]
        for name, times in (("alone", alone), ("beside the import", taken))
    ]
    print(table(["saving a post", "ms, median", "95th of 100", "slowest"], rows))
    verdict = "met" if taken[-1] - alone[-1] <= MOST_WAITING and not saved["failed"] else "MISSED"
    print(f"\n- {verdict}: {figure(median(taken) / median(alone))} times as long as alone, the slowest")
    print(f"  {figure(taken[-1])} s (at most {MOST_WAITING} s more than alone); {saved['failed']} failed\n")


def save(pk: int) -> float:
    """Return the seconds that saving a post takes."""
    from blog.models import PostPage

    start = time.perf_counter()
    PostPage.objects.get(pk=pk).save_revision().publish()
    return time.perf_counter() - start


def save_until_stopped() -> None:
    posts = [int(post) for post in os.environ["SAVING"].split()]
    print("begun", flush=True)
    taken: list[float] = []
    failed = 0
    while not select([sys.stdin], [], [], PAUSE)[0]:
        try:
            taken.append(save(posts[len(taken) % len(posts)]))
        except Exception as error:
            print(error, file=sys.stderr)
            failed += 1
    print(json.dumps({"taken": taken, "failed": failed}))


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
