import pytest

from blog.models import BlogPage, Tag
from blog.services.tags import merge_tags
from signup.models import ConsentRecord, Event, SignupPage, Subscriber
from tests.support.factories import make_post
from tests.support.signup_factories import make_subscriber

pytestmark = pytest.mark.django_db


def expressions() -> dict[str, str]:
    return dict(Subscriber.objects.values_list("address", "expression"))


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


def test_subscriptions_follow_a_merge_unless_it_contradicts_them(blog: BlogPage) -> None:
    make_post(blog, "food meals")
    make_subscriber("ada@example.org", expression="food+meals")
    make_subscriber("bob@example.org", expression="food+-meals")
    merge_tags(Tag.objects.get(slug="meals"), Tag.objects.get(slug="food"))
    assert expressions() == {"ada@example.org": "food", "bob@example.org": "food+-meals"}
