"""Formulas as Chromium lays them out with the site's style sheet, measured by the boxes of their parts."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import FloatRect, Page, expect

from blog.markdown import render
from blog.markdown.mathml import formula

pytestmark = pytest.mark.browser

LIMITS = [
    r"\sum_{i=1}^n",
    r"\prod_{i=1}^n",
    r"\bigcup_{i=1}^n",
    r"\lim_{x \to 0}",
    r"\max_{i}",
    r"\operatorname*{arg\,max}_{\theta}",
    r"\mathop{\mathrm{tr}}_{A}",
    r"\mathop{\mathbb{E}}_{x}",
]


@pytest.fixture
def sheet() -> str:
    return "".join((Path(settings.ROOT) / "static" / name).read_text() for name in ("site.css", "formulas.css"))


@pytest.fixture
def draw(tab: Page, sheet: str) -> "Draw":
    return Draw(tab, sheet)


class Draw:
    """A page with one formula."""

    def __init__(self, tab: Page, sheet: str) -> None:
        self.tab, self.sheet = tab, sheet

    def __call__(self, source: str, *, display: bool = True) -> "Draw":
        self.tab.set_content(f"<!doctype html><style>{self.sheet}</style><p>{formula(source, display=display)}</p>")
        return self

    def boxes(self, parts: str) -> list[FloatRect]:
        """Return the boxes of what a CSS selector finds in the formula."""
        return [box for part in self.tab.locator(f"math {parts}").all() if (box := part.bounding_box())]

    def style(self, part: str, name: str) -> str:
        value: str = self.tab.locator(f"math {part}").first.evaluate(f"one => getComputedStyle(one).{name}")
        return value


# Where words behind a formula, which is seen up to the edge of its box, stand over it in its line.
COVERED = """() => {
    const math = document.querySelector("math"), box = math.getBoundingClientRect(), words = document.createRange()
    words.setStartAfter(document.querySelector(".wide") ?? math)
    words.setEndAfter(document.querySelector("main").lastChild)
    const middle = (box.top + box.bottom) / 2
    const rects = [...words.getClientRects()].filter(one => one.top < middle && one.bottom > middle)
    return rects.map(one => one.left).filter(left => left < box.right)
}"""
POLYNOMIAL = "f(x) = a_0 + a_1 x + a_2 x^2 + a_3 x^3 + a_4 x^4 + a_5 x^5 + a_6 x^6"


@pytest.mark.parametrize("source", [POLYNOMIAL, " + ".join(f"x_{{{number}}}" for number in range(200))])
@pytest.mark.parametrize("dollars", ["$", "$$"])
def test_nothing_is_wider_than_a_phone(tab: Page, sheet: str, source: str, dollars: str) -> None:
    """A formula that is scrolls by itself, by the keyboard too, and stands on the line of the words beside it."""
    tab.set_viewport_size({"width": 320, "height": 640})
    html = render(f"With {dollars}{source}{dollars} it is.").html
    tab.set_content(f"<!doctype html><html lang=en><title>x</title><style>{sheet}</style><main>{html}</main>")
    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    assert tab.evaluate(COVERED) == []
    tab.keyboard.press("Tab")
    for _press in range(5):
        tab.keyboard.press("ArrowRight")
    expect(tab.locator(":focus")).not_to_have_js_property("scrollLeft", 0)


def test_box_that_scrolls_changes_no_pixel_of_a_formula_that_has_room(tab: Page, sheet: str) -> None:
    formulas = r"$\sum_{i=1}^n x_i^2 + \frac{\frac{a}{b}}{c_{d_{e_f}}} = \overbrace{y_1 + \cdots + y_n}^{\hat{\hat{z}}}$"
    html = render(f"With {formulas} in it.\n\nAnd {formulas}, {formulas}.").html
    assert html.count(" tabindex") == 3
    shots = []
    for text in (html, html.replace(' tabindex="0"', "")):
        tab.set_content(f"<!doctype html><style>{sheet}</style><main>{text}</main>")
        shots.append(tab.screenshot())
    assert shots[0] == shots[1]


@pytest.mark.parametrize("source", LIMITS)
def test_limits_stand_below_and_above(draw: Draw, source: str) -> None:
    operator, below, *above = draw(source).boxes(":is(munder, munderover) > *")
    assert below["y"] >= operator["y"] + operator["height"] - 1
    assert abs(centre(below) - centre(operator)) < 2
    assert all(box["y"] + box["height"] <= operator["y"] + 1 for box in above)


@pytest.mark.parametrize("source", LIMITS)
def test_limits_in_a_line_stand_beside(draw: Draw, source: str) -> None:
    operator, below, *_ = draw(source, display=False).boxes(":is(msub, msubsup, munder, munderover) > *")
    assert below["x"] >= operator["x"] + operator["width"] - 1


def test_lines_are_aligned(draw: Draw) -> None:
    signs = draw(r"\begin{aligned} a + b + c &= d \\ e &= f \\ &= g + h \end{aligned}").boxes(
        "mtd:nth-child(2) > mo:first-child"
    )
    assert [round(sign["x"] - signs[0]["x"]) for sign in signs] == [0, 0, 0]
    assert signs[0]["y"] < signs[1]["y"] < signs[2]["y"]


def test_gathered_lines_are_centred(draw: Draw) -> None:
    one, other = draw(r"\begin{gather} a \\ b + c + d + e \end{gather}").boxes("mtr")
    assert one["y"] + one["height"] <= other["y"] + 1
    first, *rest = draw.boxes("mi")
    assert abs(centre(first) - (rest[0]["x"] + rest[-1]["x"] + rest[-1]["width"]) / 2) < 2


def test_number_stands_at_the_end(draw: Draw) -> None:
    [number] = draw(r"a = b \tag{1}").boxes("mtext")
    [whole] = draw.boxes("mtable")
    assert whole["x"] + whole["width"] - number["x"] - number["width"] < 16
    equation = draw.boxes("mtd")[1]
    assert abs(centre(equation) - centre(whole)) < 2


def test_lines_of_arrays(draw: Draw) -> None:
    draw(r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}")
    assert draw.style("mtr:first-child > mtd:first-child", "borderRightWidth") == "1px"
    assert draw.style("mtr:first-child > mtd:last-child", "borderRightWidth") == "0px"
    assert draw.style("mtr:last-child > mtd", "borderTopWidth") == "1px"
    assert draw.style("mtr:first-child > mtd", "borderTopWidth") == "0px"


def test_boxes_bars_and_strokes_are_drawn(draw: Draw) -> None:
    draw(r"\boxed{x} \overline{AB} \underline{AB} \cancel{x} \bcancel{x} \xcancel{x}")
    assert draw.style("[notation=box]", "borderBottomWidth") == "1px"
    assert draw.style("[notation=top]", "borderTopWidth") == "1px"
    assert draw.style("[notation=bottom]", "borderBottomWidth") == "1px"
    strokes = [draw.style(f"[notation^={name}]", "backgroundImage") for name in ("up", "down")]
    assert [stroke.split(",")[0] for stroke in strokes] == ["linear-gradient(to right bottom", "linear-gradient(to right top"]
    assert draw.style("[notation*=' ']", "backgroundImage").count("linear-gradient") == 2


@pytest.mark.parametrize("source", [r"\Big|_a^b", r"\Bigr)^2", r"\Big|"])
def test_brackets_are_as_large_as_they_are_told(draw: Draw, source: str) -> None:
    [bracket] = draw(source).boxes("mo")
    assert bracket["height"] > 1.5 * float(draw.style("mo", "fontSize").removesuffix("px"))


def test_formulas_run_from_left_to_right_on_every_page(draw: Draw) -> None:
    draw(r"\begin{array}{l|r} a & b \\ c + c & d + d \end{array}")
    draw.tab.evaluate("document.documentElement.dir = 'rtl'")
    one, other = draw.boxes("mtr:first-child > mtd")
    assert one["x"] < other["x"]
    assert draw.style("mtd", "borderRightWidth") == "1px"
    assert draw.boxes("mi")[0]["x"] == draw.boxes("mi")[2]["x"]


def centre(box: FloatRect) -> float:
    return box["x"] + box["width"] / 2
