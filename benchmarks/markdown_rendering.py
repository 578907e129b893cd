"""What rendering Markdown costs beside Python-Markdown with the extensions this site had before: time and memory.

`python -m benchmarks.markdown_rendering [FOLDER]`: the demo's texts, or the Markdown files in a folder.
It needs `pip install "pymdown-extensions<13"`.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from benchmarks.fill_database import start_django
from benchmarks.post_texts import demo_texts
from benchmarks.servers import ROOT
from benchmarks.tables import figure, table, times

RUNS = 5  # of which the fastest counts
EXTENSIONS = [
    *("abbr", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists", "tables"),
    *("pymdownx.highlight", "pymdownx.magiclink", "pymdownx.superfences", "pymdownx.tasklist", "pymdownx.tilde"),
]
ENGINES = ("Python-Markdown", "this site")


def main(folder: str) -> None:
    theirs, ours = [_in_a_process(engine, folder) for engine in ENGINES]
    names = ("milliseconds of processor time a text", "megabytes of memory")
    rows = [(name, figure(a), figure(b), times(b / a)) for name, a, b in zip(names, theirs, ours, strict=True)]
    print(table(["", *ENGINES, "ratio"], rows))


def _in_a_process(engine: str, folder: str) -> tuple[float, float]:
    """Return both figures of a process that renders with one engine."""
    command = [sys.executable, "-m", "benchmarks.markdown_rendering", folder, engine]
    time, memory = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return float(time), float(memory)


def measure(folder: str, engine: str) -> None:
    """Print the fastest run's time for a text, and by how much the process has grown."""
    start_django()
    texts = _texts(folder)
    before = _memory()
    render = _renderer(engine)
    fastest = min(_timed(render, texts) for _ in range(RUNS))
    print(fastest * 1000 / len(texts), _memory() - before)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _renderer(engine: str) -> Callable[[str], object]:
    from blog.markdown.pipeline import CLEANER, to_html
    from blog.markdown.syntax import parser

    if engine == ENGINES[0]:
        from markdown import Markdown

        converter = Markdown(extensions=EXTENSIONS)
        return lambda text: CLEANER.clean(converter.reset().convert(text))
    markdown = parser()
    return lambda text: to_html(text, markdown)


def _texts(folder: str) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(Path(folder).glob("**/*.md"))] if folder else demo_texts()


def _timed(render: Callable[[str], object], texts: list[str]) -> float:
    start = process_time()
    for text in texts:
        render(text)
    return process_time() - start


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(*sys.argv[1:])
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
