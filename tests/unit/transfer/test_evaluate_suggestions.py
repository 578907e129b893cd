"""`manage.py evaluate_suggestions`: the figures of a folder of posts, and by which split they were counted."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.unit.blog.suggestions.planted import planted_posts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty posts in the form of Jekyll."""
    for number, post in enumerate(planted_posts(40)):
        day = date(2020, 1, 1) + timedelta(days=number)
        front_matter = f"---\ntitle: {post.title}\ndate: {day}\ntags: {list(post.tags)}\n---\n"
        (tmp_path / f"post-{number}.md").write_text(f"{front_matter}{post.text}\n")
    return tmp_path


def test_figures_stand_beside_baselines_and_their_split(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heads, ways, figures = [], [], []
    for arguments in ([], ["--split", "random", "--seed", "2"], ["--split", "random", "--seed", "3"]):
        call_command("evaluate_suggestions", folder, *arguments)
        head, columns, *rows = capsys.readouterr().out.splitlines()
        assert columns.split() == "recall of 5 precision of 1 coverage".split()
        heads.append(head.partition(", with")[0].partition(". ")[2])
        ways.append([row[:20].strip() for row in rows[:4]])
        figures.append(rows[1])
    assert heads == ["Split by time: learnt from the first 32 posts", *["Split at random: learnt from any 32 posts"] * 2]
    assert ways == [["model", "most popular", "nearest neighbours", "TF-IDF centroid"]] * 3
    assert len(set(figures)) == 3


def test_folder_without_posts_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There are 0 posts with tags: ten are needed at least"):
        call_command("evaluate_suggestions", tmp_path)


def test_rare_tags_are_left_out_on_request(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "post-0.md").write_text("---\ntitle: A\ndate: 2020-01-01\ntags: [sailing, once, twice]\n---\nThe mast.\n")
    (folder / "post-1.md").write_text("---\ntitle: B\ndate: 2020-01-02\ntags: [sailing, twice]\n---\nThe jib.\n")
    heads = []
    for least in ("1", "2", "3"):
        call_command("evaluate_suggestions", folder, "--least", least)
        heads.append(capsys.readouterr().out.partition(" tags;")[0].rpartition(" ")[2])
    assert [int(heads[0]) - int(head) for head in heads] == [0, 1, 2]
    with pytest.raises(CommandError, match="No tag has 33 of the posts that are learnt from"):
        call_command("evaluate_suggestions", folder, "--least", "33")
