"""TAG_LIMIT is of addresses and forms: what is stored is read without a limit."""

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.test import Client

from blog.models import BlogPage, Stream, Tag
from mail.compose import compose
from mail.models import Delivery
from signup.digests.editions import SETTLING
from signup.kinds import Kind
from signup.models import Rhythm, SignupPage, State, Subscription
from tests.support.digest_clock import MONDAY, Clock, posts_sent
from tests.support.factories import make_post, rename_tag
from tests.support.outbox_factories import make_subscriber
from tests.support.signup_factories import sign_up
from tests.support.tokens import make_token

TEN = [f"t{number}" for number in range(10)]
EXPRESSION = "+".join(TEN)


@pytest.fixture(autouse=True)
def twelve(blog: BlogPage, settings: LazySettings) -> LazySettings:
    settings.TAG_LIMIT = 12
    return settings


def test_signup_with_ten_tags_is_confirmed_by_mail(client: Client, blog: BlogPage) -> None:
    make_post(blog, " ".join(TEN))
    assert sign_up(client, tags=" ".join(TEN)).status_code == 303
    assert Subscription.objects.get().expression == EXPRESSION
    assert Delivery.objects.get().kind == Kind.CONFIRM
    assert "/signup/confirm/" in str(compose(Delivery.objects.get()).alternatives[0][0])


@pytest.mark.parametrize("limit", [12, 8])  # lowered after the sign-up
def test_subscription_of_ten_tags_can_be_managed(client: Client, blog: BlogPage, settings: LazySettings, limit: int) -> None:
    make_post(blog, " ".join(TEN))
    settings.TAG_LIMIT = limit
    address = f"/signup/manage/{make_token('manage', make_subscriber(expression=EXPRESSION))}/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"tags": " ".join(TEN), "rhythm": "weekly"}).status_code == 303
    assert Subscription.objects.get().rhythm == "weekly"


def test_digest_of_ten_tags_is_written(blog: BlogPage) -> None:
    clock = Clock(MONDAY)
    reader = make_subscriber(expression=EXPRESSION, rhythm=Rhythm.EACH)
    post = clock.publish(blog, " ".join(TEN))
    assert clock.wait(SETTLING) == 1
    assert posts_sent(reader) == [[post.pk]]
    assert "t9" in str(compose(Delivery.objects.get()).alternatives[0][0])


def test_renamed_tag_is_followed_in_ten_tags(blog: BlogPage) -> None:
    subscriber = make_subscriber(expression=EXPRESSION, state=State.CONFIRMED)
    Stream.objects.create(blog=blog, name="Ten", slug="ten", expression=EXPRESSION)
    rename_tag(Tag.objects.create(name="t9"), "u9", "u9")
    assert subscriber.subscriptions.get().expression == Stream.objects.get().expression == EXPRESSION.replace("t9", "u9")


def test_stream_of_ten_tags_is_shown(client: Client, blog: BlogPage, settings: LazySettings) -> None:
    make_post(blog, " ".join(TEN))
    stream = Stream(blog=blog, name="Ten", slug="ten", expression=EXPRESSION)
    stream.full_clean()
    stream.save()
    for limit in (12, 8):
        settings.TAG_LIMIT = limit
        assert client.get("/streams/ten/").status_code == client.get("/streams/").status_code == 200


def test_form_with_more_tags_than_an_address_may_name_is_refused(blog: BlogPage) -> None:
    thirteen = "+".join(f"t{number}" for number in range(13))
    for made in (
        Stream(blog=blog, name="Many", slug="many", expression=thirteen),
        SignupPage(title="Many", expression=thirteen),
    ):
        with pytest.raises(ValidationError) as refused:
            made.clean()
        assert "13 tags are more than a selection may name" in str(refused.value)


@pytest.mark.parametrize("name", ["in", "with"])
def test_parameters_that_name_a_selection_have_the_limit_of_addresses(client: Client, blog: BlogPage, name: str) -> None:
    make_post(blog, " ".join(TEN), slug="first")
    many = "+".join(f"t{number}" for number in range(13))
    addresses = {"in": "/random/?in=", "with": "/tags/?with="}
    assert client.get(addresses[name] + many).status_code == 400
    assert client.get(addresses[name] + EXPRESSION).status_code in (200, 302)
