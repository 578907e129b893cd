"""Sessions end after idle and absolute times, by a new password, and by their owner's buttons."""

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import cached_sessions, own_sessions
from accounts.models import Session
from accounts.sessions import STARTED
from blog.models import BlogPage
from kimonote.caches import read_cache_url
from kimonote.doctor.services import cache_findings
from mail.deliverability.findings import Level
from tests.support.factories import make_post
from tests.support.redis_server import RedisServer
from tests.support.signing_in import ELSEWHERE, HOME, PASSWORD, is_signed_in, make_user

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Safari/604.1"
ACCOUNT, END = reverse("wagtailadmin_account"), "accounts_end_session"

PRESENT = {"sessions-present_password": PASSWORD}
REDIS = "redis"


@pytest.fixture(autouse=True, params=["accounts.sessions", cached_sessions.ENGINE, REDIS])
def engine(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Where sessions are read: whatever it is, the same holds."""
    if request.param == REDIS:
        server: RedisServer = request.getfixturevalue("redis_server")
        settings.CACHES = {**settings.CACHES, **read_cache_url(server.url)}
    else:
        settings.CACHES = {**settings.CACHES, "sessions": settings.CACHES["default"]}
    settings.SESSION_ENGINE = "accounts.sessions" if request.param == "accounts.sessions" else cached_sessions.ENGINE
    cache.clear()
    return str(settings.SESSION_ENGINE)


@pytest.fixture
def ada(blog: BlogPage) -> User:
    return make_user()


def sign_in(user: User, address: str = HOME, agent: str = FIREFOX) -> Client:
    client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    client.post("/admin/login/", {"username": user.get_username(), "password": PASSWORD})
    return client


def test_session_is_stored_with_truncated_network_and_browser(ada: User) -> None:
    sign_in(ada, agent=SAFARI)
    session = Session.objects.get()
    assert (session.user, session.network, session.browser) == (ada, "198.51.100.0/24", "Safari, iPhone")
    assert timezone.now() - session.started_at < timedelta(minutes=1)


def test_signing_in_begins_a_session_and_signing_out_ends_it(ada: User) -> None:
    client = Client()
    planted = client.session.session_key
    client.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    first = client.session.session_key
    client.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    second = client.session.session_key
    assert len({planted, first, second}) == 3
    assert list(Session.objects.values_list("pk", flat=True)) == [second]
    assert client.post("/admin/logout/").status_code == 302
    client.cookies[settings.SESSION_COOKIE_NAME] = second
    assert (is_signed_in(client), Session.objects.filter(pk=second).exists()) == (False, False)


def test_account_that_is_switched_off_has_no_session(ada: User) -> None:
    client = sign_in(ada)
    assert is_signed_in(client)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert not is_signed_in(client)


def test_session_ends_after_its_longest_time_however_often_it_is_used(ada: User) -> None:
    client = sign_in(ada)
    session = client.session
    session[STARTED] -= settings.SESSION_MAX_AGE * 86_400 - 60
    session.save()
    assert is_signed_in(client)
    session[STARTED] -= 61
    session.save()
    assert not is_signed_in(client)
    assert not Session.objects.filter(user=ada).exists()


def idle(client: Client, hours: float) -> None:
    Session.objects.filter(pk=client.session.session_key).update(last_seen_at=timezone.now() - timedelta(hours=hours))
    cache.clear()


def test_idle_session_of_an_editor_ends(ada: User) -> None:
    client = sign_in(ada)
    idle(client, settings.SESSION_IDLE - 0.1)
    assert is_signed_in(client)
    assert timezone.now() - Session.objects.get().last_seen_at < timedelta(minutes=1)
    idle(client, settings.SESSION_IDLE + 0.1)
    assert not is_signed_in(client)


def test_idle_session_of_a_reader_is_kept(blog: BlogPage) -> None:
    reader = User.objects.create_user("reader", password=PASSWORD)
    client = Client()
    client.post("/_util/login/", {"username": "reader", "password": PASSWORD})
    idle(client, settings.SESSION_IDLE + 0.1)
    client.get("/")
    assert Session.objects.get().user == reader


def test_account_lists_own_sessions_without_their_keys(ada: User) -> None:
    here, there = sign_in(ada), sign_in(ada, ELSEWHERE, SAFARI)
    sign_in(User.objects.create_superuser("bob", password=PASSWORD), "203.0.113.1")
    page = here.get(ACCOUNT).content.decode()
    table = page[page.index("Where you are signed in") : page.index("End all others")]
    assert [word in table for word in ("Firefox, Linux", "Safari, iPhone", "192.0.2.0/24", "this one", "203.0.113")] == [
        *[True] * 4,
        False,
    ]
    assert there.session.session_key not in page
    assert here.session.session_key not in page


def test_one_session_is_ended(ada: User) -> None:
    here, there, third = sign_in(ada), sign_in(ada, ELSEWHERE), sign_in(ada)
    here.post(reverse(END), {"session": own_sessions.name_of(there.session.session_key), **PRESENT})
    assert [is_signed_in(client) for client in (here, there, third)] == [True, False, True]


def test_all_other_sessions_are_ended(ada: User) -> None:
    here, there, third = sign_in(ada), sign_in(ada, ELSEWHERE), sign_in(ada)
    assert "2 sessions have ended." in here.post(reverse(END), {"session": "others", **PRESENT}, follow=True).content.decode()
    assert [is_signed_in(client) for client in (here, there, third)] == [True, False, False]


def test_nobody_ends_sessions_of_others(ada: User) -> None:
    client = sign_in(ada)
    bob = sign_in(User.objects.create_superuser("bob", password=PASSWORD))
    page = bob.post(reverse(END), {"session": own_sessions.name_of(client.session.session_key), **PRESENT}, follow=True)
    assert "That session had ended before." in page.content.decode()
    bob.post(reverse(END), {"session": "others", **PRESENT})
    assert (is_signed_in(client), bob.get(reverse(END)).status_code) == (True, 405)


def test_new_password_ends_other_sessions(ada: User) -> None:
    here, there = sign_in(ada), sign_in(ada, ELSEWHERE)
    new = "another good passphrase"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    page = here.get(ACCOUNT)
    form = {f"password-{field}": value for field, value in fields.items()}
    form |= {"name_email-first_name": "A", "name_email-last_name": "L", "email-email": "ada@example.org"}
    form |= {"theme-theme": "system", "theme-density": "default", "theme-contrast": "system", "theme-keyboard_shortcuts": "on"}
    form |= {"locale-preferred_language": "", "locale-current_time_zone": ""}
    assert page.status_code == 200
    here.post(ACCOUNT, form)
    ada.refresh_from_db()
    assert ada.check_password(new)
    assert [is_signed_in(client) for client in (here, there)] == [True, False]
    assert len(own_sessions.sessions_of(ada)) == 1


in_cache = pytest.mark.parametrize("engine", [cached_sessions.ENGINE, REDIS], indirect=True)


def statements(client: Client) -> list[str]:
    """Return what the database is asked about the session by a request."""
    with CaptureQueriesContext(connection) as asked:
        assert is_signed_in(client)
    return [query["sql"] for query in asked if "accounts_session" in query["sql"] and "session_key" in query["sql"]]


def test_cached_session_is_read_from_the_database_once(ada: User, engine: str) -> None:
    client = sign_in(ada)
    is_signed_in(client)
    by_key = [statement for statement in statements(client) if "session_key" in statement.partition("WHERE")[2]]
    assert len(by_key) == (0 if engine == cached_sessions.ENGINE else 1)


@in_cache
def test_copy_written_while_a_session_ends_is_not_used(ada: User) -> None:
    client = sign_in(ada)
    assert is_signed_in(client)
    read_before = Session.objects.get()
    Session.objects.get().delete()  # which takes the key from that object
    cached_sessions.SessionStore()._keep(read_before)  # by another process
    assert cache.get(cached_sessions.COPY + read_before.pk)
    assert not is_signed_in(client)


@pytest.mark.parametrize("engine", [REDIS], indirect=True)
def test_without_the_cache_sessions_are_read_and_none_ends_in_silence(
    ada: User, blog: BlogPage, redis_server: RedisServer
) -> None:
    here, there = sign_in(ada), sign_in(ada, ELSEWHERE)
    post = make_post(blog, "sea", slug="whale")
    redis_server.stop()
    assert is_signed_in(here)
    pages = ("/", "/whale/", "/feed.atom", "/tags/sea/", "/admin/", f"/admin/pages/{post.pk}/edit/", "/admin/posts/")
    assert {page: here.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    with pytest.raises(redis.ConnectionError):
        here.post(reverse(END), {"session": own_sessions.name_of(there.session.session_key), **PRESENT})
    assert is_signed_in(there)
    finding = next(cache_findings())
    assert (finding.code, finding.level, bool(finding.cure)) == ("cache", Level.WARNING, True)
