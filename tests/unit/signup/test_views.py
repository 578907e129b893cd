from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from blog.models import BlogPage, Stream, Tag
from blog.tagindex.store import snapshot
from mail.models import Delivery
from signup.forms import SelectionForm
from signup.models import AnyOf, ConsentRecord, SignupPage, State, Subscriber, Subscription
from signup.services import suppression
from signup.views.form import written
from tests.support.factories import make_post
from tests.support.html import soup, words
from tests.support.signup_factories import make_subscriber, selections_of, sign_up, stamp
from web.networks import read_networks
from web.rates import read_limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]


def field(response: HttpResponse, name: str) -> str:
    return soup(response).select_one(f"form [name={name}]")["value"]


def test_the_form_is_whole_without_script(client: Client) -> None:
    page = soup(client.get("/signup/"))
    email = page.select_one("#email")
    assert (email["type"], email["autocomplete"], email["name"]) == ("email", "email", "email")
    assert [label["for"] for label in page.select("main form label")] == ["email", "tags", "rhythm", "texts", "website"]
    assert page.select_one("[name=website]").find_parent(hidden=True)
    assert page.select("script, [style], [onclick]") == []
    assert page.title.get_text() == "New notes by e-mail · Notes"
    assert page.select_one("aside h2").get_text() == "What happens next"


def test_a_sign_up_leads_to_an_email(client: Client) -> None:
    response = sign_up(client, "Ada@example.org")
    assert (response.status_code, response["Location"], response.content) == (303, "/signup/sent/", b"")
    assert list(Delivery.objects.values_list("kind", "to")) == [("confirm", "Ada@example.org")]
    record = ConsentRecord.objects.get()
    assert (record.network, record.wording) == (
        "127.0.0.0/24",
        "By sending this form you ask Notes to send its notes to this address. You can stop it at any time, by one click.",
    )
    assert "Look into your inbox" in words(client.get(response["Location"]))


def answer(client: Client) -> tuple[object, ...]:
    """All that a visitor sees of the answer to a sign-up of ada@example.org, and the page after it."""
    response = sign_up(client, "ada@example.org")
    after = client.get(response["Location"])
    return (
        response.status_code,
        dict(response.headers),
        response.content,
        dict(response.cookies),
        after.content,
        dict(after.headers),
    )


