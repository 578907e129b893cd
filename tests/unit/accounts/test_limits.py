"""Sign-in, page passwords and password reset are limited per account and per network."""

import os
import re
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from accounts import hashing
from blog.models import BlogPage
from tests.support.factories import make_post
from tests.support.signing_in import ELSEWHERE, HOME, OFFICE, PASSWORD, SIGN_IN_PATHS, make_user, try_password
from web.rates import SIGN_IN, read_limits


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("network:5/hour account:3/hour all:15/hour", SIGN_IN)


@pytest.fixture
def ada(blog: BlogPage) -> User:
    return make_user()


class Hashes:
    """Counts what is hashed."""

    number = 0


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> type[Hashes]:
    from django.contrib.auth import hashers

    class Counted(Hashes):
        number = 0

    computed = hashers.MD5PasswordHasher.encode

    def encode(self: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        Counted.number += 1
        return computed(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", encode)
    return Counted


@pytest.mark.parametrize("path", SIGN_IN_PATHS)
def test_wrong_passwords_beyond_the_limit_are_refused_before_hashing(ada: User, hashes: type[Hashes], path: str) -> None:
    assert [try_password(path)[0] for _ in range(6)] == [200, 200, 200, 429, 429, 429]
    assert hashes.number == 3


def test_refusal_says_when_to_try_again(ada: User) -> None:
    for _ in range(3):
        try_password()
    response = Client(REMOTE_ADDR=ELSEWHERE).post(SIGN_IN_PATHS[0], {"username": "ada", "password": "wrong"})
    assert response.status_code == 429
    assert 3500 < int(response["Retry-After"]) <= 3600
    assert response["Cache-Control"] == "no-store"
    assert "Too many attempts" in response.content.decode()
    assert re.search(r"Please try again after .+ UTC\.", response.content.decode())


def test_refusal_ends_with_its_span(ada: User) -> None:
    from web.models import Counter

    assert [try_password()[0] for _ in range(4)] == [200, 200, 200, 429]
    Counter.objects.update(ends=timezone.now() - timedelta(seconds=1))
    assert try_password(password=PASSWORD) == (302, "")


def test_both_sign_in_pages_share_their_counters(ada: User) -> None:
    assert [try_password(SIGN_IN_PATHS[number % 2])[0] for number in range(4)] == [200, 200, 200, 429]


def test_network_is_limited_over_all_names(ada: User) -> None:
    tried = [try_password(name=f"name{number}", address=f"192.0.2.{number}")[0] for number in range(7)]
    assert tried == [200] * 5 + [429] * 2
    assert try_password(name="name9", address=HOME)[0] == 200


def test_account_is_limited_over_all_networks_whatever_the_case_of_its_name(ada: User) -> None:
    tried = [
        try_password(name=name, address=f"192.0.{number}.2")[0] for number, name in enumerate(["ada", "ADA", "Ada", "ada"])
    ]
    assert tried == [200, 200, 200, 429]


def test_everything_together_is_limited(ada: User) -> None:
    tried = [try_password(name=f"name{number}", address=f"192.0.{number}.2")[0] for number in range(16)]
    assert tried == [200] * 15 + [429]


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_refusal_tells_nothing_of_whether_the_account_exists(ada: User, name: str) -> None:
    assert [try_password(name=name)[0] for _ in range(4)] == [200, 200, 200, 429]


def test_right_passwords_are_not_counted(ada: User) -> None:
    assert [try_password(password=PASSWORD, address=HOME)[0] for _ in range(8)] == [302] * 8
    from web.models import Counter

    assert set(Counter.objects.values_list("count", flat=True)) == {0}


def test_owner_gets_in_from_a_known_network_while_others_guess(ada: User) -> None:
    assert try_password(password=PASSWORD, address=HOME)[0] == 302
    for number in range(30):
        try_password(name=f"name{number // 2}" if number % 2 else "ada", address=f"192.0.{number}.2")
    assert try_password(address=OFFICE)[0] == try_password(name="bob", address=HOME)[0] == 429
    assert try_password(password=PASSWORD, address=HOME)[0] == 302


def test_guesses_from_a_known_network_are_limited_too(ada: User) -> None:
    assert try_password(password=PASSWORD, address=HOME)[0] == 302
    assert [try_password(address=HOME)[0] for _ in range(5)] == [200, 200, 200, 429, 429]


def test_unknown_network_is_no_known_one(ada: User) -> None:
    assert try_password(password=PASSWORD, address="")[0] == 302
    assert [try_password(address="")[0] for _ in range(4)] == [200, 200, 200, 429]
    assert try_password(password=PASSWORD, address="")[0] == 429


def test_forms_that_show_a_password_field_are_not_counted(ada: User) -> None:
    assert [Client(REMOTE_ADDR=ELSEWHERE).get(SIGN_IN_PATHS[0]).status_code for _ in range(8)] == [200] * 8


@pytest.mark.parametrize("name", ["\0", "ada\0", "\ud800".encode("utf-8", "surrogatepass"), "x" * 100_000, ""])
def test_name_that_nobody_has_is_answered_like_any_other(ada: User, name: str) -> None:
    assert try_password(name=name)[0] == 200


def test_page_password_is_limited_per_network(ada: User, blog: BlogPage) -> None:
    post = make_post(blog, "Closed")
    restriction = PageViewRestriction.objects.create(page=post, restriction_type="password", password="open sesame")
    path = f"/_util/authenticate_with_password/{restriction.pk}/{post.pk}/"

    def open_page(password: str, address: str) -> int:
        given = {"password": password, "return_url": "/closed/"}
        return Client(REMOTE_ADDR=address).post(path, given).status_code

    assert [open_page("wrong", ELSEWHERE) for _ in range(5)] == [200, 200, 200, 429, 429]
    assert open_page("open sesame", ELSEWHERE) == 429
    assert [open_page("open sesame", HOME) for _ in range(6)] == [302] * 6
    assert try_password()[0] == 200


def test_document_password_is_limited_per_network(ada: User) -> None:
    collection = Collection.get_first_root_node().add_child(name="Closed")
    Document.objects.create(title="Paper", collection=collection, file=ContentFile(b"text", "paper.txt"))
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="password", password="open sesame"
    )
    path = f"/documents/authenticate_with_password/{restriction.pk}/"
    client = Client(REMOTE_ADDR=ELSEWHERE)
    assert [client.post(path, {"password": "wrong", "return_url": "/"}).status_code for _ in range(4)] == [200] * 3 + [429]


def test_no_transaction_is_open_while_a_hash_is_computed(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth import backends

    blocks = len(connection.savepoint_ids)  # the test's own
    seen = []
    monkeypatch.setattr(
        backends.ModelBackend, "authenticate", lambda *args, **kwargs: seen.append(len(connection.savepoint_ids))
    )
    try_password()
    assert seen == [blocks]


def test_hashing_never_takes_all_threads() -> None:
    """One computes, one waits, all others are answered at once."""
    entered, leave = threading.Event(), threading.Event()
    taken: list[bool] = []

    def hold() -> None:
        with hashing.slot() as first:
            taken.append(first)
            entered.set()
            leave.wait(10)

    def follow() -> None:
        with hashing.slot() as second:
            taken.append(second)

    threads = [threading.Thread(target=hold), threading.Thread(target=follow)]
    threads[0].start()
    assert entered.wait(10)
    threads[1].start()
    while hashing._places._value:
        threading.Event().wait(0.01)
    with hashing.slot() as third:
        assert not third
    leave.set()
    for thread in threads:
        thread.join(10)
    assert taken == [True, True]


def test_hashes_are_djangos_own_computed_at_low_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    computed = PBKDF2PasswordHasher.encode

    def encode(self: PBKDF2PasswordHasher, password: str, salt: str, iterations: int | None = None) -> str:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return computed(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", encode)
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    hasher = hashing.LowPriorityPBKDF2PasswordHasher()
    assert hasher.encode("secret", "salt", 2) == computed(PBKDF2PasswordHasher(), "secret", "salt", 2)
    assert hasher.verify("secret", hasher.encode("secret", "salt", 2))
    assert seen == [max(usual, hashing.NICENESS)] * 3
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == usual


def test_whoever_finds_no_turn_is_asked_to_come_again_and_not_counted(ada: User) -> None:
    with hashing._places, hashing._places:
        assert [try_password() for _ in range(5)] == [(429, "2")] * 5
        assert [try_password(SIGN_IN_PATHS[1]) for _ in range(5)] == [(429, "2")] * 5
    assert try_password(password=PASSWORD) == (302, "")


def test_every_view_of_wagtail_that_takes_a_password_is_limited() -> None:
    from django.urls import get_resolver

    from accounts.middleware import HASHING, LIMITED_VIEWS

    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    words = ("login", "authenticate", "password")
    found = {name for name in names if name.startswith("wagtail") and any(word in name for word in words)}
    assert found - LIMITED_VIEWS.keys() - HASHING == {
        "wagtailadmin_password_reset_done",
        "wagtailadmin_password_reset_complete",
    }


@pytest.mark.parametrize("path", [*SIGN_IN_PATHS, "/admin/password_reset/"])
def test_refusal_is_readable_in_german(ada: User, settings: Settings, path: str) -> None:
    settings.LANGUAGE_CODE = "de"
    sent = {"username": "ada", "password": "wrong", "email": "ada@example.org"}
    page = [Client(REMOTE_ADDR=ELSEWHERE).post(path, sent) for _ in range(4)][-1]
    assert page.status_code == 429
    assert "<h1>Zu viele Versuche</h1>" in page.content.decode()
    assert "Bitte versuche es nach dem " in page.content.decode()
