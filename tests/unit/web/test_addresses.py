import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.addresses import Address, AddressError, normalise, suggest


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ada@example.org", Address("ada@example.org", "example.org")),
        ("  Ada+Notes@Example.ORG\u200b ", Address("Ada+Notes@example.org", "example.org")),
        ("mailto:ada@example.org", Address("ada@example.org", "example.org")),
        ("<ada@example.org>", Address("ada@example.org", "example.org")),
        ("o'hara.x_y=1@example.org", Address("o'hara.x_y=1@example.org", "example.org")),
        ('"a b"@example.org', Address('"a b"@example.org', "example.org")),
        ('"ada"@example.org', Address("ada@example.org", "example.org")),
        ("ada@münchen.de", Address("ada@münchen.de", "xn--mnchen-3ya.de")),
        ("ada@xn--mnchen-3ya.de", Address("ada@münchen.de", "xn--mnchen-3ya.de")),
        ("ada@faß.de", Address("ada@faß.de", "xn--fa-hia.de")),
        ("ada@例え.jp", Address("ada@例え.jp", "xn--r8jz45g.jp")),
        ("a" * 64 + "@example.org", Address("a" * 64 + "@example.org", "example.org")),
    ],
)
def test_normalise_gives_one_spelling(typed: str, address: Address) -> None:
    assert normalise(typed) == address


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Please give your e-mail address."),
        ("ada", "it has no @."),
        ("@example.org", "nothing stands before the @."),
        ("ada@", "nothing stands after the @."),
        ("a..b@example.org", "two dots in a row"),
        ("a b@example.org", "before the @ stands what cannot stand there: a blank."),
        ("ada@example..org", "two dots in a row"),
        ("ada@localhost", "has no dot"),
        ("ada@host.invalid", "set apart for other uses"),
        ("ada@[192.0.2.1]", "no number in brackets"),
        ("Ada <ada@example.org>", "more than the address alone"),
        ("a@b@example.org", "after the @ stands what cannot stand there: '@'."),
        ("a" * 65 + "@example.org", "too long before the @."),
        ("ada@example.org\nBcc: eve@example.org", "U+000A"),
        ("ada\r\nBcc:eve@example.org", "U+000D"),
        ("ada@example.org\0", "U+0000"),
    ],
)
def test_normalise_refuses_with_the_reason(typed: str, words: str) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(typed)
    assert words in str(caught.value)


@pytest.mark.parametrize("typed", ["дима@пример.рф", "josé@example.org", '"ö"@example.org'])
def test_normalise_takes_international_mailboxes_only_where_the_relay_does(typed: str) -> None:
    assert normalise(typed, smtputf8=True) == Address(typed.replace('"', ""), normalise(typed, True).domain)
    with pytest.raises(AddressError, match="mail server does not take those yet"):
        normalise(typed)


def test_normalise_composes_letters_and_marks() -> None:
    assert normalise("jose\u0301@example.org", smtputf8=True) == normalise("jos\u00e9@example.org", smtputf8=True)


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gmail.con", "ada@gmail.com"),
        ("ada@gmail,com", "ada@gmail.com"),
        ("ada@gmail", "ada@gmail.com"),
        ("ada@HOTMIAL.com", "ada@hotmail.com"),
        ("ada@notes.con", "ada@notes.com"),
        ("ada@notes.ogr", "ada@notes.org"),
        ("ada@gmail.com", ""),
        ("ada@gmx.de", ""),
        ("ada@example.org", ""),
        ("ada@mail.com", ""),
        ("ada b@gmial.com", ""),
        ("gmial.com", ""),
        ("ada@con", ""),
        ("ada@.con", ""),
        ("", ""),
    ],
)
def test_suggest_mends_slips_of_well_known_domains(typed: str, suggestion: str) -> None:
    assert suggest(typed) == suggestion


def test_a_refused_slip_carries_its_suggestion() -> None:
    with pytest.raises(AddressError) as caught:
        normalise("ada@gmail,com")
    assert caught.value.suggestion == "ada@gmail.com"


@given(st.text(max_size=80) | st.emails() | st.text(max_size=20).map(lambda name: f"{name}@example.org"))
def test_normalise_of_any_text_is_stable_or_a_sentence(typed: str) -> None:
    try:
        address = normalise(typed, smtputf8=True)
    except AddressError as error:
        assert str(error).endswith((".", ")"))
    else:
        assert normalise(address.text, smtputf8=True) == address
        assert address.domain.isascii()
        assert not any(sign in address.text for sign in "\r\n\0")
