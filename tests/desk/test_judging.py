"""What is looked at is judged: each kind of fault fails a test, and so does what the keyboard cannot reach."""

import pytest

from tests.support.desk import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize(("group", "language", "width"), [("Moderators", "de", 390)], scope="module"),
    pytest.mark.parametrize("by", ["keyboard"]),
]

FAULTS = {
    "JavaScript: ": "() => setTimeout(() => { throw new Error('a fault') })",
    "500 from ": "() => fetch('/fails')",
    "pixels wide in a window of 390": "() => document.body.insertAdjacentHTML('beforeend', '<div style=width:900px>…</div>')",
    "axe: button-name": "() => document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')",
    "English: Save draft": "() => document.querySelector('main').insertAdjacentHTML('beforeend', '<p>Save draft</p>')",
    "English: Not one of the words": "() => document.querySelector('main').append('Not one of the words')",
    "in another language": "() => { document.documentElement.lang = 'en' }",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_found(desk: Desk, fault: str) -> None:
    desk.tab.route("**/fails", lambda route: route.fulfill(status=500, body="a fault"))
    desk.open("admin/markdown-help/")
    desk.look("judged")
    desk.judged.clear()
    desk.tab.evaluate(FAULTS[fault])
    with pytest.raises(AssertionError, match=fault):
        desk.look("judged")


def test_what_no_key_reaches_is_found(desk: Desk) -> None:
    desk.open("admin/markdown-help/")
    desk.tab.evaluate("() => document.querySelector('main').insertAdjacentHTML('beforeend', '<a id=far>fern</a>')")
    with pytest.raises(AssertionError, match="do not reach"):
        desk.press(desk.tab.locator("#far"))
