"""The section Tags: the list, what is done to a tag with its preview and its undoing, and reports, as members of the groups."""

import html
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry, PageViewRestriction

from blog.models import BlogPage, PostPage, Stream, Tag, TagAlias, TagOperation
from blog.services.tags import add_alias, merge
from blog.services.undo import undo
from tests.support.editors import client_of
from tests.support.factories import make_post
from tests.support.signup_factories import make_subscriber, selections_of

pytestmark = pytest.mark.django_db

LIST = "/admin/snippets/blog/tag/"
REPORTS = [f"/admin/tags/{name}/" for name in ("near", "without-posts", "history")]


def tag(slug: str) -> Tag:
    return Tag.objects.get(slug=slug)


def slugs() -> dict[str, str]:
    return {post.slug: " ".join(sorted(post.tags.values_list("slug", flat=True))) for post in PostPage.objects.all()}


def confirmed(client: Client, address: str, form: dict[str, str]) -> str:
    """Send a form, and again with what was previewed; return the preview."""
    preview = client.post(address, form).content.decode()
    found = re.search(r'name="confirmed" value="([^"]*)"', preview)
    assert found, preview
    assert client.post(address, {**form, "confirmed": html.unescape(found[1])}).status_code == 302
    return preview


def test_list_is_in_dictionary_order_with_counts(moderator: Client, blog: BlogPage) -> None:
    for name in ("Zoo", "ärger", "Arm", "Strasse", "Straße"):
        Tag.objects.create(name=name)
    make_post(blog, "Arm ärger", slug="one")
    TagAlias.objects.create(slug="elbow", tag=tag("arm"))
    response = moderator.get(LIST)
    page = response.content.decode()
    assert [tag.name for tag in response.context_data["object_list"]] == ["ärger", "Arm", "Strasse", "Straße", "Zoo"]
    assert "elbow" in page
    assert "/copy/" not in page
    assert ('href="/tags/arm/"' in page, 'href="/admin/posts/?tags=arm"' in page) == (True, True)
    assert ">/tags/ärger/</a>" in page
    preview = moderator.post(reverse("tag_delete", args=[tag("ärger").pk]), {}).content.decode()
    assert "<li>Addresses: /tags/ärger/</li>" in preview
    found = moderator.get(LIST, {"q": "ELB"}).content.decode()
    assert ("/tags/arm/" in found, "Zoo" in found) == (True, False)
    assert moderator.get(LIST, {"ordering": "-post_count"}).content.decode().find("Arm") > 0


def test_list_of_many_tags_takes_as_many_queries(moderator: Client, blog: BlogPage) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert moderator.get(LIST).status_code == 200
        return len(captured)

    Tag.objects.create(name="first")
    moderator.get(LIST)
    before = queries()
    Tag.objects.bulk_create(Tag(name=f"tag {number}", slug=f"tag-{number}") for number in range(90))
    assert queries() <= before


ACTIONS: list[tuple[str, dict[str, str], dict[str, str], list[str]]] = [
    (
        "merge",
        {"target": "B"},
        {"one": "b", "two": "b"},
        ["2 posts", "1 of them has “b” already", "1 stream: Both", "/tags/a/"],
    ),
    (
        "split",
        {"name": "New", "other": "b"},
        {"one": "a", "two": "b new"},
        ["“New” is a new tag.", "1 post that you may see gets “New”"],
    ),
    ("split", {"name": "B", "words": "cats"}, {"one": "b", "two": "a b"}, ["“b” is a tag that there is already."]),
    ("split", {"name": "New", "words": "cats"}, {"one": "new", "two": "a b"}, ["1 post that you may see gets “New”"]),
    ("delete", {"leads_to": "b"}, {"one": "", "two": "b"}, ["2 posts", "follow to “b”"]),
    (
        "delete",
        {"leads_to": "b year:2018"},
        {"one": "", "two": "b"},
        ["follow to “b year:2018”", 'aria-labelledby="effects" tabindex="-1" autofocus'],
    ),
    ("delete", {}, {"one": "", "two": "b"}, ["2 posts", "select nothing by it"]),
]


