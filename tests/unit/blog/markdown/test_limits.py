"""Limits of size, time, depth and memory: a sentence for the author, and nothing left running."""

import os
import signal
import string
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic, sleep

import pytest
from django.core.exceptions import ValidationError

from blog.markdown import RenderError, RenderOptions, render, render_short, sandbox, validate
from blog.markdown.limits import CPU_SECONDS, MAX_HTML_BYTES, MAX_TEXT_BYTES, MEMORY, TIMEOUT

pytestmark = [pytest.mark.processes, pytest.mark.once]

COSTLY = (
    "The text takes more than 3 seconds or 512 MB to render. Look for long runs of brackets, of signs for quotation or "
    "emphasis, and for very large tables or lists; shorten them."
)
DEEP = "The text nests lists, quotations or HTML elements too deeply. Make them flatter."
SLOW = {
    "a Python loop": "[" * 250_000,
    "one regular expression": "*[\n" * 80_000,
    "brackets": "[" * 50_000,
    "pictures": "![" * 50_000,
    "formulas": "$x$ " * 60_000,
    "fenced code": "```js\n```\n" * 28_000,
    "quotations in code": "```php\n<?php " + "<<<a\n" * 50_000 + "```",
    "table": "a|" * 2_000 + "\n" + "-|" * 2_000 + "\n" + ("b|" * 2_000 + "\n") * 40,
}
BOUNDED = {
    "abbreviations": "\n".join(f"*[k{number}]: t" for number in range(9_000))
    + "\n\n"
    + " ".join(f"k{n}" for n in range(15_000)),
    "fences without code": "```\n" * 50_000,
    "bars in code": "a|b\n-|-\n" + "`|" * 120_000,
    **{f"50,000 of {sign}": sign * 50_000 for sign in ("*", "_", "`", "<", "$")},
    "fence with spaces": "```" + " " * 250_000,
    "entities": "&amp;&#38;" * 2_000,
    "parentheses": "[a](" + "(" * 290_000,
    "emphasis": "*_" * 10_000,
    "backslashes": "\\" * 20_000,
    "comment": "<!--" * 20_000,
    "declarations": "<![CDATA[" * 500,
    "attributes": "<a " + 'b="c" ' * 48_000,
    "reference definitions": "\n".join(f"[{number}]: http://a.example" for number in range(5_000)),
    "footnotes": "\n".join(f"x[^{number}]\n\n[^{number}]: y\n" for number in range(500)),
    "iframes": "<iframe " * 2_000,
    "addresses": "http://a.example/" + "()" * 140_000,
    "braces in a formula": "$" + "{" * 2_900 + "$",
    "macros in a formula": r"$\newcommand{\a}{\a\a}\a$",
    "one long word": "a" * 290_000,
    "nothing": " \n" * 140_000,
    "headings in HTML": "<h2>a</h2>" * 20_000,
    "headings": "# a\n\n" * 1_000,
}


# What costs nh3 and the parser time that grows with the square of its length.
REPEATED = [
    *(sign * 50_000 for sign in string.punctuation),
    *(
        "&" * 100_000,
        "&amp" * 50_000,
        "&#" * 100_000,
        "<b>" * 50_000,
        "<b></i>" * 30_000,
        "<a><b></a>" * 20_000,
        "<b\n>" * 50_000,
    ),
    *("<ul><li>" * 30_000, "<math><mi>" * 20_000, "<script src=' " * 20_000, "[^a]: x\n\n" * 20_000, ":smile:" * 40_000),
]


@pytest.fixture(scope="module")
def spare() -> Iterator[dict[str, sandbox.SpareWorkers]]:
    """The idle processes of each fixture below, kept from test to test: one takes a second to start."""
    kept = {"impatient": sandbox.SpareWorkers(), "patient": sandbox.SpareWorkers()}
    yield kept
    for workers in kept.values():
        workers.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, spare: dict[str, sandbox.SpareWorkers]) -> None:
    """Rendering processes that give up after a fifth of a second."""
    monkeypatch.setattr(sandbox, "CPU_SECONDS", 0.2)
    monkeypatch.setattr(sandbox, "_spare", spare["impatient"])


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch, spare: dict[str, sandbox.SpareWorkers]) -> None:
    """Give rendering ten times the processor time, so that a slow machine meets the other limits as a fast one does."""
    monkeypatch.setattr(sandbox, "CPU_SECONDS", 10 * CPU_SECONDS)
    monkeypatch.setattr(sandbox, "TIMEOUT", 10 * TIMEOUT)
    monkeypatch.setattr(sandbox, "_spare", spare["patient"])


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def ends(process: int) -> bool:
    """Wait a while for a process that is not ours to end."""
    end = monotonic() + 300
    while is_running(process) and monotonic() < end:
        sleep(0.02)
    return not is_running(process)


