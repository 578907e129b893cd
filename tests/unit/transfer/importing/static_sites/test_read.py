from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.importing import read, simple, write_tree
from transfer.importing.source import Refusal
from transfer.importing.static_sites import (
    dates,
    fields,
    file_names,
    formula_escapes,
    languages,
    permalink_patterns,
    permalinks,
)
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.find import find_files
from transfer.importing.static_sites.front_matter import split_front_matter
from transfer.importing.static_sites.template_tags import arguments, code_tags

MODULES = (permalinks, permalink_patterns, arguments, code_tags, dates, fields, file_names, formula_escapes, languages)
NOON = datetime(2018, 5, 31, 12, tzinfo=UTC)


def test_examples_in_docstrings() -> None:
    import doctest

    assert [doctest.testmod(module).failed for module in MODULES] == [0] * len(MODULES)


@pytest.mark.parametrize(
    "header",
    [
        "---\ntitle: A\ntags: [x, y z]\ndraft: true\n---\n",
        "---\ntitle: A\ntags:\n  - x\n  - y z\ndraft: yes\n...\n",
        '---yaml\ntitle: "A"\ntags: "x, y z"\npublished: false\n---\n',
        '+++\ntitle = "A"\ntags = ["x", "y z"]\ndraft = true\n+++\n',
        '+++\ntitle = "A"\ndraft = true\n[taxonomies]\ntags = ["x", "y z"]\n+++\n',
        '---toml\ntitle = "A"\ntopics = ["x", "y z"]\ndraft = true\n---\n',
        '---json\n{"title": "A", "categories": ["x", "y z"], "draft": true}\n---\n',
        '{"title": "A", "tags": ["x", "y z"], "status": "draft"}\n',
    ],
)
def test_front_matter_of_every_kind_says_the_same(header: str, tmp_path: Path) -> None:
    post = read(tmp_path, header + "Text.")
    assert (post.title, post.tags, post.draft, post.body) == ("A", ("x", "y z"), True, "Text.")


@pytest.mark.parametrize(
    ("lines", "tags"),
    [
        ("tags: a b", ("a", "b")),
        ("tags: a, b c", ("a", "b c")),
        ("tags: [no, on, 1.10, 2014, C#]", ("no", "on", "1.10", "2014", "C#")),
        ("tags: [a, A]\ncategories: b\ntopics: [c, a]", ("a", "b", "c")),
        ("tags: ['#a', ' b  c ', '', null]", ("a", "b c")),
        ("tags:", ()),
        ("tags: [日本, naïve, .NET]", ("日本", "naïve", ".NET")),
    ],
)
def test_tags_as_lists_and_texts(lines: str, tags: tuple[str, ...], tmp_path: Path) -> None:
    assert read(tmp_path, f"---\ntitle: T\n{lines}\n---\nText.").tags == tags


def test_tags_left_out_on_request(tmp_path: Path) -> None:
    post = read(tmp_path, "---\ntags: [Posts, a]\n---\nText.", without_tags=frozenset({"posts"}))
    assert post.tags == ("a",)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-05-31", datetime(2018, 5, 31, tzinfo=UTC)),
        ("2018/5/31 12:00", NOON),
        ("20180531", datetime(2018, 5, 31, tzinfo=UTC)),
        ("2018-05-31 05:00:00 -0700 PDT", NOON),
        ("2018-05-31 12:00:00 +0000 UTC", NOON),
        ("5/31/2018", datetime(2018, 5, 31, tzinfo=UTC)),
        ("31/5/2018", datetime(2018, 5, 31, tzinfo=UTC)),
        ("1/2/2006", datetime(2006, 1, 2, tzinfo=UTC)),
        ("31.05.2018 12:00", NOON),
        ("2018-05-31T12:00:00Z", NOON),
        ("2018-05-31T12:00:00.123+00:00", NOON),
        ("2018-05-31 08:00:00 -0400", NOON),
        ("2018-05-31 08:00:00 -4", NOON),
        ("2018-05-31 14:00 Europe/Vienna", NOON),
        ("2018-05-31 08:00 EDT", NOON),
        ("Thu, 31 May 2018 12:00:00 GMT", NOON),
        ("2018-05-31 09:00:00 UTC-03:00", NOON),
        ("31 May 2018", datetime(2018, 5, 31, tzinfo=UTC)),
        ("May 31st, 2018 12:00 PM", NOON),
        ("1527768000", NOON),
    ],
)
def test_dates_as_people_write_them(text: str, moment: datetime) -> None:
    assert parse_date(text, UTC) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "2018-02-30", "2018-05-31 25:00", "0001-01-01", "31 Mai 2018", "2018-05-31 12:00 XYZ"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_date(text, UTC)