@pytest.fixture
def tagged(blog: BlogPage) -> BlogPage:
    make_post(blog, "a", slug="one", body="About cats.")
    make_post(blog, "a b", slug="two")
    Stream.objects.create(blog=blog, name="Both", slug="both", expression="a+b")
    return blog


@pytest.mark.parametrize(
    ("name", "form", "found"),
    [
        ("merge", {"target": "B"}, "1 stream: Torn, 2 subscriptions"),
        ("delete", {"leads_to": "b"}, "1 stream: Torn, 2 subscriptions"),
        ("delete", {"leads_to": "b year:2018"}, "1 stream: Torn, 1 subscription"),
        ("delete", {"leads_to": "c"}, ""),
        ("delete", {}, ""),
    ],
)
def test_preview_names_what_cannot_follow(
    moderator: Client, tagged: BlogPage, name: str, form: dict[str, str], found: str
) -> None:
    make_post(tagged, "c")
    Stream.objects.create(blog=tagged, name="Torn", slug="torn", expression="a+-b")
    for expression in ("c|a+-b", "b+-a", "a", "-a"):
        make_subscriber(expression=expression)
    preview = confirmed(moderator, reverse(f"tag_{name}", args=[tag("a").pk]), form)
    sentences = re.findall(r"name a tag that is no more\. ([^<]*)<", preview)
    assert [sentence.strip() for sentence in sentences] == ([found] if found else [])
    stays = ("a+-b" if found or not form else "c+-b", "c|a+-b" if found or not form else "c|c+-b")
    assert (Stream.objects.get(slug="torn").expression, selections_of()[0]) == stays


@pytest.mark.parametrize(("name", "form", "after", "sentences"), ACTIONS)
def test_action_is_previewed_done_logged_and_undone(
    moderator: Client, tagged: BlogPage, name: str, form: dict[str, str], after: dict[str, str], sentences: list[str]
) -> None:
    before, address = slugs(), reverse(f"tag_{name}", args=[tag("a").pk])
    assert "What changes is shown before anything is done." in moderator.get(address).content.decode()
    preview = confirmed(moderator, address, form)
    assert "is shown before" not in preview
    assert [sentence for sentence in sentences if sentence not in preview] == []
    assert slugs() == after
    operation = TagOperation.objects.get()
    assert str(operation.user) == "moderators"
    assert ModelLogEntry.objects.get(action=f"blog.tag.{name}").user == operation.user
    undo = reverse("tag_undo", args=[operation.pk])
    assert moderator.get(LIST).content.decode().count(undo) == 1  # in the message
    assert undo in moderator.get(REPORTS[2]).content.decode()
    assert "Undone: " in moderator.post(undo, follow=True).content.decode()
    assert slugs() == before


def test_renaming_by_the_form_can_be_undone(moderator: Client, tagged: BlogPage) -> None:
    pins = {"pins-TOTAL_FORMS": "0", "pins-INITIAL_FORMS": "0", "pins-MIN_NUM_FORMS": "0", "pins-MAX_NUM_FORMS": "10"}
    form = {"name": "New", "slug": "new", "description": "Words", "order": "newest", **pins}
    assert moderator.post(f"{LIST}edit/{tag('a').pk}/", form).status_code == 302
    assert moderator.post(f"{LIST}edit/{tag('new').pk}/", {**form, "description": "Others"}).status_code == 302
    moderator.post(reverse("tag_undo", args=[TagOperation.objects.get().pk]))
    assert (tag("a").name, tag("a").description) == ("a", "Others")


def test_old_name_is_added_and_split_off_again(moderator: Client, client: Client, tagged: BlogPage) -> None:
    pk = tag("a").pk
    form = moderator.get(reverse("tag_alias", args=[pk])).content.decode()
    assert ('class="button">Add old name<' in form, "Continue" in form) == (True, False)
    assert moderator.post(reverse("tag_alias", args=[pk]), {"name": "Old One"}).status_code == 302
    assert client.get("/tags/old-one/")["Location"] == "/tags/a/"
    edit = moderator.get(f"{LIST}edit/{pk}/").content.decode()
    assert "Split off again: old-one" in edit
    assert "stands for the tag “b”" in moderator.post(reverse("tag_alias", args=[pk]), {"name": "B"}).content.decode()
    assert (
        "is an old name of the tag “a”"
        in moderator.post(f"{LIST}add/", {"name": "Old one", "slug": "old-one"}).content.decode()
    )
    preview = confirmed(moderator, reverse("tag_split", args=[pk]), {"name": "old-one"})
    assert "“old-one” is no longer an old name of “a”, but a tag of its own." in preview
    assert "that you may see get" not in preview
    assert tag("old-one").name == "old-one"
    assert client.get("/tags/old-one/").status_code == 404


