"""The parsers under atheris, which is guided by the code that a text reaches; it is none of the pinned packages.

`python -m tests.fuzz.coverage_guided PARSER [options of libFuzzer]`.
"""

import os
import sys
from contextlib import suppress

import atheris

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
sys.path.insert(0, "site")
with atheris.instrument_imports(include=["blog", "mail", "transfer", "web", "kimonote"]):
    import django

    django.setup()
    from tests.fuzz.parsers import PARSERS


def main() -> None:
    parser = PARSERS[sys.argv.pop(1)]

    def test_one_input(text: bytes) -> None:
        with suppress(*parser.errors):
            parser.parse(text)

    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
