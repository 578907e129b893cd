"""Every page of the demo, as a walk from link to link finds it, and every state of a page: valid, whole, true to itself."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import feedparser
import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from blog.models import BlogPage
from tests.support.browser import is_required
from tests.support.crawl import Response, broken_fragments, choices, crawl, fetch, is_inside
from tests.support.page_kinds import DECIDED, kinds
from tests.support.sample_customised_site import OWN
from tests.support.sample_sites import DEMO
from tests.unit.blog.feeds.test_feeds import atom_grammar, json_schema, needs_schemas

pytestmark = pytest.mark.django_db
once = pytest.mark.once  # the walk takes minutes to the same pages from every database

HOME = f"http://{DEMO}/"
VNU = Path(__file__).parents[2] / "node_modules/vnu-jar/build/dist/vnu.jar"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@pytest.fixture(scope="module")
def found(sample_sites: BlogPage) -> dict[str, Response]:
    """The demo's answers, by their addresses."""
    return crawl(HOME)


@pytest.fixture(scope="module")
def pages(found: dict[str, Response]) -> list[Response]:
    return [response for response in found.values() if response.is_page and response.status == 200]


@pytest.fixture(scope="module")
def states(sample_sites: BlogPage) -> Iterator[list[tuple[int, Response]]]:
    """Each kind of page, with the status it should have."""
    with override_settings(ROOT_URLCONF="tests.support.sample_urls"):
        yield [(kind.status, fetch(Client(), f"http://{kind.host}{kind.path}")) for kind in kinds()]


@pytest.fixture(scope="module")
def every(pages: list[Response], states: list[tuple[int, Response]]) -> list[Response]:
    """What the walk found, and the states that it did not."""
    return [*pages, *(response for _status, response in states)]


@once
def test_walk_finds_the_whole_demo(found: dict[str, Response]) -> None:
    assert len(found) > 1_000
    assert {f"{HOME}tags/", f"{HOME}streams/", f"{HOME}@maren/", f"{HOME}start-here/", f"{HOME}feed.atom"} <= set(found)


@once
def test_no_link_is_broken(found: dict[str, Response]) -> None:
    elsewhere = {address: response.status for address, response in found.items() if response.status != 200}
    static = {address for address in elsewhere if address.startswith(f"{HOME}static/")}
    assert {address for address in static if not finders.find(address.removeprefix(f"{HOME}static/"))} == set()
    assert {address.partition("?")[0]: status for address, status in elsewhere.items() if address not in static} == {
        f"{HOME}admin/": 302,  # to sign in
        f"{HOME}random/": 302,  # to a note
        f"{HOME}admin/indieauth/": 302,  # to sign in; the others are for programs with a token
        **dict.fromkeys((f"{HOME}micropub/", f"{HOME}indieauth/token/"), 401),
    }


@once
def test_no_link_leads_to_a_place_that_is_not_there(found: dict[str, Response], pages: list[Response]) -> None:
    assert {page.address: broken for page in pages if (broken := broken_fragments(page, found))} == {}


def test_every_state_has_its_status(states: list[tuple[int, Response]]) -> None:
    assert {response.address: response.status for status, response in states if response.status != status} == {}


@once
def test_every_text_says_its_charset(found: dict[str, Response], states: list[tuple[int, Response]]) -> None:
    """What is served of files in production is the web server's: `integration/deploy`."""
    responses = [*found.values(), *(response for _status, response in states)]
    texts = [one for one in responses if one.body and one.type.startswith("text/") and "/static/" not in one.address]
    texts += [one for one in responses if one.body and "xml" in one.type and not one.type.startswith("image/")]
    assert {one.address: one.type for one in texts if not one.type.endswith("; charset=utf-8")} == {}
    assert {one.address for one in responses if one.body and not one.type} == set()


@once
def test_html_is_valid(pages: list[Response], states: list[tuple[int, Response]], tmp_path: Path) -> None:
    """By the Nu HTML checker: every address of one choice, every state, and the style sheet."""
    java = shutil.which("java")
    if java is None or not VNU.exists():
        absence = (
            "The Nu HTML checker needs Java and `npm ci --ignore-scripts`: on Debian, install default-jre-headless and npm."
        )
        pytest.fail(absence) if is_required() else pytest.skip(absence)
    plain = [page for page in pages if choices(page.address) <= 1]
    checked = [*plain, *(response for _status, response in states)]
    for number, response in enumerate(checked):
        (tmp_path / f"{number}.html").write_bytes(response.body)
    for number, name in enumerate(("site.css", "formulas.css")):
        (tmp_path / f"{number}.css").write_bytes(Path(str(finders.find(name))).read_bytes())
    options = ["--format", "json", "--also-check-css", "--no-langdetect"]
    command = [java, "-Xss8m", "-XX:TieredStopAtLevel=1", "-jar", str(VNU), *options, str(tmp_path)]
    messages = json.loads(subprocess.run(command, capture_output=True, check=False).stderr)["messages"]
    assert [(checked[int(Path(message["url"]).stem)].address, message["message"]) for message in messages] == []


