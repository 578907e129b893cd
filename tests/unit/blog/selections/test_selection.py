from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.paths import is_canonical, selection_path
from blog.rendering.selection_links import SelectionLinks
from blog.selections.errors import SelectionError
from blog.selections.selection import Selection
from blog.selections.slugs import fold, slug

slugs = st.text(min_size=1, max_size=20).map(slug)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    tags = draw(st.lists(slugs, max_size=8, unique=True))
    cut = draw(st.integers(0, len(tags)))
    year = draw(st.none() | st.integers(1000, 9999))
    return Selection.of(
        tags[:cut],
        tags[cut:],
        author=draw(st.none() | st.from_regex(r"[a-z0-9_]+(-[a-z0-9_]+)*", fullmatch=True)),
        source=draw(st.sampled_from([None, "internal", "external"])),
        year=year,
        month=draw(st.none() | st.integers(1, 12)) if year else None,
    )


@given(selections())
def test_parse_gives_back_every_selection(selection: Selection) -> None:
    assert Selection.parse(str(selection)) == selection


@given(st.text(max_size=60))
def test_parse_of_any_text_is_a_selection_or_a_sentence(text: str) -> None:
    try:
        selection = Selection.parse(text)
    except SelectionError as error:
        assert str(error).endswith(".")
    else:
        assert Selection.parse(str(selection)) == selection


@given(st.text(max_size=40))
def test_slug_is_stable(name: str) -> None:
    assert slug(slug(name)) == slug(name) == fold(slug(name))
    assert not slug(name).startswith("-")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("b+a", "/tags/a+b/"),
        ("A a", "/tags/a/"),
        ("-c+a", "/tags/a+-c/"),
        ("-c", "/tags/-c/"),
        ("@Ada", "/@ada/"),
        ("@ada+b+a", "/@ada/tags/a+b/"),
        ("", "/"),
        ("日本", "/tags/日本/"),
    ],
)
def test_path_is_canonical(text: str, path: str) -> None:
    assert unquote(selection_path(Selection.parse(text))) == path
    assert is_canonical(path, Selection.parse(text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a+-a", "both wanted and unwanted"),
        ("a\0b", "control character"),
        ("source:elsewhere", "'elsewhere' is unknown"),
        ("year:18", "'18' cannot be read"),
        ("month:3", "of no year"),
        ("year:2018+month:13", "'13' cannot be read"),
    ],
)
def test_parse_refuses(text: str, sentence: str) -> None:
    with pytest.raises(SelectionError, match=sentence):
        Selection.parse(text)


def test_limit_is_of_what_visitors_send() -> None:
    nine = "+".join(f"t{number}" for number in range(9))
    with pytest.raises(SelectionError, match="9 tags are more"):
        Selection.parse(nine, limit=8)
    assert len(Selection.parse(nine, limit=9)) == len(Selection.parse(nine)) == 9


def test_narrowing_and_dropping() -> None:
    selection = Selection.parse("a+-c")
    assert selection.adding("c") == Selection.parse("a+c")
    assert selection.leaving_out("a") == Selection.parse("-a+-c")
    assert selection.dropping("a", "c") == Selection()
    assert selection.renaming({"c": "b"}) == Selection.parse("a+-b")


@given(selections(), slugs)
def test_narrower_paths_are_those_of_adding_and_leaving_out(selection: Selection, tag: str) -> None:
    selection = selection.dropping(tag)
    adding, leaving_out = selection.adding(tag), selection.leaving_out(tag)
    links = SelectionLinks(selection)
    assert links.adding(tag) == selection_path(adding)
    assert links.leaving_out(tag) == selection_path(leaving_out)
