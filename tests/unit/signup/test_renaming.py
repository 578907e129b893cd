import pytest

from blog.models import BlogPage, Tag
from blog.selections.selection import Selection
from blog.services.tags import delete_tag, merge
from blog.services.undo import undo
from signup.models import ConsentRecord, Event, SignupPage, Subscription
from tests.support.factories import make_post
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