def test_long_text_is_refused_with_its_size() -> None:
    with pytest.raises(RenderError) as refusal:
        render("é" * (MAX_TEXT_BYTES // 2 + 1))
    assert str(refusal.value) == "The text has 301 kB; at most 300 kB can be rendered. Divide it into several posts."


@pytest.mark.usefixtures("patient")
def test_longest_text_is_rendered() -> None:
    text = "Ten words that stand for all the others, and more.\n\n" * 5_000
    assert render(text).html.count("<p>") == 5_000


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_slow_text_is_refused_in_any_thread_and_its_process_ended(text: str) -> None:
    worker = sandbox._spare.take()
    sandbox._spare.keep(worker)
    with ThreadPoolExecutor(1) as threads, pytest.raises(RenderError) as refusal:
        threads.submit(render, text).result()
    assert str(refusal.value) == COSTLY
    assert not is_running(worker.process.pid)
    assert render_short("*a*") == "<p><em>a</em></p>"


@pytest.mark.usefixtures("impatient")
def test_repeated_signs_and_tags_end_in_a_page_or_a_refusal() -> None:
    for text in REPEATED:
        with suppress(RenderError):
            assert len(render(text, options=RenderOptions(emoji=True)).html) < MAX_HTML_BYTES


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("text", BOUNDED.values(), ids=BOUNDED)
def test_large_text_of_one_kind_is_rendered(text: str) -> None:
    assert len(render(text).html) < MAX_HTML_BYTES


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "text",
    [
        "> " * 10_000 + "a",
        ">" * 50_000,
        ">" * 10_000,
        "\n".join(f"{'    ' * depth}- a" for depth in range(300)),
        "<b>" * 101 + "a",
        "<div>" * 10_000,
        "<table><tr><td>" * 60,
    ],
    ids=["quotations", "50,000 quotations", "quotations without spaces", "lists", "elements", "many elements", "tables"],
)
def test_deep_text_is_refused(text: str) -> None:
    with pytest.raises(RenderError) as refusal:
        render(text)
    assert str(refusal.value) == DEEP


@pytest.mark.usefixtures("patient")
def test_text_that_grows_beyond_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_spare", sandbox.SpareWorkers())
    monkeypatch.setattr(sandbox, "MEMORY", MEMORY // 4)  # no text that may be rendered at all takes the whole of it
    columns = 20_000
    table = "|".join("a" * columns) + "\n" + "|".join("-" * columns) + "\n" + "a|b\n" * 50_000
    with pytest.raises(RenderError) as refusal:
        render(table)
    assert str(refusal.value) == COSTLY


@pytest.mark.usefixtures("patient")
def test_text_whose_html_is_too_large_is_refused() -> None:
    with pytest.raises(RenderError) as refusal:
        render("```py\n" + "1+" * 80_000 + "\n```")
    assert str(refusal.value).endswith("kB of HTML; the limit is 1000 kB. Shorten its tables and code.")


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("part", ["# a\n\n", "```\n```\n\n", '![a](/b "c")\n\n'], ids=["headings", "code", "figures"])
def test_text_whose_html_grows_too_large_by_what_layout_adds_is_refused(part: str) -> None:
    with pytest.raises(RenderError) as refusal:
        render(part * (MAX_TEXT_BYTES // len(part)))
    assert str(refusal.value).endswith("kB of HTML; the limit is 1000 kB. Shorten its tables and code.")


def test_validate_raises_for_the_editor() -> None:
    validate("*a*")
    with pytest.raises(ValidationError) as refusal:
        validate("<b>" * 101)
    assert refusal.value.messages == [DEEP]


def test_process_that_was_ended_is_replaced() -> None:
    render("a")
    os.kill(sandbox._spare.idle[-1].process.pid, signal.SIGTERM)
    assert render_short("b") == "<p>b</p>"


def test_threads_get_their_own_answers() -> None:
    texts = [f"text {number}" for number in range(40)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(render_short, texts)) == [f"<p>{text}</p>" for text in texts]
    assert len(sandbox._spare.idle) <= sandbox.SPARE


def in_a_process(code: str) -> list[str]:
    """Run code in a process of its own; give the words it prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    start = "import os, signal; from blog.markdown.sandbox import _spare, clean_html; clean_html('a'); "
    done = subprocess.run([sys.executable, "-c", start + code], env=environment, capture_output=True, text=True, check=False)
    assert "Error" not in done.stderr
    return done.stdout.split()


def test_fork_renders_by_a_process_of_its_own() -> None:
    code = """
mine = _spare.idle[0].process.pid
child = os.fork()
print(clean_html("bc"[bool(child)]).html, _spare.idle[0].process.pid == mine, flush=True)
if child: os.waitpid(child, 0)
"""
    assert sorted(in_a_process(f"exec({code!r})")) == ["<p>b</p>", "<p>c</p>", "False", "True"]


@pytest.mark.parametrize("end", ["pass", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_process_ends_with_the_one_that_started_it(end: str) -> None:
    [process] = in_a_process(f"print(_spare.idle[0].process.pid, flush=True); {end}")
    assert ends(int(process))