def test_naive_dates_are_in_the_given_zone(tmp_path: Path) -> None:
    post = read(tmp_path, "---\ndate: 2018-05-31 12:00\n---\nText.", time_zone=ZoneInfo("Asia/Tokyo"))
    assert post.published == NOON - timedelta(hours=9)


def test_header_is_the_date_before_the_name_is(tmp_path: Path) -> None:
    post = read(tmp_path, "---\ndate: 2019-01-02T03:04:05+01:00\n---\nText.")
    assert post.published == datetime(2019, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=1)))
    assert post.addresses == (
        "/2019/01/02/a-post",
        "/2019/1/2/a-post",
        "/2019/01/02/a-post.html",
        "/2018-05-31-a-post.html",
        "/2018/05/31/a-post",
        "/2018/5/31/a-post",
        "/2018/05/31/a-post.html",
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "empty"),
        (" \n\n", 1, "empty"),
        ("---\ntitle: A\n", 1, "never ends"),
        ("---\ntitle: A\ndate: [\n---\nText", 4, "YAML"),
        ("---\n- a\n---\nText", 2, "no list of “key: value”"),
        ("---\ntitle: A\ndate: 2018-13-01\n---\nText", 3, "2018-13-01"),
        ("---js\n{}\n---\nText", 1, "“js”"),
        ("+++\ntitle = A\n+++\nText", 2, "TOML"),
        ('{"title": \nText', 2, "JSON"),
        ("---\ntitle: A\n---\nText", 1, "no date"),
        ("Text", 1, "neither front matter nor a date"),
        ("---\na: &a x\nb: &b [*a]\nc: *b\n---\nText", 4, "alias"),
        ("---\ntitle: A\nx: " + "[" * 50_000 + "\n---\nText", 3, "nest"),
        ("---\n" + "- " * 30_000 + "\n---\nText", 2, "nested"),
        ('---\ntitle: "\\0"\n---\nText', 1, "NUL"),
        (b"---\ntitle: A\n---\nText \0", 4, "NUL"),
        (b"---\ntitle: caf\xe9\n---\nText", 2, "not utf-8"),
        ("---\ndate: 2018-05-31\ntags: [" + "x" * 101 + "]\n---\nText", 3, "longer than 100"),
    ],
)
def test_refusals_name_line_and_reason(text: str | bytes, line: int, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=reason) as refused:
        read(tmp_path, text, "a-post.md")
    assert refused.value.line == line
    assert refused.value.reason.endswith(".")


def test_tab_that_yaml_forbids_is_read_and_noted(tmp_path: Path) -> None:
    post = read(tmp_path, "---\ntitle: A\ntags:\n\t- x\n---\nText.")
    assert (post.tags, [note.line for note in post.notices]) == (("x",), [4])


def test_encodings_and_ends_of_lines(tmp_path: Path) -> None:
    text = "---\r\ntitle: Café\r\n---\r\nOne\r\ntwo\r"
    written = [text.encode("utf-8-sig"), text.encode("utf-16")]
    posts = [read(tmp_path, raw) for raw in written] + [read(tmp_path, text.encode("latin-1"), encoding="latin-1")]
    assert {(post.title, post.body) for post in posts} == {("Café", "One\ntwo")}


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("---\ntitle: A <em>b</em> & `c`\n---\nText", "A b & c", "Text"),
        ("---\ndraft: 1\n---\n\n# From the *text*\n\nText", "From the text", "Text"),
        ("---\ndraft: 1\n---\nFrom the text\n=====\nText", "From the text", "Text"),
        ("Text", "A post", "Text"),
        ("---\ntitle: " + "word " * 60 + "\n---\nText", "word " * 49 + "word…", "Text"),
    ],
)
def test_title_from_header_text_or_name(text: str, title: str, body: str, tmp_path: Path) -> None:
    post = read(tmp_path, text)
    assert (post.title, post.body) == (title, body)