def test_several_are_deleted_and_can_be_undone(moderator: Client, tagged: BlogPage) -> None:
    before = slugs()
    address = reverse("wagtail_bulk_action", args=("blog", "tag", "delete")) + f"?id={tag('a').pk}&id={tag('b').pk}"
    assert moderator.get(address).status_code == 200
    assert moderator.post(address).status_code == 302
    assert slugs() == {"one": "", "two": ""}
    for operation in TagOperation.objects.all():
        moderator.post(reverse("tag_undo", args=[operation.pk]))
    assert slugs() == before


def test_reports_name_near_duplicates_and_orphans(moderator: Client, blog: BlogPage) -> None:
    make_post(blog, "colour colour-two")
    for name in ("color", "red", "cloour"):
        Tag.objects.create(name=name)
    near = moderator.get(REPORTS[0])
    pairs = [(pair.source.name, pair.target.name) for pair in near.context_data["object_list"]]
    assert pairs == [("cloour", "colour"), ("color", "colour")]
    assert reverse("tag_merge", args=[tag("color").pk]) + "?target=colour" in near.content.decode()
    orphaned = moderator.get(REPORTS[1])
    assert [one.name for one in orphaned.context_data["object_list"]] == ["cloour", "color", "red"]
    assert reverse("tag_delete", args=[tag("red").pk]) in orphaned.content.decode()


def test_editors_only_see(editor: Client, tagged: BlogPage) -> None:
    operation = merge(tag("a"), tag("b"))
    page = editor.get(LIST).content.decode()
    assert "/tags/b/" in page
    assert "/admin/tags/" not in page
    refused = [*REPORTS, *(reverse(f"tag_{name}", args=[tag("b").pk]) for name in ("merge", "split", "alias", "delete"))]
    assert [
        address for address in refused if editor.get(address).status_code != 302 or editor.post(address).status_code == 200
    ] == []
    editor.post(reverse("tag_undo", args=[operation.pk]))
    assert not TagOperation.objects.exclude(undone_at=None).exists()
    assert Tag.objects.count() == 1


def test_counts_tell_nothing_of_posts_that_the_member_may_not_see(
    editor: Client, blog: BlogPage, django_user_model: object
) -> None:
    make_post(blog, "a", slug="seen", body="Cats.")
    make_post(blog, "a b", slug="hidden", body="Dogs.", live=False)
    PageViewRestriction.objects.create(page=make_post(blog, "a", slug="private"), restriction_type="login")
    carer = User.objects.create_user("carer")
    carer.user_permissions.set(Permission.objects.filter(codename__in=("access_admin", "add_tag", "change_tag", "delete_tag")))
    client = client_of(carer)
    preview = client.post(reverse("tag_merge", args=[tag("a").pk]), {"target": "b"}).content.decode()
    assert "1 post that you may see has it." in preview
    for form in ({"name": "c", "other": "b"}, {"name": "c", "words": "dogs"}):
        page = client.post(reverse("tag_split", args=[tag("a").pk]), form).content.decode()
        assert "No post of this tag that you may see is such a one" in page
    assert {one.slug: one.post_count for one in client.get(LIST).context_data["object_list"]} == {"a": 1, "b": 0}


def test_other_form_than_previewed_is_previewed_again(moderator: Client, tagged: BlogPage) -> None:
    address = reverse("tag_merge", args=[tag("a").pk])
    assert moderator.post(address, {"target": "b", "confirmed": "['c']"}).status_code == 200
    assert tag("a")