def test_every_address_gets_the_same_answer_by_the_same_work(client: Client, settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("address:1/day")
    client.get("/signup/")
    answers, work = {}, {}
    for case in ("new", *State.values, "erased", "limited"):
        Subscriber.objects.all().delete()
        if case == "erased":
            suppression.erase(make_subscriber("ada@example.org"))
        elif case in State.values:
            make_subscriber("ada@example.org", state=case)
        if case != "limited":
            settings.SIGNUP_LIMITS = read_limits(f"address:{10 + len(answers)}/day")
        with CaptureQueriesContext(connection) as captured:
            answers[case] = answer(client)
        work[case] = len(captured)
        settings.SIGNUP_LIMITS = read_limits("address:1/day")
    assert {case for case, given in answers.items() if given != answers["new"]} == set()
    assert {case: count for case, count in work.items() if count != work["new"]} == {}


NO_PERIOD = "This cannot be an address: what stands after the @ has no dot, as example.org has one."
NO_SMTPUTF8 = (
    "“дима@пример.рф” holds letters beyond ASCII before the @, and our mail server does not take those yet: "
    "please give an address that has plain letters there."
)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Please give your e-mail address."),
        ("ada@exmaple", NO_PERIOD),
        ("ada@gmail", f"{NO_PERIOD} Did you mean ada@gmail.com?"),
        ("дима@пример.рф", NO_SMTPUTF8),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_the_reason(client: Client, typed: str, error: str) -> None:
    response = sign_up(client, typed, tags="a")
    page = soup(response)
    assert response.status_code == 422
    assert " ".join(page.select_one("#email-error").get_text().split()) == error
    assert page.select_one("#email")["aria-describedby"] == "email-error"
    assert page.title.get_text().startswith("Error: ")
    summary = page.select_one("#errors")
    assert (summary["tabindex"], summary["role"], summary.has_attr("autofocus")) == ("-1", "alert", True)
    assert summary.select_one("a")["href"] == "#email"
    assert (field(response, "email"), field(response, "tags")) == (typed, "a")
    assert not Subscriber.objects.exists()


def test_international_mailboxes_are_taken_where_the_relay_takes_them(client: Client, settings: Settings) -> None:
    settings.SIGNUP_SMTPUTF8 = True
    assert sign_up(client, "дима@пример.рф").status_code == 303
    assert Subscriber.objects.get().address == "дима@пример.рф"


def test_a_near_miss_is_asked_about_once(client: Client) -> None:
    response = sign_up(client, "ada@gmial.com")
    assert "Did you mean ada@gmail.com? If ada@gmial.com is right, send the form once more." in words(response)
    assert sign_up(client, "ada@gmial.com", meant=field(response, "meant")).status_code == 303
    assert Subscriber.objects.get().address == "ada@gmial.com"


def test_a_suggestion_is_taken_by_its_button(client: Client) -> None:
    button = soup(sign_up(client, "ada@gmial.com")).select("main form button")[1]
    assert (button["name"], button["value"]) == ("email", "ada@gmail.com")
    response = client.post("/signup/", {"email": ["ada@gmial.com", button["value"]], "tags": "", "stamp": stamp()})
    assert response.status_code == 303
    assert Subscriber.objects.get().address == "ada@gmail.com"


def test_what_was_typed_is_escaped(client: Client) -> None:
    response = sign_up(client, '"><script>alert(1)</script>', tags='"><b>')
    assert b"<script" not in response.content
    assert field(response, "email") == '"><script>alert(1)</script>'


def test_the_trap_catches_machines_unawares(client: Client) -> None:
    response = sign_up(client, website="https://spam.example")
    assert (response.status_code, response["Location"]) == (303, "/signup/sent/")
    assert not Subscriber.objects.exists()


def test_a_form_sent_too_fast_is_shown_again_and_then_taken(client: Client) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        fast = stamp(timedelta(0))
        response = sign_up(client, tags="", stamp=fast)
    assert response.status_code == 422
    assert "That was quick." in words(response)
    assert (field(response, "email"), field(response, "stamp")) == ("ada@example.org", fast)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "old", [stamp(timedelta(hours=13)), "", "forged", "form:1tAbCd:forged"], ids=["old", "none", "forged", "foreign"]
)
def test_a_form_that_is_old_is_shown_again_filled_in(client: Client, old: str) -> None:
    response = sign_up(client, stamp=old)
    assert response.status_code == 422
    assert "This form was open for long." in words(response)
    assert field(response, "email") == "ada@example.org"
    assert field(response, "stamp") != old
    assert not Subscriber.objects.exists()


def test_csrf_holds_on_the_form() -> None:
    careful = Client(enforce_csrf_checks=True)
    refused = sign_up(careful)
    assert (refused.status_code, soup(refused).h1.get_text()) == (403, "This form could not be taken")
    form = careful.get("/signup/")
    assert sign_up(careful, csrfmiddlewaretoken=field(form, "csrfmiddlewaretoken")).status_code == 303


def test_no_page_but_the_form_sets_a_cookie(client: Client) -> None:
    ada = make_subscriber(state=State.PENDING)
    tried = {path: client.get(path) for path in ["/signup/sent/", *pages_of(ada)]}
    assert {path: response.cookies for path, response in tried.items() if response.cookies} == {}
    assert {path for path, response in tried.items() if "Cookie" in response.get("Vary", "")} == set()
    assert set(client.get("/signup/").cookies) == {"csrftoken"}


def pages_of(subscriber: Subscriber) -> list[str]:
    from django.urls import reverse

    from tests.support.tokens import SIGNUP, make_token

    purposes = {name: name for name in SIGNUP} | {"download": "manage", "erase": "manage"}
    return [reverse(f"signup:{name}", args=[make_token(purpose, subscriber)]) for name, purpose in purposes.items()]


