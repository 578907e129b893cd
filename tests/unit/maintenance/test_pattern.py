"""Patterns: words and expressions, each within limits of time and size."""

import pytest

from maintenance.pattern import MAX_TEXT, Pattern, PatternFault, time_limit


def test_words_stand_for_themselves() -> None:
    pattern = Pattern("a.b", r"\1 $")
    assert pattern.replace("a.b axb A.B a.b") == (r"\1 $ axb A.B \1 $", 2)
    assert Pattern("ä", "ae", match_case=False).replace("Ä ä") == ("ae ae", 2)
    assert pattern.matches("say a.b twice: a.b", 1) == (2, [("say ", "a.b", r"\1 $", " twice: a.b")])


def test_expressions_have_groups_and_lines() -> None:
    pattern = Pattern(r"^# (?P<title>.+)$", r"## \g<title>", is_expression=True)
    assert pattern.replace("# One\ntext\n# Two") == ("## One\ntext\n## Two", 2)


@pytest.mark.parametrize(
    ("find", "replacement"), [("(", ""), ("a", r"\1"), ("a", r"\g<name>"), ("x*", "y"), ("a{99999999999}", ""), ("[b-a]", "")]
)
def test_what_cannot_be_used_is_refused(find: str, replacement: str) -> None:
    with pytest.raises(PatternFault):
        Pattern(find, replacement, is_expression=True).check()


def test_an_expression_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit.__wrapped__, "__defaults__", (0.05,))  # type: ignore[attr-defined]
    with pytest.raises(PatternFault, match="takes longer than"):
        Pattern(r"(a+)+b", "", is_expression=True).replace("a" * 40)


def test_a_text_that_would_be_too_long_is_refused() -> None:
    with pytest.raises(PatternFault, match="longer than"):
        Pattern("a", "b" * 1000).replace("a" * (MAX_TEXT // 900))