BAD: list[tuple[str, dict[str, str], str]] = [
    ("merge", {"target": "unknown"}, "There is no tag “unknown”"),
    ("merge", {"target": "A"}, "cannot be merged into itself"),
    ("split", {"name": "new"}, "Say which posts get the tag"),
    ("split", {"name": 'say "x"', "other": "b"}, "cannot have"),
    ("split", {"name": "A", "other": "b"}, "The posts have the tag “a” already"),
    ("split", {"name": "a", "words": "cats"}, "The posts have the tag “a” already"),
    ("delete", {"leads_to": "a -b"}, "cannot lead to itself"),
    ("delete", {"leads_to": "b -b"}, "both wanted and unwanted"),
    ("delete", {"leads_to": "x, y"}, "There is no tag “y”"),
    ("alias", {"name": "a"}, "is the tag&#x27;s name already"),
]


@pytest.mark.parametrize(("name", "form", "sentence"), BAD)
def test_what_cannot_be_done_is_refused_in_words(
    moderator: Client, tagged: BlogPage, name: str, form: dict[str, str], sentence: str
) -> None:
    page = moderator.post(reverse(f"tag_{name}", args=[tag("a").pk]), form)
    assert page.status_code == 200
    assert sentence in page.content.decode()


def test_undoing_that_is_impossible_says_why(moderator: Client, tagged: BlogPage) -> None:
    first = merge(tag("a"), tag("b"))
    Tag.objects.create(name="A", slug="other")
    page = moderator.post(reverse("tag_undo", args=[first.pk]), follow=True).content.decode()
    assert "stands for the tag “A” by now" in page


def test_stream_by_an_old_name_is_of_the_tag(moderator: Client, tagged: BlogPage) -> None:
    Stream.objects.create(blog=tagged, name="Before", slug="before", expression="e-b")
    operation = add_alias(tag("b"), "e-b")
    assert Stream.objects.get(slug="before").expression == "b"
    undo(operation)
    assert Stream.objects.get(slug="before").expression == "e-b"
    add_alias(tag("b"), "e-b")
    stream = Stream(blog=tagged, name="New", slug="new", expression="a, -e-b")
    stream.full_clean()
    assert stream.expression == "a+-b"
    contradictory = Stream(blog=tagged, name="New", slug="new", expression="b, -e-b")
    with pytest.raises(ValidationError, match="“b” is both wanted and unwanted"):
        contradictory.full_clean()
    asked = {"blog": str(tagged.pk), "selection": "a, -e-b"}
    found = moderator.get(reverse("selection_preview"), asked).json()
    assert (found["count"], found["unknown"]) == ("Readers find 1 note.", "")
    refused = moderator.get(reverse("selection_preview"), {**asked, "selection": "b -e-b"}).json()
    assert "both wanted" in refused["unknown"]