def test_authors_in_order(tmp_path: Path) -> None:
    post = read(tmp_path, "---\nauthor: Ada Lovelace and Charles_Babbage\n---\nText.")
    assert (post.authors, post.body) == (("Ada Lovelace", "Charles_Babbage"), "Text.")
    assert read(tmp_path, "---\nauthors:\n- name: Ada\n  url: x\n---\n").authors == ("Ada",)


@pytest.mark.parametrize("key", ["subtitle", "Subtitle", "subheading"])
def test_subtitle_is_plain_text(tmp_path: Path, key: str) -> None:
    assert read(tmp_path, f"---\n{key}: 'In *short*: a &amp; b'\n---\nText.").subtitle == "In short: a & b"
    assert read(tmp_path, "Text.").subtitle == ""


def test_summary_is_plain_text(tmp_path: Path) -> None:
    post = read(tmp_path, '---\nexcerpt: See <a href="/x">**docs**</a> &amp; [more](/y).\n---\nText.')
    assert post.summary == "See docs & more."
    assert read(tmp_path, "Before *it*.\n\n<!--more-->\n\nAfter.").summary == "Before it."


def test_links_covers_and_other_dates(tmp_path: Path) -> None:
    text = "---\nlink: https://a.example/b\ncover:\n  image: c.jpg\nlastmod: 2018-06-01\nexpiryDate: 2018-07-01\n---\n"
    post = read(tmp_path, text)
    found = (post.link, post.cover, post.modified, post.expires)
    assert found == ("https://a.example/b", "c.jpg", datetime(2018, 6, 1, tzinfo=UTC), datetime(2018, 7, 1, tzinfo=UTC))


def test_markdown_is_found_and_the_rest_is_counted(tmp_path: Path) -> None:
    outside = write_tree(tmp_path / "outside", {"secret.md": "x", "more/secret.md": "x"})
    root = write_tree(
        tmp_path / "site",
        {
            "b.md": "x",
            "a/c.markdown": "x",
            "node_modules/x.md": "x",
            ".git/x.md": "x",
            "README.md": "x",
            "i.png": "x",
            "a/_index.md": "",
        },
    )
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "more").symlink_to(outside / "more")
    finding = find_files([root, root / "b.md"])
    assert [found.key for found in finding.files] == ["a/c.markdown", "b.md"]
    assert dict(finding.skipped) == {"symbolic link": 2, ".png": 1, "README.md": 1, "_index.md": 1}


def test_header_keys_keep_their_lines() -> None:
    header, body, first = split_front_matter("\n---\ntitle: A\n\nPublish-Date: x\n---\nText")
    assert header
    assert (header.lines, body, first) == ({"title": 3, "publishdate": 5}, "Text", 7)


def test_alias_of_a_scalar_is_its_value(tmp_path: Path) -> None:
    assert read(tmp_path, "---\na: &a x\ntags: [*a, y]\n---\nText.").tags == ("x", "y")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"$\\{a, b\\}$", r"$\{a, b\}$"),
        (r"$$\begin{aligned} a \\\\ b \end{aligned}$$", r"$$\begin{aligned} a \\ b \end{aligned}$$"),
        (r"$x\_1 + y\*z$ and $$x\_1$$", r"$x_1 + y*z$ and $$x\_1$$"),
        (r"$\text{max\_len} = x\_1$", r"$\text{max\_len} = x_1$"),
        (r"\$5\_ and `$x\_1$`", r"\$5\_ and `$x\_1$`"),
    ],
)
def test_backslashes_that_the_old_markdown_took_go(written: str, meant: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"---\ntitle: T\n---\n{written}").body == meant


def test_hostile_dollars_take_no_quadratic_time(tmp_path: Path) -> None:
    for text in ("$\\", "$$\\", "$a\\_", "\\_$"):
        read(tmp_path, f"---\ntitle: T\n---\n{text * 20_000}")


