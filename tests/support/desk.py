"""An editor's desk: a tab of a member of a group, driven by keyboard or by mouse, and what is judged of the pages seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.utils import translation
from playwright.sync_api import Locator, Response, expect
from playwright.sync_api import Page as Tab

from blog.models import BlogPage
from tests.support.axe import violations
from tests.support.browser import wait_for_responses, watch_requests
from tests.support.editors import leave
from tests.support.english_words import english_words

Named = TypeVar("Named")
FOLDER = Path(__file__).parents[2] / "var" / "desk"
GROUPS = {"Authors": "ada", "Editors": "edda", "Moderators": "mona", "superuser": "silke"}  # with the names of members
LANGUAGES = ("en", "de")
HEIGHTS = {1280: 900, 390: 844}  # of windows, by their widths, in CSS pixels
WAYS = ("keyboard", "mouse")
MOST_PRESSES = 300  # of Tab, until the focus is where it should be
ARROW_PAUSE = 200  # milliseconds: Wagtail's tabs move the focus some time after the key
FAILED = 500  # the first status that says that the server failed

HAS_FOCUS = "element => element === document.activeElement"
COMES_BEFORE = """element => {
    const active = document.activeElement
    return active !== document.body && Boolean(active.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING)
}"""
WHERE = "() => document.activeElement.outerHTML.slice(0, 200)"
# Elements among which arrows move: Tab reaches one of them.
IS_AMONG = "element => element.tabIndex < 0 && Boolean(element.closest('[role=toolbar], [role=tablist], [role=radiogroup]'))"
IN_REACH = "xpath=ancestor::*[@role='toolbar' or @role='tablist' or @role='radiogroup'][1]//*[@tabindex='0']"
BY_SPACE = "element => element.matches('input[type=checkbox], input[type=radio]')"
# What axe finds fault with in Wagtail's own templates.
WAGTAILS = (
    ".w-minimap__toggle",
    "h2[role=alert]",
    ".xdsoft_datetimepicker",
    "[data-tippy-root]",
    "[data-side-panel=preview] iframe",
)
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
SETTLED = """() => Promise.all(document.getAnimations().filter(one => one.effect.getComputedTiming().endTime !== Infinity)
    .map(one => one.finished.catch(() => null)))"""


@dataclass
class Desk:
    """A member of a group at work; `blog` is the blog at `address`, where the group's name tells what they may do."""

    tab: Tab
    address: str
    user: User
    blog: BlogPage
    group: str
    language: str
    width: int
    by: str
    axe: str = field(repr=False)
    judged: set[tuple[str, ...]] = field(repr=False)  # the looks that axe has judged: the ways have it judge the same pages
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.on("pageerror", lambda error: self.faults.append(f"JavaScript: {error}"))
        self.tab.on("response", self._judge)
        watch_requests(self.tab)

    def _judge(self, response: Response) -> None:
        if response.status >= FAILED:
            self.faults.append(f"{response.status} from {response.url}")

    @property
    def is_by_keyboard(self) -> bool:
        return self.by == "keyboard"

    @property
    def is_in_admin(self) -> bool:
        """Return whether the page is in the member's language; others are in the site's."""
        return self.tab.url.startswith(f"{self.address}/admin/") and "/admin/login/" not in self.tab.url

    @property
    def may_publish(self) -> bool:
        return self.group in ("Moderators", "superuser")

    def word(self, message: str, context: str = "") -> str:
        """Return words of ours or of Wagtail's in the member's language; those of templates have their % doubled."""
        with translation.override(self.language):
            if context:
                return translation.pgettext(context, message)
            doubled = message.replace("%", "%%")
            found = translation.gettext(doubled)
            return translation.gettext(message) if found == doubled else found.replace("%%", "%")

    def named(self, call: Callable[[], Named]) -> Named:
        """Return what a function of ours returns in the member's language."""
        with translation.override(self.language):
            return call()

    def words(self, singular: str, plural: str, number: int) -> str:
        with translation.override(self.language):
            return translation.ngettext(singular, plural, number)

    def open(self, path: str, query: Mapping[str, str] | None = None, status: int = 200) -> None:
        """Go to an address of the site, as `admin/posts/`, by the browser's own bar."""
        response = self.tab.goto(f"{self.address}/{path.lstrip('/')}" + (f"?{urlencode(query)}" if query else ""))
        assert response
        assert response.status == status, f"{path}: {response.status}"

    def assert_refused(self, path: str) -> None:
        """Check that the member cannot open an address of the admin: Wagtail leads whoever may not to the dashboard."""
        response = self.tab.goto(f"{self.address}/{path.lstrip('/')}")
        assert response
        assert response.status in (403, 404) or self.tab.url == f"{self.address}/admin/", self.tab.url

    def reach(self, target: Locator) -> None:
        """Give the focus to an element, by the keyboard alone."""
        target.wait_for()
        if target.evaluate(IS_AMONG):
            self._move(target.locator(IN_REACH), "Shift+Tab" if target.evaluate(COMES_BEFORE) else "Tab")
            self._move(target, "ArrowRight", pause=ARROW_PAUSE)
        else:
            self._move(target, "Shift+Tab" if target.evaluate(COMES_BEFORE) else "Tab")

    def _move(self, target: Locator, key: str, pause: int = 0) -> None:
        for _press in range(MOST_PRESSES):
            if target.evaluate(HAS_FOCUS):
                return
            self.tab.keyboard.press(key)
            self.tab.wait_for_timeout(pause)
        raise AssertionError(f"{MOST_PRESSES} × {key} do not reach {target}: the focus is at {self.tab.evaluate(WHERE)}")

    def press(self, target: Locator, key: str = "") -> None:
        """Press a button, follow a link or tick a box."""
        if not self.is_by_keyboard:
            target.click()
            return
        self.reach(target)
        self.tab.keyboard.press(key or ("Space" if target.evaluate(BY_SPACE) else "Enter"))

    def enter(self, target: Locator) -> None:
        """Put the cursor into a field."""
        if self.is_by_keyboard:
            self.reach(target)
        else:
            target.click()

    def type(self, target: Locator, text: str) -> None:
        """Write into a field, in place of what is there."""
        self.enter(target)
        self.tab.keyboard.press("ControlOrMeta+a")
        self.tab.keyboard.type(text)

    def choose(self, target: Locator, label: str) -> None:
        """Choose what has this label of a <select>."""
        if not self.is_by_keyboard:
            target.select_option(label=label)
            return
        self.reach(target)
        self.tab.keyboard.type(label)  # which the browser looks for among the options

    def pick(self, options: Locator, target: Locator) -> None:
        """Take an option of a list that is open below a combobox or a text."""
        target.wait_for()
        if not self.is_by_keyboard:
            target.click()
            return
        for _press in range(options.count() + 1):
            if target.get_attribute("aria-selected") == "true":
                self.tab.keyboard.press("Enter")
                return
            self.tab.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrows do not reach {target}.")

    def settle(self) -> None:
        """Wait for what the page has asked for, and for what moves."""
        wait_for_responses(self.tab)
        self.tab.evaluate(SETTLED)

    def leave(self) -> None:
        """Leave the page, and close the tab."""
        self.settle()
        leave(self.tab)
        self.tab.close()

    def look(self, name: str, *, is_covered: bool = False) -> None:
        """Keep a screenshot, and judge the page: its requests and scripts since the last look, its width, its words, by axe.

        Where an open menu, or Wagtail's header, covers a part of what is behind it, that is no smaller target for it.
        """
        self.settle()
        path = FOLDER / name / f"{self.group}-{self.language}-{self.width}-{self.by}.png"
        self.tab.screenshot(path=path)
        faults, self.faults = self.faults, []
        seen, window = self.tab.evaluate(WIDTHS)
        if seen > window:
            faults.append(f"{seen} pixels wide in a window of {window}")
        look = (name, self.group, self.language, str(self.width))
        if look not in self.judged:
            self.judged.add(look)
            found = violations(self.tab, self.axe, without=["target-size"] if is_covered else [], exclude=WAGTAILS)
            faults += [f"axe: {rule} {elements}" for rule, elements in found]
        if self.is_in_admin and self.tab.evaluate("document.documentElement.lang") != self.language:
            faults.append("The page says that it is in another language.")
        if self.is_in_admin and self.language != "en":
            faults += [f"English: {text}" for text in english_words(self.tab, self.language)]
        assert not faults, "\n".join([f"{name}, {self.tab.url}:", *faults])

    def save(self, *, is_refused: bool = False) -> None:
        """Save the page in the form as a draft, and wait for what Wagtail says of it."""
        save = self.tab.get_by_role("button", name=self.word("Save draft"), exact=True)
        if not save.is_visible():
            self.press(self.tab.get_by_role("button", name=self.word("More actions")))
        with self.tab.expect_navigation():
            self.press(save)
        self.settle()
        expect(self.tab.locator(f".messages .{'error' if is_refused else 'success'}").first).to_be_visible()
        if is_refused:
            expect(self.tab.locator(".messages [data-w-focus-target-value]")).to_be_focused()