def test_stream_form_proposes_counts_and_names_unknown_tags(moderator: Client, client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b")
    make_post(blog, "hidden", live=False)
    Tag(pk=tag("a").pk, name="How we work", slug="a").save()
    Tag(pk=tag("b").pk, name="B", slug="b").save()

    def preview(**asked: str) -> dict[str, str]:
        found: dict[str, str] = moderator.get(reverse("selection_preview"), {"blog": str(blog.pk), **asked}).json()
        return found

    assert preview(name="How we work", selection="How we work, -c") == {
        "slug": "how-we-work",
        "selection": "a",
        "count": "Readers find 1 note.",
        "unknown": "No note has the tag “c”.",
    }
    assert preview(name="b a")["selection"] == "a, B"
    assert preview(selection="hidden")["unknown"] == preview(selection="hiddex")["unknown"].replace("hiddex", "hidden")
    assert "both wanted" in preview(selection="b, -b")["unknown"]
    assert client.get(reverse("selection_preview")).status_code == 302
    found = moderator.get(reverse("selection_suggestions"), {"q": ["-HOW", "source:internal", "-nothing"]}).json()["results"]
    assert [option["name"] for option in found[0]["options"]] == ["-How we work"]
    assert [about["name"] for about in found] == ["", "source:internal", ""]
    form = {
        "blog": blog.pk,
        "name": "S",
        "slug": "s",
        "expression": "how we work, -none",
        "introduction": "",
        "order": "newest",
    }
    add = reverse(Stream.snippet_viewset.get_url_name("add"))
    assert "No note has the tag “none”" in moderator.post(add, form, follow=True).content.decode()
    assert Stream.objects.get().expression == "a+-none"
    edit = reverse(Stream.snippet_viewset.get_url_name("edit"), args=[Stream.objects.get().pk])
    assert 'value="a, -none"' in moderator.get(edit).content.decode()


@pytest.mark.parametrize(("name", "boxes"), [("moderator", 1), ("editor", 0)])
def test_tags_are_ticked_by_whoever_cares_for_them(
    blog: BlogPage, request: pytest.FixtureRequest, name: str, boxes: int
) -> None:
    """The actions on ticked tags would refuse anybody else, after having been offered."""
    Tag.objects.create(name="a")
    assert request.getfixturevalue(name).get(LIST).content.decode().count("data-bulk-action-checkbox") == boxes


def test_merging_several_tags_is_previewed_like_merging_one(moderator: Client, tagged: BlogPage) -> None:
    make_post(tagged, "c")
    for expression in ("a+-b", "a+-c", "c+-x"):  # the second is torn by the second merge alone
        Stream.objects.create(blog=tagged, name=f"Stream {expression}", slug=expression.replace("+", ""), expression=expression)
    address = reverse("wagtail_bulk_action", args=("blog", "tag", "merge")) + f"?id={tag('a').pk}&id={tag('c').pk}"
    first = moderator.get(address).content.decode()
    assert ("Continue" in first, 'name="confirmed"' in first) == (True, False)
    preview = confirmed(moderator, address, {"target": "B"})
    (sentence,) = re.findall(r"name a tag that is no more\. ([^<]*)<", preview)
    assert (sentence, "1 of them has “b” already" in preview) == ("2 streams: Stream a+-b, Stream a+-c", True)
    after = set(Stream.objects.values_list("expression", flat=True))
    assert after == {"b", "a+-b", "b+-c", "b+-x"}


def test_preview_of_several_shows_another_target_first(moderator: Client, tagged: BlogPage) -> None:
    address = reverse("wagtail_bulk_action", args=("blog", "tag", "merge")) + f"?id={tag('a').pk}"
    preview = moderator.post(address, {"target": "B"}).content.decode()
    found = re.search(r'name="confirmed" value="([^"]*)"', preview)
    assert found
    Tag.objects.create(name="Other", slug="other")
    assert moderator.post(address, {"target": "Other", "confirmed": html.unescape(found[1])}).status_code == 200
    assert not TagOperation.objects.exists()


LONG = "+".join(["a", *(f"t{number:03}" + "x" * 96 for number in range(4))])  # of a stream's 500 characters


@pytest.mark.parametrize("name", ["merge", "delete"])
def test_preview_counts_what_would_become_too_long(moderator: Client, tagged: BlogPage, name: str) -> None:
    long = Tag.objects.create(name="y" * 99, slug="y" * 99)
    Stream.objects.create(blog=tagged, name="Long", slug="long", expression=LONG)
    form = {"target": long.name} if name == "merge" else {"leads_to": long.slug}
    preview = confirmed(moderator, reverse(f"tag_{name}", args=[tag("a").pk]), form)
    assert "or become too long: they stay as they are, and name a tag that is no more. 1 stream: Long" in preview
    assert Stream.objects.get(slug="long").expression == LONG


def test_renaming_names_what_could_not_follow(moderator: Client, tagged: BlogPage) -> None:
    Stream.objects.create(blog=tagged, name="Long", slug="long", expression=LONG)
    pins = {"pins-TOTAL_FORMS": "0", "pins-INITIAL_FORMS": "0", "pins-MIN_NUM_FORMS": "0", "pins-MAX_NUM_FORMS": "10"}
    form = {"name": "Y" * 99, "slug": "y" * 99, "description": "", "order": "newest", **pins}
    shown = moderator.post(f"{LIST}edit/{tag('a').pk}/", form, follow=True).content.decode()
    assert "name a tag that is no more. 1 stream: Long" in shown
    assert Stream.objects.get(slug="long").expression == LONG