def test_address_that_leads_upwards_is_left_out_with_a_note(tmp_path: Path) -> None:
    post = read(tmp_path, "---\ntitle: T\ndate: 2020-01-02\naliases: [/../.., a/../b, /c..d/]\n---\nText.")
    assert [(notice.line, notice.sentence) for notice in post.notices] == [
        (4, f"Its old address {address} leads upwards: left out.") for address in ("/../..", "a/../b")
    ]
    assert "/c..d" in post.addresses


@pytest.mark.parametrize(
    ("name", "title", "slug"),
    [
        ("notes/2020/1/index.md", "A note of the day, without a title.", "a-note-of-the-day-without-a-title"),
        ("2020-04-28-1.md", "A note of the day, without a title.", "a-note-of-the-day-without-a-title"),
        ("2020-04-28-x1.md", "X1", "x1"),
    ],
)
def test_note_named_by_a_number_has_its_first_words_as_title(name: str, title: str, slug: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {".eleventy.js": ""})
    post = read(tmp_path, "---\ndate: 2020-04-28\n---\n\nA **note** of [the day](/x), without a title.\n\nMore.\n", name)
    assert (post.title, post.slug) == (title, slug)


def test_heading_that_repeats_the_title_is_left_out(tmp_path: Path) -> None:
    """VuePress shows the heading, not the title of the front matter; here it would stand there twice."""
    assert read(tmp_path, "---\ntitle: Tugs *and* ropes\n---\n\n# Tugs and Ropes\n\nText.\n").body == "Text."
    assert read(tmp_path, "---\ntitle: Tugs\n---\n# Ropes\n\nText.\n").body == "# Ropes\n\nText."


@pytest.mark.parametrize(
    ("name", "configuration"),
    [
        ("_config.yml", "timezone: America/New_York\n"),
        ("hugo.toml", 'timeZone = "America/New_York"\n'),
        ("pelicanconf.py", "TIMEZONE = 'America/New_York'\n"),
        ("conf.py", 'POSTS = ()\nTIMEZONE = "America/New_York"\n'),
    ],
)
def test_dates_without_a_zone_are_in_the_old_sites(name: str, configuration: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {name: configuration})
    assert read(tmp_path, simple(date="2020-01-02 12:00")).published == datetime(2020, 1, 2, 17, tzinfo=UTC)
    assert read(tmp_path, simple(date="2020-01-02 12:00 +0000")).published == datetime(2020, 1, 2, 12, tzinfo=UTC)
    given = read(tmp_path, simple(date="2020-01-02 12:00"), time_zone=UTC, time_zone_given=True)
    assert given.published == datetime(2020, 1, 2, 12, tzinfo=UTC)


def test_a_zone_that_there_is_not_is_none(tmp_path: Path) -> None:
    write_tree(tmp_path, {"_config.yml": "timezone: ../Mars\n"})
    assert read(tmp_path, simple(date="2020-01-02 12:00")).published == datetime(2020, 1, 2, 12, tzinfo=UTC)


def test_jekyll_reads_whole_timestamps_as_utc(tmp_path: Path) -> None:
    """As YAML does; what is none of its timestamps is in the zone of the site."""
    write_tree(tmp_path, {"_config.yml": "timezone: Asia/Tokyo\n"})
    assert read(tmp_path, simple(date="2020-01-02 12:00:00")).published == datetime(2020, 1, 2, 12, tzinfo=UTC)
    assert read(tmp_path, simple(date="2020-01-02 12:00")).published == datetime(2020, 1, 2, 3, tzinfo=UTC)
    assert read(tmp_path, simple(date="2020-01-02")).published == datetime(2020, 1, 1, 15, tzinfo=UTC)


def test_colons_that_yaml_forbids_are_read_with_a_note(tmp_path: Path) -> None:
    post = read(tmp_path, '---\ntitle: Go: a "tour"\ndate: 2018-05-31\ntags: [a, b]\n---\nText.\n')
    assert (post.title, post.tags) == ('Go: a "tour"', ("a", "b"))
    assert [(note.line, "colon" in note.sentence) for note in post.notices] == [(2, True)]


def test_address_that_ends_in_a_number_makes_no_slug(tmp_path: Path) -> None:
    post = read(tmp_path, simple(permalink="/web/jsconf/2013/"), "2013-06-14-jsconf-2013.md")
    assert (post.slug, post.addresses) == ("jsconf-2013", ("/web/jsconf/2013",))
