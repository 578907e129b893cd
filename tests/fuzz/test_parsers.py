"""Damaged texts for every parser: it reads them, or refuses them in its own words."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutations import raw
from tests.fuzz.parsers import PARSERS


@pytest.mark.parametrize("name", PARSERS)
def test_parser_refuses_in_its_own_words(name: str) -> None:
    parser = PARSERS[name]
    damaged = st.integers(0, 2**32).map(lambda seed: raw(Random(seed), parser.samples))

    @given(damaged | st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
    def check(text: bytes) -> None:
        with suppress(*parser.errors):
            parser.parse(text)

    check()
