"""Encryption and login on a real socket: used when asked for, and never silently left out."""

import ssl
from pathlib import Path

import pytest
from django.core.mail import send_mail
from pytest_django.fixtures import Settings

from mail.smtp.replies import ServerUnavailable
from tests.support.certificates import make_certificate, server_context
from tests.support.smtp_sending import backend, message
from tests.support.smtp_server import SMTPServer

pytestmark = pytest.mark.sockets


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return server_context(*certificate)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_encrypted_way_is_taken_with_a_certificate_that_is_trusted(
    scheme: str, certificate: tuple[Path, Path], context: ssl.SSLContext
) -> None:
    with SMTPServer(**{"tls" if scheme == "smtps" else "starttls": context}) as smtp_server:
        url = f"{scheme}://127.0.0.1:{smtp_server.port}/?ca={certificate[0]}"
        assert backend(smtp_server, url=url).send_messages([message(), message()]) == 2
        assert smtp_server.connections == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_certificate_that_nobody_trusts_is_refused(scheme: str, context: ssl.SSLContext) -> None:
    with SMTPServer(**{"tls" if scheme == "smtps" else "starttls": context}) as smtp_server:
        with pytest.raises(ServerUnavailable, match=r"certificate verify failed.*add ca= with the file of its issuer"):
            backend(smtp_server, url=f"{scheme}://127.0.0.1:{smtp_server.port}").send_messages([message()])
        assert smtp_server.mails == []


def test_server_without_starttls_gets_no_mail() -> None:
    with SMTPServer() as smtp_server:
        with pytest.raises(ServerUnavailable, match=r"STARTTLS extension not supported.*offers less than EMAIL_URL asks for"):
            backend(smtp_server, url=f"smtp+starttls://127.0.0.1:{smtp_server.port}").send_messages([message()])
        assert smtp_server.mails == []


def test_server_that_insists_on_encryption_is_no_fault_of_the_mail(context: ssl.SSLContext) -> None:
    with (
        SMTPServer(starttls=context) as smtp_server,
        pytest.raises(ServerUnavailable, match="530 Must issue a STARTTLS command first"),
    ):
        backend(smtp_server).send_messages([message()])


def test_smtps_to_a_plain_port_says_what_to_check() -> None:
    with SMTPServer() as smtp_server, pytest.raises(ServerUnavailable, match="port and scheme in EMAIL_URL belong together"):
        backend(smtp_server, url=f"smtps://127.0.0.1:{smtp_server.port}/?timeout=60").open()


def test_login_is_made_when_given() -> None:
    with SMTPServer(login=("ada", "p/w:@")) as smtp_server:
        url = f"smtp://ada:p%2Fw%3A%40@127.0.0.1:{smtp_server.port}"
        assert backend(smtp_server, url=url).send_messages([message()]) == 1


def test_wrong_password_and_none_are_no_fault_of_the_mail() -> None:
    with SMTPServer(login=("ada", "right")) as smtp_server:
        with pytest.raises(ServerUnavailable, match=r"535 .*Check the name and password in EMAIL_URL") as caught:
            backend(smtp_server, url=f"smtp://ada:wrong@127.0.0.1:{smtp_server.port}").open()
        with pytest.raises(ServerUnavailable, match=r"530 .*Authentication required"):
            backend(smtp_server).send_messages([message()])
    assert "wrong" not in str(caught.value)


def test_djangos_send_mail_may_bring_its_own_login(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
    with SMTPServer(login=("ada", "right")) as smtp_server:
        settings.EMAIL_URL = f"smtp://ada:wrong@127.0.0.1:{smtp_server.port}"
        assert send_mail("Hi", "A text.", "a@example.org", ["b@example.net"], auth_user="ada", auth_password="right") == 1
