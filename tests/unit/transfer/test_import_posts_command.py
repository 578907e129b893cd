from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from blog.models import BlogPage, PostPage
from tests.support.checkout import ROOT
from tests.support.factories import make_author, make_blog
from tests.support.importing import POST, command, names_of, post, simple, write_tree
from transfer.importing.report import ImportReport


def test_report_counts_every_file_and_names_refusals(blog: BlogPage, tmp_path: Path) -> None:
    text = POST.format(title="A") + '{% image "x.png" "X" %} {% if y %}\n'
    root = write_tree(tmp_path, {"a.md": text, "b.md": POST.format(title="B"), "tags.md": POST.format(title="T"), "c.txt": ""})
    status, said = command(root)
    assert (status, said.splitlines()) == (
        1,
        [
            "refused: tags.md:1: “tags” is an address of the site itself: give the post another, with “slug: …”.",
            "Template tags turned into Markdown: image 1.",
            "Template tags not shown (--shortcodes says what they mean): if 1.",
            "Left alone: .txt 1.",
            "Also: new tags 2, images not found 1.",
            "2 imported, 0 changed, 0 unchanged, 1 refused: 3 files.",
        ],
    )
    (root / "tags.md").unlink()
    assert command(root) == (0, "Left alone: .txt 1.\n0 imported, 0 changed, 2 unchanged, 0 refused: 2 files.\n")


def test_dry_run_says_so(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": POST.format(title="A")})
    status, said = command(root, "--dry-run")
    assert (status, said.splitlines()[-1]) == (
        0,
        "Dry run, nothing was written. It would be: 1 imported, 0 changed, 0 unchanged, 0 refused: 1 file.",
    )


def test_missing_images_are_named_on_request(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a.md": POST.format(title="A") + "![](x.png)\n"})
    assert "image not found: a.md: x.png" in command(root, "-v2")[1]


EXPORTS = ROOT / "tests/support/exports"


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("wordpress.xml", "14 imported, 0 changed, 0 unchanged, 1 refused: 15 posts."),
        ("ghost.json", "8 imported, 0 changed, 0 unchanged, 0 refused: 8 posts."),
        ("feed.rss", "3 imported, 0 changed, 0 unchanged, 1 refused: 4 posts."),
        ("feed.atom", "2 imported, 0 changed, 0 unchanged, 0 refused: 2 posts."),
        ("feed.json", "2 imported, 0 changed, 0 unchanged, 0 refused: 2 posts."),
        ("bookmarks.html", "3 imported, 0 changed, 0 unchanged, 1 refused: 4 posts."),
        ("dokuwiki", "4 imported, 0 changed, 0 unchanged, 1 refused: 5 files."),
    ],
)
def test_export_is_recognised(name: str, summary: str, blog: BlogPage) -> None:
    status, said = command(EXPORTS / name, "--dry-run")
    assert (status, said.splitlines()[-1]) == (
        int("0 refused" not in summary),
        f"Dry run, nothing was written. It would be: {summary}",
    )
    assert not PostPage.objects.exists()


def test_folder_without_markdown_is_searched_for_exports(blog: BlogPage, tmp_path: Path) -> None:
    write_tree(tmp_path, {name: (EXPORTS / name).read_bytes() for name in ("feed.atom", "ghost.json")})
    assert "10 imported" in command(tmp_path, "--dry-run")[1]
    assert "2 imported" in command(tmp_path, "--dry-run", "--format=feed")[1]
    write_tree(tmp_path, {"a.md": POST.format(title="A")})
    assert "1 imported" in command(tmp_path, "--dry-run")[1]


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("feed.rss", "ghost", "refused: feed.rss:1: The JSON cannot be read"),
        ("ghost.json", "wordpress", "refused: ghost.json:1: The XML cannot be read"),
        ("ghost.json", "dokuwiki", "refused: ghost.json:1: This is no DokuWiki"),
    ],
)
def test_format_that_is_wrong_is_refused(name: str, given: str, reason: str, blog: BlogPage) -> None:
    status, said = command(EXPORTS / name, f"--format={given}")
    assert (status, reason in said) == (1, True)


def test_nothing_to_import_is_said(blog: BlogPage, tmp_path: Path) -> None:
    assert "There is nothing at these paths that can be imported" in command(write_tree(tmp_path, {"a.txt": "x"}))[1]


