import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from anymail.message import AnymailMessage
from anymail.utils import UNSET
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.models import Site

from blog.models import BlogPage
from mail import outbox
from mail.bounces import read_verp
from mail.compose import Unwanted, compose
from mail.models import Delivery
from signup.kinds import Kind
from signup.models import State, Subscriber, Wording
from tests.support.factories import make_blog, make_post
from tests.support.outbox_factories import make_subscriber, put_test
from tests.support.tokens import read_token

ASKED = datetime(2018, 1, 24, 10, 15, tzinfo=UTC)


def put(kind: Kind, subscriber: Subscriber, **context: object) -> Delivery:
    return outbox.put(f"{kind}:{subscriber.pk}", kind, subscriber.address, {"subscriber": subscriber.pk, **context})


def put_confirm(**fields: object) -> Delivery:
    subscriber = make_subscriber("ada@example.org", State.PENDING, **fields)
    return put(Kind.CONFIRM, subscriber, asked_at=ASKED.isoformat(), network="192.0.2.0/24")


def put_digest(*posts: int, **fields: object) -> Delivery:
    return put(Kind.DIGEST, make_subscriber("ada@example.org", **fields), posts=list(posts))


def html_of(message: AnymailMessage) -> str:
    return str(message.alternatives[0][0])


def without_tokens(text: str) -> str:
    return re.sub(r"(/signup/\w+/)[^/]+/", r"\1…/", text)


def test_confirmation_says_who_asked_where_and_when_and_has_one_link(blog: BlogPage) -> None:
    message = compose(put_confirm())
    assert message.subject == "Please confirm: new notes from Notes"
    assert without_tokens(message.body) == (
        "Someone, probably you, asked for notes from Notes at this address. Confirm that it was you:\n"
        "\n"
        "http://testserver/signup/confirm/…/\n"
        "\n"
        "This was asked for on testserver on 24 January 2018, 10:15 UTC from the network 192.0.2.0/24. "
        "The link works for seven days; if you do nothing, nothing more is sent.\n"
        "\n"
        "It was not you? The same link lets you say so, and have us never write to you.\n"
    )
    assert re.findall(r'(?:href|src|action)="([^"]+)"', without_tokens(html_of(message))) == [
        "http://testserver/signup/confirm/…/"
    ]


def test_links_are_good_for_their_purpose_and_subscriber(blog: BlogPage) -> None:
    mail = put_confirm()
    for purpose, token in re.findall(r"/signup/(\w+)/([^/]+)/", compose(mail).body):
        assert read_token(purpose, token).bearer_id == mail.context["subscriber"]


def test_confirmation_repeats_no_word_of_the_visitors(blog: BlogPage) -> None:
    make_post(blog, "python")
    Wording.objects.create(site=Site.objects.get(), confirm_text="You chose {selection}.")
    message = compose(put_confirm(expression="buy-viagra-now+python+-evil-example"))
    assert message.body.startswith("You chose Notes tagged python.\n")
    assert not re.search("viagra|evil", message.body + html_of(message) + message.subject)