def trouble_with_headings(page: Response) -> list[str]:
    levels = [int(element.tag[1]) for element in page.tree.iter(*HEADINGS)]
    steps = [f"h{level} after h{before}" for before, level in zip([0, *levels], levels, strict=False) if level > before + 1]
    return steps if levels.count(1) == 1 else [f"{levels.count(1)} h1", *steps]


@once
def test_headings_are_one_tree(every: list[Response]) -> None:
    """In the order in which they are read; what stands beside the text comes after it in the source."""
    assert {page.address: trouble for page in every if (trouble := trouble_with_headings(page))} == {}


@once
def test_ids_are_unique(every: list[Response]) -> None:
    assert {
        page.address: twice for page in every if (twice := [id_ for id_, times in Counter(page.ids).items() if times > 1])
    } == {}


@once
def test_language_is_said(every: list[Response]) -> None:
    assert {page.tree.get("lang") for page in every} == {"en"}


@once
def test_titles_are_unique(pages: list[Response]) -> None:
    """Each selection, and whatever else has an address of its own, has a title of its own, however it is read."""
    titles: dict[str, set[str]] = {}
    for page in pages:
        titles.setdefault(page.tree.findtext("head/title"), set()).add(chosen_by(page.canonical or page.address))
    assert {title: addresses for title, addresses in titles.items() if len(addresses) > 1} == {}


def chosen_by(address: str) -> str:
    """An address without what says only how and from where to read on."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in ("q", "source", "year", "month", "with")]
    return f"{parts.path}?{urlencode(kept)}"


@once
def test_canonical_address_is_its_own(pages: list[Response], found: dict[str, Response]) -> None:
    wrong = {
        page.address: page.canonical
        for page in pages
        if page.canonical and (there := found.get(page.canonical)) and there.canonical != page.canonical
    }
    assert wrong == {}


def may_be_indexed(address: str) -> bool:
    """The rule for robots: a post and what one tag, author, stream or year chooses may be found; combinations may not."""
    parts, given = urlsplit(address), parse_qs(urlsplit(address).query)
    tags = unquote(parts.path).partition("/tags/")[2].strip("/")
    form = parts.path.endswith("/comment/")
    return not form and "+" not in tags and not tags.startswith("-") and not {"q", "with"} & set(given)


@once
def test_robots_are_kept_off_combinations(pages: list[Response]) -> None:
    alone = [page for page in pages if len(parse_qs(urlsplit(page.address).query)) + page.address.count("/@") <= 1]
    assert {page.address: page.is_indexed for page in alone if page.is_indexed != may_be_indexed(page.address)} == {}


@once
def test_facets_of_a_selection_are_not_followed(pages: list[Response]) -> None:
    followed = {
        page.address
        for page in pages
        if "/tags/" in page.address
        for link in page.tree.cssselect(".facets a")
        if link.get("rel") != "nofollow"
    }
    assert followed == set()


@once
def test_facets_say_what_they_do(found: dict[str, Response]) -> None:
    """To those who hear them, one link after another."""
    links = found[f"{HOME}tags/maths/"].tree.cssselect(".facets a")
    assert [link.get("aria-label") for link in links][:4] == [
        "add database, 1 note",
        "without database",
        "add editing, 1 note",
        "without editing",
    ]


@once
def test_nothing_is_fetched_from_elsewhere(every: list[Response]) -> None:
    fetched = {
        (page.address, target)
        for page in every
        for element, target in page.links()
        if element.tag not in ("a", "form") and element.get("rel") not in ("canonical",) and not is_inside(target, page.address)
    }
    assert fetched == set()


@once
def test_page_holds_neither_script_nor_style(every: list[Response]) -> None:
    forbidden = "script:not([type='application/ld+json']), body style, [style], iframe, object, embed, [onload], [onclick]"
    assert {page.address for page in every if page.tree.cssselect(forbidden)} == set()
    own = {page.address: len(page.tree.cssselect("style")) for page in every if page.tree.cssselect("style")}
    assert own == {f"http://{OWN}{kind.path}": 1 for kind in DECIDED}  # the accent, by its hash


@once
def test_only_forms_that_need_it_set_a_cookie(every: list[Response]) -> None:
    paths = {urlsplit(page.address).path: page.cookies for page in every if page.cookies}
    setting = {("comment" if path.endswith("/comment/") else path.split("/")[1], cookies) for path, cookies in paths.items()}
    assert setting == {("signup", ("csrftoken",)), ("_util", ("csrftoken",)), ("comment", ("csrftoken",))}


@once
def test_feeds_are_read_without_a_complaint(found: dict[str, Response]) -> None:
    feeds = [
        response for response in found.values() if response.type.startswith(("application/rss+xml", "application/atom+xml"))
    ]
    assert len(feeds) > 50
    assert {feed.address for feed in feeds if feedparser.parse(feed.body).bozo} == set()


@once
@needs_schemas
def test_feeds_are_valid(found: dict[str, Response]) -> None:
    """By the grammar of RFC 4287, and the schema of JSON Feed."""
    import jsonschema
    from lxml import etree

    grammar, schema = atom_grammar(), json_schema()
    for response in found.values():
        if "atom+xml" in response.type:
            grammar.assertValid(etree.fromstring(response.body))
        elif "feed+json" in response.type:
            jsonschema.validate(json.loads(response.body), schema)