def test_options_reach_the_posts(blog: BlogPage, tmp_path: Path) -> None:
    make_author("ada")
    text = "---\ntitle: Caf\xe9\ndate: 2018-05-31\ntags: [a, post]\n---\n"
    root = write_tree(tmp_path, {"a.md": text.encode("latin-1")})
    given = ["--timezone=Asia/Tokyo", "--author=@ada", "--encoding=latin1", "--without-tag=post", "--permalink=/:year/:title/"]
    assert command(root, *given, "--as-draft", "--root", root)[0] == 0
    page = post("a")
    found = (page.title, page.live, page.published.isoformat(), page.authors[0].handle, [tag.name for tag in page.tags.all()])
    assert found == ("Café", False, "2018-05-30T15:00:00+00:00", "ada", ["a"])
    assert page.redirect_set.get().old_path == "/2018/a"


def test_logins_are_named_and_get_names_by_a_file(blog: BlogPage, tmp_path: Path) -> None:
    root = write_tree(
        tmp_path / "site", {"a.md": simple("A", authors="[noah, 18F, eve]"), "b.md": simple("B", author="Eve Hart")}
    )
    advice = "Authors whose names look like logins (--authors FILE gives their names):"
    assert f"{advice} eve, noah.\n" in command(root)[1]
    (tmp_path / "authors.json").write_text('{"Noah": {"name": "Noah Kunin"}, "eve": "Eve Hart", "mhz": "Michelle Hertzfeld"}')
    write_tree(root, {"c.md": simple("C", authors="[mhz, noah]")})
    said = command(root, "--authors", tmp_path / "authors.json")[1]
    assert (advice in said, "authors renamed 1" in said) == (False, True)  # “Eve Hart” is another author already
    assert [names_of(post(slug)) for slug in "abc"] == [
        ["Noah Kunin", "18F", "eve"],
        ["Eve Hart"],
        ["Michelle Hertzfeld", "Noah Kunin"],
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere"], "nowhere cannot be read: No such file or directory."),
        ([".", "--author", "nobody"], "There is no author “nobody”."),
        ([".", "--blog", "nothing"], "No blog answers to that"),
        ([".", "--timezone", "Mars"], "“Mars” is no time zone"),
        ([".", "--timezone", "../../etc/passwd"], "is no time zone"),
        ([".", "--permalink", "/:nonsense/"], "cannot be filled"),
        ([".", "--encoding", "nonsense"], "is no encoding"),
        ([".", "--shortcodes", "nowhere"], "nowhere cannot be read"),
        ([".", "--shortcodes", "wrong.yml"], "wrong.yml:1: “picture!” is no meaning of the tag “pic”: write one of "),
        ([".", "--authors", "nowhere"], "nowhere cannot be read"),
        (
            [".", "--authors", "nameless.yml"],
            "nameless.yml:2: “eve” has no name of at most 200 characters: write a line such as",
        ),
        ([".", "--jobs", "0"], "no number of processes"),
        ([".", "--root", "nowhere"], "is no folder"),
        ([], "PATH"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(
    arguments: list[str], reason: str, blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"wrong.yml": "pic: picture!\n", "nameless.yml": "ada: Ada Lovelace\neve: {twitter: eve}\n"})
    with pytest.raises(CommandError, match=reason):
        call_command("import_posts", *arguments)


def test_several_blogs_must_be_chosen_from(blog: BlogPage, tmp_path: Path) -> None:
    other = make_blog("other.example", default=False)
    with pytest.raises(CommandError, match=f"There are: .*{other.slug} .*other.example"):
        call_command("import_posts", str(tmp_path))


@pytest.mark.django_db
def test_without_a_blog_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no blog yet"):
        call_command("import_posts", str(tmp_path))


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("import_posts", "--help")
    said = capsys.readouterr().out
    for option in (
        "--dry-run",
        "--overwrite",
        "--as-draft",
        "--blog",
        "--site",
        "--timezone",
        "--permalink",
        "--shortcodes",
        "weekdate",
        "--jobs",
        "--format",
        "--fetch-images",
        "examples:",
    ):
        assert option in said


def test_report_prints_no_control_characters() -> None:
    report = ImportReport()
    report.add_refusal("a\x1b[31m\udcff.md", 3, "No.")
    assert report.text().splitlines()[0] == "refused: a\\x1b[31m\\udcff.md:3: No."
