import pytest
from django.core.exceptions import ValidationError

from blog.models import BlogPage, Stream, Tag, TagRedirect
from blog.selections.selection import Selection
from blog.services.tags import delete_tag, merge
from blog.services.undo import undo
from signup.models import Announcement, ConsentRecord, Event, SignupPage, Subscription
from signup.services.announcements import count_readers
from tests.support.factories import make_post, rename_tag
from tests.support.signup_factories import make_subscriber

pytestmark = pytest.mark.django_db


def expressions() -> dict[str, str]:
    return dict(Subscription.objects.values_list("subscriber__address", "expression"))


def test_subscriptions_follow_a_renamed_tag(blog: BlogPage) -> None:
    make_post(blog, "food seafood")
    make_subscriber("ada@example.org", expression="food+-work")
    make_subscriber("bob@example.org", expression="seafood+-food")
    make_subscriber("cyd@example.org", expression="seafood")
    page = blog.add_child(instance=SignupPage(title="Letters", slug="letters", expression="-food"))
    tag = Tag.objects.get(slug="food")
    tag.name, tag.slug = "Cooking", "cooking"
    tag.save()
    assert expressions() == {
        "ada@example.org": "cooking+-work",
        "bob@example.org": "seafood+-cooking",
        "cyd@example.org": "seafood",
    }
    page.refresh_from_db()
    assert page.expression == "-cooking"
    assert sorted(ConsentRecord.objects.values_list("event", "expression", "detail")) == [
        (Event.CHANGED, "cooking+-work", "food → cooking"),
        (Event.CHANGED, "seafood+-cooking", "food → cooking"),
    ]


def test_subscriptions_follow_a_deletion_that_leads_to_several_tags(blog: BlogPage) -> None:
    make_post(blog, "food meals eating work")
    make_subscriber("ada@example.org", expression="food")
    make_subscriber("bob@example.org", expression="-food")
    make_subscriber("cyd@example.org", expression="food+work|travel")
    operation = delete_tag(Tag.objects.get(slug="food"), leads_to=Selection.parse("eating+meals+-work"))
    after = {"ada@example.org": "eating+meals+-work", "bob@example.org": "-food", "cyd@example.org": "food+work|travel"}
    assert expressions() == after  # the last would have to be with work and without
    undo(operation)
    assert expressions() == {**after, "ada@example.org": "food"}


def test_subscriptions_follow_a_merge_unless_it_contradicts_them(blog: BlogPage) -> None:
    make_post(blog, "food meals")
    make_subscriber("ada@example.org", expression="food+meals")
    make_subscriber("bob@example.org", expression="food+-meals")
    merge(Tag.objects.get(slug="meals"), Tag.objects.get(slug="food"))
    assert expressions() == {"ada@example.org": "food", "bob@example.org": "food+-meals"}


@pytest.mark.parametrize("how", ["rename", "merge", "lead"])
def test_what_would_become_too_long_stays(blog: BlogPage, how: str) -> None:
    names = [f"{number}{'x' * 59}" for number in range(8)]
    long = "y" * 100
    tags = [Tag.objects.create(name=name, slug=name) for name in (*names, long)]
    streams = "+".join(names)  # 487 of 500 characters
    several = "|".join(["+".join(names), "+".join([*names[:7], "-z" * 10]), "y"])  # of 1000
    Stream.objects.create(blog=blog, name="Long", slug="long", expression=streams)
    blog.add_child(instance=SignupPage(title="Letters", slug="letters", expression=streams))
    TagRedirect.objects.create(slug="gone", expression="+".join([*names, *(letter * 99 for letter in "abcde")]))
    make_subscriber("ada@example.org", expression=several)
    if how == "rename":
        tags[0].name = tags[0].slug = "z" * 100
        tags[0].save()
    elif how == "merge":
        merge(tags[0], tags[-1])
    else:
        delete_tag(tags[0], leads_to=Selection.parse(f"{long}+year:2018"))
    assert Stream.objects.get(slug="long").expression == SignupPage.objects.get().expression == streams
    assert expressions() == {"ada@example.org": several}
    assert len(TagRedirect.objects.get(slug="gone").expression) == 987


def test_a_stream_whose_selection_becomes_too_long_is_refused(blog: BlogPage) -> None:
    for letter in "abcdefg":
        Tag.objects.create(name=letter, slug=letter * 100)
    with pytest.raises(ValidationError, match="at most 500 characters"):
        Stream(blog=blog, name="Long", slug="long", expression="a b c d e f").full_clean()


@pytest.mark.parametrize("state", ["draft", "scheduled", "written"])
def test_announcements_that_are_to_be_sent_follow_a_renamed_tag(blog: BlogPage, state: str) -> None:
    make_post(blog, "food")
    reader = make_subscriber("ada@example.org", expression="food")
    made = Announcement.objects.create(subject="Soon", text="Soon.", expression="food", site=blog.get_site(), state=state)
    operation = rename_tag(Tag.objects.get(slug="food"), "Cooking", "cooking")
    made.refresh_from_db()
    assert made.expression == ("food" if state == "written" else "cooking")
    assert reader.subscriptions.get().expression == "cooking"
    assert state == "written" or count_readers(made) == 1
    Announcement.objects.filter(pk=made.pk).update(subject="Edited since")
    undo(operation)
    made.refresh_from_db()
    assert (made.expression, made.subject) == ("food", "Edited since")


def test_sign_up_page_is_saved_with_the_present_names_of_tags(blog: BlogPage) -> None:
    make_post(blog, "food meals eating")
    page = blog.add_child(instance=SignupPage(title="Letters", slug="letters", expression="food | meals+-eating"))
    draft = page.save_revision()
    rename_tag(Tag.objects.get(slug="food"), "Cooking", "cooking")
    delete_tag(Tag.objects.get(slug="meals"), leads_to=Selection.parse("cooking+year:2018"))
    assert SignupPage.objects.get().expression == "cooking|meals+-eating".replace("meals", "cooking")
    draft.publish()  # the form's own text was written with the old names
    assert SignupPage.objects.get().expression == "cooking|cooking+-eating"
    page.expression = "Food -Eating"
    page.full_clean()
    assert page.expression == "cooking+-eating"


def test_redirects_of_deleted_tags_follow_another_deletion(blog: BlogPage) -> None:
    make_post(blog, "food meals eating dinner")
    delete_tag(Tag.objects.get(slug="food"), leads_to=Selection.parse("meals+eating"))
    delete_tag(Tag.objects.get(slug="meals"), leads_to=Selection.parse("dinner+-eating"))  # which the first would contradict
    delete_tag(Tag.objects.get(slug="eating"), leads_to=Selection.parse("dinner+year:2018"))
    assert TagRedirect.objects.get(slug="food").expression == "dinner+meals"
