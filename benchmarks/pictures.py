"""What 2,000 pictures of a blog take: the import that stores them, and the versions that the worker makes of them.

`DATABASE_URL=… VAR_DIR=… python -m benchmarks.pictures [NUMBER]`, the database being empty: posts with pictures of a
camera's sizes, each with pixels of its own, are imported by the command itself; the versions are made as the worker does.
Beside that, what plain Pillow takes for the same sizes and formats. Seconds of the processor are counted, of all processes,
since those of the clock depend on what else a machine does.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fill_database import start_django
from benchmarks.machine import load
from benchmarks.servers import ROOT
from benchmarks.tables import figure, table

if TYPE_CHECKING:
    from PIL.Image import Image

NUMBER = 2_000
PER_POST = 4  # pictures
SAMPLE = 16  # pictures that plain Pillow scales
MOST_SECONDS = 600.0  # of the processor, for 2,000: five minutes of two cores
QUALITY = 88
SIZES = (4000, 3000), (3264, 2448), (3000, 2000), (2048, 1536), (4000, 3000), (3000, 2000), (2048, 1536), (1920, 1080)  # pixels
SCENES = 6  # of which the pictures are parts
SCENE = (4400, 3400)  # pixels


def main(number: int) -> None:
    start_django()
    from django.core.management import call_command

    call_command("prepare", stdout=StringIO())
    with tempfile.TemporaryDirectory(prefix="kimonote-pictures-") as name:
        folder = Path(name)
        write_posts(folder, number)
        report(folder, number)


def write_posts(folder: Path, number: int) -> None:
    (folder / "_posts").mkdir()
    (folder / "_config.yml").touch()
    for place, picture in enumerate(pictures(number)):
        picture.save(folder / f"picture-{place}.jpg", quality=QUALITY)
        post = folder / "_posts" / f"2020-01-01-post-{place // PER_POST}.md"
        if not place % PER_POST:
            post.write_text(f"---\ntitle: Post {place}\n---\n", encoding="utf-8")
        with post.open("a", encoding="utf-8") as text:
            text.write(f"\n![A picture](/picture-{place}.jpg)\n")


def pictures(number: int) -> "Iterator[Image]":
    """Yield pictures, each a different part of one of a few scenes, or that mirrored."""
    from PIL import Image

    scenes = [scene(seed) for seed in range(SCENES)]
    for place, size in enumerate(islice(cycle(SIZES), number)):
        left, top = place * 37 % (SCENE[0] - size[0]), place * 61 % (SCENE[1] - size[1] - 1)  # no two the same
        part = scenes[place % SCENES].crop((left, top, left + size[0], top + size[1]))
        yield part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if place % 2 else part


def scene(seed: int) -> "Image":
    """Return a picture whose detail falls with its frequency, as in photographs (1/f): its files are about as large."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(seed)

    def channel(mean: float, spread: float, share: int) -> Image.Image:
        width, height = SCENE[0] // share, SCENE[1] // share
        frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
        frequency[0, 0] = 1
        spectrum = frequency**-1.3 * np.exp(2j * np.pi * random.random(frequency.shape))
        field = np.fft.irfft2(spectrum, s=(height, width))
        levels = np.clip((field - field.mean()) / field.std() * spread + mean, 0, 255).astype("uint8")
        return Image.fromarray(levels).resize(SCENE)

    return Image.merge("YCbCr", [channel(120, 45, 1), channel(128, 12, 2), channel(128, 12, 2)]).convert("RGB")


def report(folder: Path, number: int) -> None:
    from wagtail.images import get_image_model

    from blog.services.image_files import VersionMaker

    files = sorted(folder.glob("*.jpg"))
    sizes = sum(file.stat().st_size for file in files) / number / 1e6
    command = [sys.executable, "manage.py", "import_posts", str(folder)]
    importing = measured(lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL))
    stored = get_image_model().objects.count()
    print(f"{stored:,} pictures of {figure(sizes)} MB; {load()}.\n", flush=True)
    making = measured(VersionMaker().make_all)
    sample = files[:: max(1, number // SAMPLE)]
    plain = measured(lambda: [scale(file) for file in sample])
    rows = [
        row("import: read, cleaned, stored", importing, number),
        row("worker: JPEG and AVIF", making, number),
        row("plain Pillow: JPEG and AVIF", plain, len(sample)),
    ]
    print(table(["", "s of the processor a picture", "by the clock", "s of the processor, 2,000"], rows))
    seconds = (importing[0] + making[0]) / number * NUMBER
    print(
        f"\n- {verdict(seconds)}: imported, all versions made, in {figure(seconds)} s of the processor (of {MOST_SECONDS:.0f})"
    )
    print(f"- the worker's JPEG and AVIF: {figure(making[0] / number / (plain[0] / len(sample)))} of plain Pillow's\n")


def verdict(seconds: float) -> str:
    return "met" if seconds <= MOST_SECONDS else "MISSED"


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that something takes: of the processor, in all processes, and by the clock."""
    start, processor = time.perf_counter(), used()
    work()
    return used() - processor, time.perf_counter() - start


def used() -> float:
    """Return the seconds of the processor that this process has used, and those that it has waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def row(name: str, seconds: tuple[float, float], number: int) -> list[str]:
    return [name, figure(seconds[0] / number), figure(seconds[1] / number), figure(seconds[0] / number * NUMBER)]


def scale(file: Path) -> None:
    """Make the versions of a picture as a program without further thought does: each from the file, with Pillow's defaults."""
    from django.conf import settings
    from PIL import Image

    from blog.images.versions import SHOWN, WIDTHS

    for width, form in [(SHOWN, "JPEG"), *((width, "AVIF") for width in WIDTHS)]:
        with Image.open(file) as picture:
            smaller = picture.resize((width, width * picture.height // picture.width), Image.Resampling.LANCZOS)
            smaller.save(BytesIO(), form, quality=settings.WAGTAILIMAGES_AVIF_QUALITY)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER)
