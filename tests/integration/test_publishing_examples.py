"""The examples of docs/publishing.md do what they say, against a site that listens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site

from blog.models import PostPage
from publishing.scopes import LABELS
from publishing.tokens import make
from tests.support.editors import member_of
from tests.support.factories import make_blog
from tests.support.images import media, png

__all__ = ["media"]

pytestmark = [pytest.mark.sockets, pytest.mark.once, pytest.mark.django_db(transaction=True)]

GUIDE = Path(__file__).parents[2] / "docs" / "publishing.md"
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```(\w+)\n(.*?)```", re.DOTALL)
RUN = {"python": [sys.executable, "-c"], "sh": ["sh", "-ec"]}


def test_examples(live_server: LiveServer, tmp_path: Path, settings: LazySettings, media: Path) -> None:
    blog = make_blog()
    port = int(live_server.url.rpartition(":")[2])
    Site.objects.update(hostname="localhost", port=port)
    _token, text = make(member_of("Moderators", "Editors"), "Example", tuple(LABELS))
    variables = {"PATH": os.environ["PATH"], "SITE": live_server.url, "TOKEN": text, "BLOG": str(blog.pk)}
    (tmp_path / "sea.png").write_bytes(png("sea.png").read())
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    for name, language, code in EXAMPLE.findall(GUIDE.read_text()):
        run = subprocess.run(
            [*RUN[language], code], env=variables, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert (run.returncode, run.stderr) == (0, ""), name
        slug = run.stdout.strip().rstrip("/").rpartition("/")[2]
        assert PostPage.objects.get(slug=slug).live, (name, run.stdout)
    assert "![Waves](image:" in PostPage.objects.get(slug="the-sea-today").body