def test_headers_of_a_confirmation(blog: BlogPage) -> None:
    mail = put_confirm()
    headers = compose(mail).extra_headers
    date = headers.pop("Date")
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", date)
    assert headers == {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def test_headers_of_a_digest_let_it_be_left_by_one_click(blog: BlogPage) -> None:
    mail = put_digest(make_post(blog).pk)
    headers = compose(mail).extra_headers
    token = re.fullmatch(r"<http://testserver/signup/leave/([^/]+)/>", headers["List-Unsubscribe"])
    assert token is not None
    assert read_token("leave", token[1]).bearer_id == mail.context["subscriber"]
    assert {name: headers[name] for name in ("List-Unsubscribe-Post", "List-Id", "Precedence", "Auto-Submitted")} == {
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<notes.testserver>",
        "Precedence": "list",
        "Auto-Submitted": "auto-generated",
    }


def test_sender_is_the_site_and_bounces_come_back_to_the_mail(blog: BlogPage, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.BOUNCE_DOMAIN = "post@notes.example", "bounces.notes.example"
    mail = put_test()
    message = compose(mail)
    assert (message.from_email, message.to) == ("Notes <post@notes.example>", ["ada@example.org"])
    assert message.envelope_sender.endswith("@bounces.notes.example")
    assert read_verp(message.envelope_sender, settings.SECRET_KEY) == mail.pk


def test_without_a_bounce_domain_the_service_chooses_the_envelope_sender(blog: BlogPage, settings: Settings) -> None:
    settings.BOUNCE_DOMAIN = ""
    assert compose(put_test()).envelope_sender is UNSET


@pytest.mark.parametrize(
    "name", ["Notes\r\nBcc: eve@example.org", 'A "quoted", <b@example.org>', "Nötizen – täglich", "x" * 300]
)
def test_no_name_or_wording_adds_a_header_or_recipient(blog: BlogPage, settings: Settings, name: str) -> None:
    settings.DEFAULT_FROM_EMAIL = "post@notes.example"
    Site.objects.update(site_name=name[:255])
    Wording.objects.create(site=Site.objects.get(), confirm_subject=f"From {name}"[:150], confirm_text=name, footer=name)
    plain = compose(put_test("bob@example.org")).message()
    message = compose(put_confirm())
    built: EmailMessage = message.message()
    assert message.recipients() == ["ada@example.org"]
    assert set(built.keys()) == set(plain.keys())
    assert built["Bcc"] is None
    assert "\n" not in message.subject + message.from_email


def test_email_is_in_the_language_its_reader_signed_up_in(blog: BlogPage) -> None:
    assert '<html lang="de">' in html_of(compose(put_confirm(language="de")))


def test_email_in_an_unavailable_language_is_in_the_sites(blog: BlogPage) -> None:
    assert '<html lang="en">' in html_of(compose(put_confirm(language="tlh")))


def test_email_of_another_site_leads_there(blog: BlogPage) -> None:
    other = make_blog("other.example", "Other notes", default=False)
    site = Site.objects.get(root_page=other)
    message = compose(put_confirm(site=site))
    assert message.subject == "Please confirm: new notes from Other notes"
    assert "http://other.example/signup/confirm/" in message.body
    assert "testserver/" not in message.body


def test_html_escapes_what_the_text_shows_as_it_is(blog: BlogPage) -> None:
    Site.objects.update(site_name="Q&A <b>")
    message = compose(put_confirm())
    assert "asked for notes from Q&A <b> at this address" in message.body
    assert "asked for notes from Q&amp;A &lt;b&gt; at this address" in html_of(message)


@pytest.mark.parametrize(
    ("kind", "state", "reason"),
    [
        (Kind.CONFIRM, State.PENDING, None),
        (Kind.CONFIRM, State.CONFIRMED, "The subscription is confirmed already."),
        (Kind.CONFIRM, State.SUPPRESSED, "The address must not be written to any more."),
        (Kind.ALREADY, State.CONFIRMED, None),
        (Kind.ALREADY, State.UNSUBSCRIBED, "The subscription has ended."),
        (Kind.DIGEST, State.CONFIRMED, None),
        (Kind.DIGEST, State.UNSUBSCRIBED, "The subscription has ended."),
        (Kind.DIGEST, State.SUPPRESSED, "The address must not be written to any more."),
    ],
)
def test_email_is_written_if_it_is_still_wanted(blog: BlogPage, kind: Kind, state: State, reason: str | None) -> None:
    mail = put(kind, make_subscriber(state=state), posts=[make_post(blog).pk])
    if reason is None:
        assert compose(mail).to == [mail.to]
    else:
        with pytest.raises(Unwanted, match=f"^{reason}$"):
            compose(mail)


def test_reminder_leads_to_the_subscription(blog: BlogPage) -> None:
    message = compose(put(Kind.ALREADY, make_subscriber("ada@example.org")))
    assert message.subject == "You get notes from Notes already"
    assert re.findall(r"http\S+", without_tokens(message.body)) == ["http://testserver/signup/manage/…/"]


def test_digest_lists_its_posts_newest_first(blog: BlogPage) -> None:
    first = make_post(blog, "python", title="First & <last>", slug="first", published=ASKED, summary="What it is about.")
    second = make_post(blog, "python web", title="Second", slug="zweit-日本", published=ASKED + timedelta(days=1), summary="")
    message = compose(put_digest(first.pk, second.pk, expression="python"))
    assert message.subject == "New from Notes: Notes tagged python"
    assert without_tokens(message.body) == (
        "Second\n"
        "25 January 2018\n"
        "http://testserver/zweit-%E6%97%A5%E6%9C%AC/\n"
        "\n"
        "First & <last>\n"
        "24 January 2018\n"
        "What it is about.\n"
        "http://testserver/first/\n"
        "\n"
        "You get this because ada@example.org asked for notes from Notes.\n"
        "Change the subscription: http://testserver/signup/manage/…/\n"
        "Stop these letters: http://testserver/signup/leave/…/\n"
    )
    assert '<a href="http://testserver/first/">First &amp; &lt;last&gt;</a>' in html_of(message)


def test_digest_of_one_post_has_its_title_as_subject_by_default(blog: BlogPage) -> None:
    title = "What\u2028a {site}\u0085Bcc: eve@example.org"
    mail = put_digest(make_post(blog, "python", title=title).pk, expression="python")
    message = compose(mail)
    assert message.subject == "What a {site} Bcc: eve@example.org"
    assert "<h1>New from Notes: Notes tagged python</h1>" in html_of(message)
    Wording.objects.update(digest_subject="Read {selection}")
    assert compose(mail).subject == "Read Notes tagged python"


def test_digest_of_many_posts_lists_some_and_links_the_rest(blog: BlogPage, settings: Settings) -> None:
    posts = [make_post(blog, "python").pk for _number in range(22)]
    message = compose(put_digest(*posts, expression="python"))
    assert len(re.findall(r"testserver/post-", message.body)) == 20
    assert "2 more notes:\nhttp://testserver/tags/python/\n" in message.body


def test_digest_leaves_out_what_has_been_hidden_or_retagged_since(blog: BlogPage) -> None:
    shown, hidden, retagged = (make_post(blog, "python", title=title) for title in ("Shown", "Hidden", "Retagged"))
    mail = put_digest(shown.pk, hidden.pk, retagged.pk, expression="python")
    hidden.unpublish()
    retagged.tags.set(["django"])
    retagged.save()
    body = compose(mail).body
    assert [title for title in ("Shown", "Hidden", "Retagged") if title in body] == ["Shown"]


def test_digest_of_which_nothing_is_left_is_unwanted(blog: BlogPage) -> None:
    post = make_post(blog)
    mail = put_digest(post.pk)
    post.unpublish()
    with pytest.raises(Unwanted, match="Nothing that it was to tell of"):
        compose(mail)


def test_date_is_that_of_sending_while_the_message_id_stays(blog: BlogPage) -> None:
    mail = put_test(due=timezone.now() - timedelta(days=2))
    Delivery.objects.update(created=timezone.now() - timedelta(days=2))
    before = timezone.now().replace(microsecond=0)
    headers = compose(mail).extra_headers
    assert before <= parsedate_to_datetime(headers["Date"]) <= timezone.now()
    assert headers["Message-ID"] == mail.message_id
