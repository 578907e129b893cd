"""Tags by name: one tag whatever the spelling, in the admin, in an import and by the API (they share `PostPage.tags`)."""

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from blog.models import BlogPage, PostPage, Tag
from blog.services.tags import merge
from tests.support.factories import make_post, rename_tag
from tests.support.importing import post, run_import, simple, tags_of, write_tree

pytestmark = pytest.mark.django_db

SAME = [
    ("Москва", "москва"),
    ("crème", "cre\u0300me"),
    ("❤", "❤\ufe0f"),
    ("Open Source", "  open   source "),
    ("Ärger", "ÄRGER"),
    ("node.js", "Node js"),  # of the same slug
]


def names_of(page: PostPage) -> list[str]:
    return [tag.name for tag in PostPage.objects.get(pk=page.pk).tags.all()]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_other_spelling_of_a_name_is_the_same_tag(blog: BlogPage, first: str, second: str) -> None:
    page = make_post(blog)
    page.tags.set([first])
    page.save()
    other = make_post(blog)
    other.tags.set([second, first])
    other.save()
    assert names_of(page) == names_of(other) == [first]
    assert Tag.objects.count() == 1


@pytest.mark.parametrize(("first", "second"), SAME)
def test_import_finds_the_tag_of_another_spelling(blog: BlogPage, tmp_path: Path, first: str, second: str) -> None:
    Tag.objects.create(name=first)
    run_import(blog, write_tree(tmp_path, {"a.md": simple("A", tags=f'["{second}"]')}))
    assert [tag.name for tag in post("a").tags.all()] == [first]


@pytest.mark.parametrize(("first", "second"), SAME[:-1])
def test_database_refuses_two_spellings_of_a_name(db: None, first: str, second: str) -> None:
    Tag.objects.create(name=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.create(name=second)
    with pytest.raises(ValidationError, match="already"):
        Tag(name=second, slug="other").full_clean()


def test_own_name_wins_over_another_tags_slug(blog: BlogPage) -> None:
    """So that a post, opened and saved, keeps its tags."""
    Tag.objects.create(name="Go language", slug="go")
    Tag.objects.create(name="Go", slug="go-game")
    page = make_post(blog)
    page.tags.set(["go", "Go Language"])
    page.save()
    assert [tag.slug for tag in page.tags.all()] == ["go-game", "go"]


def test_old_name_becomes_the_present_tag(blog: BlogPage, tmp_path: Path) -> None:
    colour, mail = Tag.objects.create(name="colour"), Tag.objects.create(name="e mail")
    merge(colour, Tag.objects.create(name="color"))
    rename_tag(mail, "Mail", "mail")
    page = make_post(blog)
    page.tags.set(["Colour", "E-Mail"])
    page.save()
    assert names_of(page) == ["color", "Mail"]
    run_import(blog, write_tree(tmp_path, {"a.md": simple("A", tags="[COLOUR, e mail]")}))
    assert tags_of(post("a")) == ["color", "mail"]


def test_order_is_kept(blog: BlogPage) -> None:
    Tag.objects.create(name="b")
    page = make_post(blog)
    for names in (["c", "b", "a"], ["a", "c", "b"]):
        page.tags.set(names)
        page.save()
        assert names_of(page) == names


@pytest.mark.parametrize("name", ["a, b", 'say "hi"', "“so”", "x" * 101, " ", "\u200b"])
def test_name_that_cannot_be_typed_is_refused(blog: BlogPage, name: str) -> None:
    with pytest.raises(ValidationError, match=r"A tag.+s name"):
        make_post(blog).tags.set([name])
    with pytest.raises(ValidationError):
        Tag(name=name, slug="x").full_clean()
    assert not Tag.objects.exists()


def test_import_leaves_out_and_names_what_cannot_be_typed(blog: BlogPage, tmp_path: Path) -> None:
    text = run_import(blog, write_tree(tmp_path, {"a.md": simple("A", tags="['Food, Drink', fine]")})).text()
    assert tags_of(post("a")) == ["fine"]
    assert "A tag was left out. A tag's name cannot have “,”, as “Food, Drink” has: leave it out." in text