@pytest.mark.parametrize(
    ("query", "tags", "said"),
    [
        ("", "", ""),
        ("?tags=b+a+-c", "a b -c", "You would get: Notes tagged Alpha and b, without c."),
        ("?tags=-c", "-c", "You would get: Notes, without c."),
        ("?tags=a+year:2018", "a year:2018", "You would get: Notes tagged Alpha, from 2018."),
        ("?tags=a+-a", "", "The tag “a” is both wanted and unwanted: leave one of the two out."),
        ("?tags=a+year:18", "", "The year '18' cannot be read: write four digits, such as 2018."),
        ("?tags=a+bb", "a", "No note is tagged “bb”."),
        ("?tags=@nobody", "", "No note is by @nobody."),
    ],
)
def test_a_selection_is_filled_in_and_said(client: Client, blog: BlogPage, query: str, tags: str, said: str) -> None:
    make_post(blog, "a b c")
    from blog.models import Tag

    tag = Tag.objects.get(slug="a")
    tag.name = "Alpha"
    tag.save()
    response = client.get(f"/signup/{query}")
    assert (response.status_code, field(response, "tags")) == (200, tags)
    assert said in words(response)


def test_unknown_tags_are_refused_with_near_ones(client: Client, blog: BlogPage) -> None:
    make_post(blog, "programming")
    response = sign_up(client, tags="programing -food")
    assert response.status_code == 422
    error = " ".join(soup(response).select_one("#tags-error").get_text().split())
    assert error == "No note is tagged “programing”. Did you mean programming? No note is tagged “food”."
    assert soup(response).select_one("#tags")["aria-describedby"] == "tags-help tags-error"


def test_tag_of_hidden_posts_alone_gets_the_response_of_an_unknown_one(client: Client, blog: BlogPage) -> None:
    make_post(blog, "secret", live=False)
    hidden, unknown = sign_up(client, tags="secret"), sign_up(client, tags="sacred")
    assert hidden.status_code == unknown.status_code == 422
    assert words(hidden).replace("secret", "sacred") == words(unknown)


def test_whole_texts_are_asked_for_in_the_form(client: Client) -> None:
    assert sign_up(client, rhythm="daily", texts="whole").status_code == 303
    assert Subscription.objects.values_list("rhythm", "texts").get() == ("daily", "whole")
    assert sign_up(client, texts="half").status_code == 422
    assert sign_up(client, rhythm="daily").status_code == 303
    assert Subscription.objects.values_list("rhythm", "texts").get() == ("daily", "excerpt")


