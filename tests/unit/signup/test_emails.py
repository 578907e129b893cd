import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from anymail.message import AnymailMessage
from anymail.utils import UNSET
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.images import get_image_model
from wagtail.models import Site

from blog.images.versions import existing_versions
from blog.models import Appearance, BlogPage
from mail import outbox
from mail.bounces import Kind as BounceKind
from mail.bounces import read_verp
from mail.compose import Unwanted, batch, compose
from mail.models import Delivery
from mail.receiving import receive
from signup.kinds import Kind
from signup.models import State, Subscriber, Subscription, Texts, Wording
from tests.support.factories import make_author, make_blog, make_post
from tests.support.images import png
from tests.support.outbox_factories import make_subscriber, put_test
from tests.support.signup_factories import make_subscription
from tests.support.tokens import read_token

SENDER = re.sub(r"[^a-z0-9]", "", django_settings.DKIM_DOMAIN)[:15]
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
    assert message.subject == "Please confirm: All notes, each note as it appears"
    assert without_tokens(message.body) == (
        "Someone, probably you, asked for notes from Notes at this address: All notes, each note as it appears. "
        "Confirm that it was you:\n"
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


def test_composing_writes_no_settings(blog: BlogPage) -> None:
    for delivery in (put_confirm(), put_test()):
        compose(delivery)
    assert not Wording.objects.exists()
    assert not Appearance.objects.exists()


def test_link_is_good_for_its_purpose_and_subscription(blog: BlogPage) -> None:
    found = dict(re.findall(r"/signup/(\w+)/([^/]+)/", compose(put_confirm()).body))
    bearers = {purpose: read_token(purpose, token).bearer_id for purpose, token in found.items()}
    assert bearers == {"confirm": Subscription.objects.get().pk}


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
    names = ("List-Unsubscribe-Post", "List-Id", "Feedback-ID", "Precedence", "Auto-Submitted")
    assert {name: headers[name] for name in names} == {
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<notes.testserver>",
        "Feedback-ID": f"all:{Site.objects.get().pk}:digest:{SENDER}",
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
    assert "asked for notes from Other notes at this address" in message.body
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
        (Kind.ADD, State.CONFIRMED, "The subscription is confirmed already."),
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
    ada = make_author("ada", name="Ada")
    first = make_post(blog, "python", title="First & <last>", slug="first", published=ASKED, summary="What it is about.")
    second = make_post(
        blog, "python web", title="Second", slug="zweit-日本", published=ASKED + timedelta(days=1), summary="", authors=[ada]
    )
    message = compose(put_digest(first.pk, second.pk, expression="python"))
    assert message.subject == "Second, and one more note"
    assert without_tokens(message.body) == (
        "Notes · Notes tagged python\n"
        "You get this because ada@example.org asked for notes from Notes.\n"
        "\n"
        "Second\n"
        "Ada · 25 January 2018 · python, web\n"
        "http://testserver/zweit-%E6%97%A5%E6%9C%AC/\n"
        "\n"
        "First & <last>\n"
        "24 January 2018 · python\n"
        "What it is about.\n"
        "http://testserver/first/\n"
        "\n"
        "Change the subscription: http://testserver/signup/manage/…/\n"
        "Unsubscribe: http://testserver/signup/leave/…/\n"
        "Read this letter on the web: http://testserver/signup/letter/…/\n"
    )
    html = html_of(message)
    assert '<a href="http://testserver/first/">First &amp; &lt;last&gt;</a>' in html
    assert '<a href="http://testserver/tags/web/">web</a>' in html


@pytest.mark.parametrize(
    ("others", "language", "subject"),
    [
        (1, "en", "T, and one more note"),
        (21, "en", "T, and 21 more notes"),
        (1, "de", "T, und eine weitere Notiz"),
        (3, "de", "T, und 3 weitere Notizen"),
    ],
)
def test_subject_of_a_digest_says_what_is_inside(blog: BlogPage, others: int, language: str, subject: str) -> None:
    posts = [make_post(blog).pk for _number in range(others)]
    posts.append(make_post(blog, title="T").pk)
    assert compose(put_digest(*posts, language=language)).subject == subject


def test_digest_shows_the_posts_picture_and_the_blogs_colour_and_footer(
    blog: BlogPage, settings: Settings, tmp_path: Path
) -> None:
    Appearance.objects.create(site=Site.objects.get(), accent="#ffd700", footer="Written by [Ada](/about/).")
    settings.MEDIA_ROOT = str(tmp_path)
    cover = get_image_model().objects.create(title="Flower", file=png("flower.png"), description="A flower")
    html = html_of(compose(put_digest(make_post(blog, title="T", slug="t", cover=cover).pk)))
    assert f'<img src="http://testserver{existing_versions(cover).src}"' in html
    assert 'alt="A flower"' in html
    assert "a { color: #746100 }" in html
    assert "a { color: #f0d983 }" in html
    assert 'Written by <a href="http://testserver/about/">Ada</a>.' in html


def test_smallest_email_with_a_picture_is_no_picture_alone(blog: BlogPage, settings: Settings, tmp_path: Path) -> None:
    """SpamAssassin takes 3,200 bytes of HTML or fewer, with a picture in them, for little else (HTML_IMAGE_ONLY_32)."""
    settings.MEDIA_ROOT = str(tmp_path)
    cover = get_image_model().objects.create(title="Flower", file=png("flower.png"), description="")
    html = html_of(compose(put_digest(make_post(blog, title="T", slug="t", cover=cover).pk)))
    assert "<img" in html
    assert len(html) > 3200


def test_copy_on_the_web_shows_what_everyone_may_still_read(blog: BlogPage, client: Client) -> None:
    shown, hidden = make_post(blog, title="Shown"), make_post(blog, title="Hidden")
    body = compose(put_digest(shown.pk, hidden.pk)).body
    found = re.search(r"http://testserver(/signup/letter/[^/]+/)", body)
    assert found is not None
    response = client.get(found[1])
    assert (response.status_code, response["X-Robots-Tag"]) == (200, "noindex")
    assert "Shown" in response.text
    assert "Hidden" in response.text
    for of_the_reader in ("ada@example.org", "/signup/manage/", "/signup/leave/"):
        assert of_the_reader not in response.text
    hidden.unpublish()
    assert "Hidden" not in client.get(found[1]).text
    shown.unpublish()
    response = client.get(found[1])
    assert (response.status_code, "Shown" in response.text) == (410, False)


@pytest.mark.parametrize("token", ["x", "a.b", "eJyLNtQx0FEw1DHSUUjKTy1RAABBLgYR.x", "y" * 2000, "é"])
def test_copy_that_was_not_made_here_is_no_page(blog: BlogPage, client: Client, token: str) -> None:
    assert client.get(f"/signup/letter/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("expression", "list_id"),
    [
        ("", "<notes.testserver>"),
        ("python+-web", "<python+-web.notes.testserver>"),
        ("日本", "<scf2abf0c5be3.notes.testserver>"),
    ],
)
def test_each_selection_is_a_list_of_its_own(blog: BlogPage, expression: str, list_id: str) -> None:
    post = make_post(blog, "python" if "python" in expression else "日本")
    assert compose(put_digest(post.pk, expression=expression)).extra_headers["List-Id"] == list_id


def test_mail_program_may_leave_by_mail(blog: BlogPage, settings: Settings) -> None:
    settings.BOUNCE_DOMAIN, settings.BOUNCE_MAILDIR = "bounces.notes.example", "/var/spool/bounces"
    mail = put_digest(make_post(blog).pk)
    header = compose(mail).extra_headers["List-Unsubscribe"]
    found = re.fullmatch(r"<http://[^>]+>, <mailto:(bounces%2B[\w-]+@bounces\.notes\.example)\?subject=([^>]+)>", header)
    assert found is not None
    Delivery.objects.all().delete()  # the email is older than what the outbox remembers
    raw = f"From: Eve <eve@example.net>\r\nTo: {unquote(found[1])}\r\nSubject: {unquote(found[2])}\r\n\r\n".encode()
    assert receive(raw.replace(b"unsubscribe ", b"unsubscribe 9")) is None
    assert Subscriber.objects.get().state == State.CONFIRMED
    assert receive(raw) is BounceKind.UNSUBSCRIBE
    assert Subscriber.objects.get().state == State.UNSUBSCRIBED


def test_answers_go_to_their_own_address(blog: BlogPage, settings: Settings) -> None:
    settings.MAIL_REPLY_TO = "Ada <ada@notes.example>"
    assert compose(put_test()).message()["Reply-To"] == "Ada <ada@notes.example>"


def test_digest_of_one_post_has_its_title_as_subject_by_default(blog: BlogPage) -> None:
    title = "What\u2028a {site}\u0085Bcc: eve@example.org"
    mail = put_digest(make_post(blog, "python", title=title).pk, expression="python")
    message = compose(mail)
    assert message.subject == "What a {site} Bcc: eve@example.org"
    assert "<h1>New from Notes: Notes tagged python</h1>" in html_of(message)
    Wording.objects.create(site=Site.objects.get(), digest_subject="Read {selection}")
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


def whole(message: AnymailMessage) -> tuple[str, str]:
    """The two parts of a digest, without its readers' links."""
    return message.body, html_of(message)


def test_digest_has_whole_texts_where_the_subscription_says_so(blog: BlogPage, settings: Settings, client: Client) -> None:
    body = "First *lines*.\n\n## More\n\nIt is $x^2$, see [this](/about/).\n\n![A boat](boat.png)"
    post = make_post(blog, "python", title="T", slug="t", body=body)
    mail = put_digest(post.pk, expression="python", texts=Texts.WHOLE)
    text, html = whole(compose(mail))
    assert "First lines.\n\nMore\n\nIt is x^2, see this <http://testserver/about/>.\n\n[A boat]\n" in text
    assert '<h3 id="n-more"><a href="http://testserver/t/#n-more">More</a></h3>' in html
    assert "It is <code>x^2</code>" in html
    assert '<img alt="A boat" src="http://testserver/t/boat.png"' in html
    found = re.search(r"http://testserver(/signup/letter/[^/]+/)", text)
    assert found is not None
    assert "It is <code>x^2</code>" in client.get(found[1]).text
    post.unpublish()
    assert "x^2" not in client.get(found[1]).text


def test_digest_has_whole_texts_of_what_is_asked_for_so_alone(blog: BlogPage) -> None:
    posts = [make_post(blog, tag, body=f"Of {tag}.\n\nThe end of {tag}.", summary="In short.") for tag in ("a", "b")]
    reader = make_subscriber(expression="a", texts=Texts.WHOLE)
    make_subscription(reader, "b")
    subscriptions = [one.pk for one in reader.subscriptions.all()]
    mail = put(Kind.DIGEST, reader, posts=[post.pk for post in posts], subscriptions=subscriptions)
    for part in whole(compose(mail)):
        assert ("The end of a." in part, "The end of b." in part, part.count("In short.")) == (True, False, 1)
    Subscription.objects.update(texts=Texts.EXCERPT)
    assert "The end of a." not in compose(mail).body


def test_digest_of_whole_texts_stays_below_what_gmail_shows(blog: BlogPage) -> None:
    texts = [("é" * 99 + " ") * 200, "Short enough.", ("日" * 99 + "。") * 40, "And [this](/x/). " * 900, "x" * 60_000]
    posts = [make_post(blog, body=text, title=f"Number {number}") for number, text in enumerate(texts)]
    posts += [make_post(blog, " ".join(f"tag{number}-{tag}" for tag in range(9)), body="y " * 500) for number in range(15)]
    message = compose(put_digest(*(post.pk for post in posts), texts=Texts.WHOLE))
    part = message.message().get_payload()[1]
    assert len(part.as_bytes()) < 102_000
    assert len(html_of(message).encode()) > 40_000
    assert message.body.count("The whole text is too long for this letter: read it on the web.") >= 1
    assert "Short enough." in message.body


def test_date_is_that_of_sending_while_the_message_id_stays(blog: BlogPage) -> None:
    mail = put_test(due=timezone.now() - timedelta(days=2))
    Delivery.objects.update(created=timezone.now() - timedelta(days=2))
    before = timezone.now().replace(microsecond=0)
    headers = compose(mail).extra_headers
    assert before <= parsedate_to_datetime(headers["Date"]) <= timezone.now()
    assert headers["Message-ID"] == mail.message_id


def test_digest_rendered_for_one_reader_tells_the_next_nothing_of_them(blog: BlogPage, django_assert_num_queries: Any) -> None:
    post = make_post(blog, title="Shared")
    first = put(Kind.DIGEST, make_subscriber("o'hara&co@example.org"), posts=[post.pk])
    second = put(Kind.DIGEST, make_subscriber("bob@example.org"), posts=[post.pk])
    shown = compose(first)
    assert "o'hara&co@example.org" in shown.body
    assert "o&#x27;hara&amp;co@example.org" in html_of(shown)
    with django_assert_num_queries(4):  # subscriptions with their subscriber, default site, words and revision
        message = compose(second)
    with batch():
        compose(first)
        with django_assert_num_queries(2):  # subscriptions with their subscriber, and revision
            assert compose(second).body == message.body
    assert "o'hara" not in message.body + html_of(message)
    assert "bob@example.org" in message.body
    for purpose, token in re.findall(r"/signup/(manage|leave)/([^/]+)/", message.body + html_of(message)):
        assert read_token(purpose, token).bearer_id == second.context["subscriber"]
    Wording.objects.create(site=Site.objects.get(), digest_text="Another introduction.")
    assert "Another introduction." in compose(second).body
    post.unpublish()
    with pytest.raises(Unwanted):
        compose(second)
