"""Tags as people type them, and the search box's text: what is typed for a selection is read as that selection."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.selections import typed as module
from blog.selections.errors import SelectionError
from blog.selections.selection import Selection
from blog.selections.slugs import slug
from blog.selections.typed import KnownTags, read_search, read_typed, typed

NAMES = ("How we work", "agile", "design", "C", "C++", "google+", "google", "CI/CD", "open", "Open Source", "source", "naïve")
KNOWN = KnownTags.of((slug(name), name) for name in NAMES)


@st.composite
def named_selections(draw: st.DrawFn) -> tuple[Selection, dict[str, str]]:
    """Some of a blog's tags, whose names are any text, wanted or not, with an author, a source and a time."""
    names = draw(st.lists(st.text(min_size=1, max_size=12) | st.sampled_from(NAMES), max_size=8, unique_by=slug))
    slugs = [slug(name) for name in names]
    chosen = draw(st.lists(st.sampled_from(slugs), unique=True, max_size=6)) if slugs else []
    cut = draw(st.integers(0, len(chosen)))
    year = draw(st.none() | st.integers(1000, 9999))
    selection = Selection.of(
        chosen[:cut],
        chosen[cut:],
        author=draw(st.none() | st.from_regex(r"[a-z0-9_]+(-[a-z0-9_]+)*", fullmatch=True)),
        source=draw(st.sampled_from([None, "internal", "external"])),
        year=year,
        month=draw(st.none() | st.integers(1, 12)) if year else None,
    )
    return selection, dict(zip(slugs, names, strict=True))


@given(named_selections(), st.sampled_from(["", "words", '"a phrase" and words', "c#", "a+b", "agile, design"]))
def test_what_is_typed_for_a_selection_is_read_as_it(case: tuple[Selection, dict[str, str]], terms: str) -> None:
    selection, names = case
    known = KnownTags.of(names.items())
    assert read_search(typed(selection, terms, lambda tag: names.get(tag, "")), known) == (selection, terms)


@given(named_selections())
def test_canonical_spelling_is_read_as_itself(case: tuple[Selection, dict[str, str]]) -> None:
    selection, _ = case
    assert read_typed(str(selection), KnownTags.of([])) == selection
    assert read_typed(" ".join(str(selection).split("+")), KnownTags.of((tag, tag) for tag in selection.tags)) == selection


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("how we work", "how-we-work"),
        ("How  We Work", "how-we-work"),
        ("Agile, design", "agile+design"),
        ("agile design", "agile+design"),
        ("#agile -#design", "agile+-design"),
        ("agile −design", "agile+-design"),
        ("c++", "c-plus-plus"),
        ("C++", "c-plus-plus"),
        ("C++, C", "c+c-plus-plus"),
        ("c++ design", "c-plus-plus+design"),
        ("c+design", "c+design"),
        ("-c++", "-c-plus-plus"),
        ("google+", "google-plus"),
        ("google + design", "design+google"),
        ("+agile+design+", "agile+design"),
        ("agile++design", "agile+design"),
        ("design+", "design"),
        ("google+design", "design+google"),
        ("ci/cd", "ci-cd"),
        ("open source", "open-source"),
        ("open+source", "open+source"),
        ("open, source", "open+source"),
        ("Nai\u0308ve", "naïve"),
        ("d++", "d-plus-plus"),  # unknown, and never the tag “d”
        ("", ""),
        (" + , ", ""),
    ],
)
def test_typed_names_are_found(text: str, expression: str) -> None:
    assert read_typed(text, KNOWN).expression == expression


@pytest.mark.parametrize(
    ("text", "selection", "terms"),
    [
        ("procurement", "", "procurement"),
        ("#how we work contracts", "how-we-work", "contracts"),
        ("contracts #c++ @ada", "c-plus-plus+@ada", "contracts"),
        ('"open source" #open source', "open-source", '"open source"'),
        ("C# and c++", "", "C# and c++"),
        ("source:code year:soon", "", "source:code year:soon"),
        ("source:external year:2018", "source:external+year:2018", ""),
        ('# - -# "unclosed Phrase', "", '# - -# "unclosed Phrase'),
        ("#nowhere", "nowhere", ""),
        ("#or/and #agile, words", "agile+or-and", "words"),
        ("#agile+ words", "agile", "words"),
        ('#"how we work" well -#"C++"', "how-we-work+-c-plus-plus", "well"),
        ('#"Nowhere else" well', "nowhere-else", "well"),
    ],
)
def test_search_box_takes_tags_and_words(text: str, selection: str, terms: str) -> None:
    found, rest = read_search(text, KNOWN)
    assert (str(found), rest) == (selection, terms)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    for read in (read_typed, read_search):
        try:
            read(text, KNOWN)
        except SelectionError as error:
            assert str(error).endswith(".")


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0
