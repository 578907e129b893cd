"""A code of the second factor signs in once, whatever comes at the same moment."""

from pathlib import Path

import pytest

from tests.support.publishing_processes import hear, processes, tell
from tests.support.second_factor import code_of, give_second_factor
from tests.support.signing_in import make_user

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
BROWSERS = 4


@pytest.mark.parametrize("kind", ["authenticator", "recovery code"])
def test_code_given_in_several_browsers_at_once_signs_one_in(tmp_path: Path, kind: str) -> None:
    ada = make_user()
    key, codes = give_second_factor(ada)
    with processes([["give_code", "ada"]] * BROWSERS, tmp_path) as browsers:
        code = code_of(key) if kind == "authenticator" else codes[0]
        for browser in browsers:
            tell(browser, code)
        assert sorted(hear(browser) for browser in browsers) == [False] * (BROWSERS - 1) + [True]