def test_a_selection_is_kept_canonical(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b c")
    assert sign_up(client, tags="b, a".replace(",", "") + " -C").status_code == 303
    assert selections_of() == ["a+b+-c"]


def test_the_network_is_the_clients_behind_a_trusted_proxy(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = read_networks(["127.0.0.1"])
    client.post(
        "/signup/", {"email": "ada@example.org", "stamp": stamp()}, headers={"x-forwarded-for": "192.0.2.1, 2001:db8:0:7:1::9"}
    )
    assert ConsentRecord.objects.get().network == "2001:db8:0:7::/64"


def test_getting_any_page_changes_nothing(client: Client) -> None:
    ada = make_subscriber(state=State.PENDING)
    with CaptureQueriesContext(connection) as captured:
        for path in ["/signup/", "/signup/sent/", *pages_of(ada)]:
            assert client.get(path).status_code == 200
            assert client.head(path).status_code == 200
    assert [
        query["sql"] for query in captured if not query["sql"].lstrip(" (\n").startswith(("SELECT", "WITH", "DECLARE"))
    ] == []


@pytest.mark.parametrize("path", ["/signup/", "/signup/sent/"])
def test_other_methods_are_refused(client: Client, path: str) -> None:
    assert client.put(path).status_code == 405
    assert client.delete(path).status_code == 405


@pytest.fixture
def landing(blog: BlogPage) -> SignupPage:
    make_post(blog, "a b")
    return blog.add_child(
        instance=SignupPage(title="Letters", slug="letters", text="Once a *week*.\n\n<script>x</script>", expression="a+-b")
    )


def test_a_landing_page_shows_its_text_and_the_form(client: Client, landing: SignupPage) -> None:
    response = client.get("/letters/")
    page = soup(response)
    assert page.select_one("main h1").get_text() == "Letters"
    assert page.select_one(".prose em").get_text() == "week"
    assert page.select("script") == []
    assert field(response, "tags") == "a -b"
    assert page.select_one("main form")["action"] == "/letters/"


def test_a_landing_page_takes_the_form_as_the_other_does(client: Client, landing: SignupPage) -> None:
    refused = client.post("/letters/", {"email": "ada", "tags": "a", "stamp": stamp()})
    assert (refused.status_code, soup(refused).select_one("h1").get_text()) == (422, "Letters")
    taken = client.post("/letters/", {"email": "ada@example.org", "tags": "a", "stamp": stamp()})
    assert (taken.status_code, taken["Location"]) == (303, "/signup/sent/")
    assert selections_of() == ["a"]


def test_a_stream_is_subscribed_to_by_reference(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b")
    stream = Stream.objects.create(blog=blog, name="Best of", slug="best", expression="a")
    page = client.get("/streams/best/")
    sign_up_url = soup(page).select_one("a[href^='/signup/']")["href"]
    form = client.get(sign_up_url)
    assert (sign_up_url, field(form, "stream")) == ("/signup/?stream=best", "best")
    assert "You would get the stream “Best of”" in words(form)
    assert not soup(form).select("[name=tags]")
    assert sign_up(client, stream="best", rhythm="weekly").status_code == 303
    subscription = Subscription.objects.get()
    assert (subscription.stream, subscription.rhythm) == (stream, "weekly")
    stream.expression = "b"
    stream.save()
    assert str(Subscription.objects.get().selections) == "b"
    stream.delete()
    assert Subscription.objects.values_list("stream", "expression").get() == (None, "b")


@pytest.mark.parametrize("slug", ["gone", "\0", "best\0"])
def test_a_stream_that_is_gone_subscribes_to_nothing(client: Client, blog: BlogPage, slug: str) -> None:
    Stream.objects.create(blog=blog, name="Best of", slug="best")
    response = sign_up(client, stream=slug)
    assert "There is no such stream (any more)" in words(response)
    assert not Subscriber.objects.exists()


def test_any_of_several_is_one_subscription(client: Client, blog: BlogPage) -> None:
    make_post(blog, "design typography")
    page = client.get("/signup/?tags=typography+or+design")
    assert field(page, "tags") == "design or typography"
    assert "You would get: Notes tagged design or typography." in words(page)
    assert sign_up(client, tags="design or typography").status_code == 303
    assert selections_of() == ["design|typography"]


@pytest.mark.parametrize("own", ["or", "mail"])  # the latter has “or” as an old name
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("design or writing", "design|writing"),
        ("design OR writing -food", "design|writing+-food"),
        ("design #or writing", "design+%s+writing"),
        ("this or that design", "design+this-or-that"),
    ],
)
def test_a_tag_named_or_leaves_the_word_its_meaning(blog: BlogPage, own: str, typed: str, stored: str) -> None:
    post = make_post(blog, f"design writing food {own}")
    post.tags.add("this or that")
    post.save()
    if own != "or":
        Tag.objects.get(slug=own).aliases.create(slug="or")
    selections = AnyOf.parse(stored.replace("%s", own))
    for text in (typed, written(selections)):
        form = SelectionForm({"tags": text}, index=snapshot(blog.path))
        assert form.is_valid()
        assert form.cleaned_data["tags"] == selections


def test_a_host_without_a_blog_takes_no_sign_ups(client: Client, blog: BlogPage) -> None:
    blog.unpublish()
    assert client.get("/signup/").status_code == 404
