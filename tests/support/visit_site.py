"""Visit a site with the settings that the environment gives, and print what it responds, as JSON: for the matrix of settings.

`DATABASE_URL=… TAG_LIMIT=3 python -m tests.support.visit_site PATH …` requests each path twice, as an anonymous reader. The
first time, `--second-site` makes ready for that: the blog is at http://testserver/ then, and elsewhere a site that is no blog.
"""

import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OTHER_HOST = "other.example"


def main(paths: list[str]) -> None:
    sys.path.insert(0, str(ROOT / "site"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    gc.disable()  # nearly all that is made while this process runs is imported, and stays
    django.setup()
    if paths[0] == "--second-site":
        add_second_site()
        del paths[0]
    from blog.caching.response import response_cache

    twice = [{path: visit(path) for path in paths} for _ in range(2)]
    others = {path: visit(path, OTHER_HOST)["status"] for path in ("/", "/about/", "/tags/")}
    json.dump({"pages": twice, "other site": others, "cached": response_cache.size}, sys.stdout)


def add_second_site() -> None:
    from wagtail.models import Page, Site

    Site.objects.update(hostname="testserver", port=80)
    other = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other.add_child(instance=Page(title="About", slug="about"))
    Site.objects.create(hostname=OTHER_HOST, port=80, root_page=other)


def visit(path: str, host: str = "testserver") -> dict[str, Any]:
    """Return the status and the text of a response; both of the page that it leads to, if it does."""
    from django.test import Client

    response = Client(headers={"host": host}).get(path)
    body = b"".join(response) if response.streaming else response.content
    return {"status": response.status_code, "text": body.decode(errors="replace")}


if __name__ == "__main__":
    main(sys.argv[1:])
