"""Topics: found where scikit-learn is installed, with the tags that they agree with; where it is not, what helps."""

import json
from importlib.util import find_spec
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from blog.models import BlogPage
from blog.suggestions import topics
from blog.suggestions.text import TaggedPost
from blog.suggestions.topic_report import report
from blog.suggestions.topics import Method, TopicsUnavailable
from tests.support.factories import make_post
from tests.unit.blog.suggestions.planted import WORDS, planted_posts

needs_sklearn = pytest.mark.skipif(find_spec("sklearn") is None, reason="requirements-topics.txt is not installed")


def planted() -> list[TaggedPost]:
    """Posts with a tag each of the planted ones, but for “testing”; sailing and cooking are both “leisure” as well."""
    found = []
    for post in planted_posts(120):
        own = [tag for tag in post.tags if tag in WORDS]
        extra = ["leisure"] if {"sailing", "cooking"} & {*own} else []
        twin = ["plants"] if "gardening" in own else []
        if len(own) == 1:
            found.append(TaggedPost(post.title, post.text, tags=(*own, *extra, *twin), key=post.key))
    return found


@needs_sklearn
def test_planted_topics_are_found_with_their_tags() -> None:
    posts = planted()
    found = report(posts, 4, Method.NMF, "en")
    assert (found.method, found.posts, len(found.topics)) == ("nmf", len(posts), 4)
    best = {topic.tags[0].tag: topic for topic in found.topics}
    assert {"python", "sailing", "cooking"} < best.keys()
    python = best["python"]
    assert len({*python.words} & {*WORDS["python"].split()}) >= 7
    assert python.tags[0].jaccard > 0.8
    assert python.tags[0].pmi > 1
    assert all("python" in post.tags for post in posts if post.key in {example.key for example in python.examples})
    assert [(split.tag, len(split.parts)) for split in found.split] == [("leisure", 2)]
    assert ("gardening", "plants") in [merge.tags for merge in found.merge]
    assert report(posts, 4, Method.NMF, "en") == found


@needs_sklearn
def test_too_few_posts_are_refused_in_words() -> None:
    with pytest.raises(TopicsUnavailable, match="5 posts are too few for 5 topics: it takes 10 at least"):
        report(planted()[:5], 5, Method.NMF, "en")


@pytest.mark.django_db
@needs_sklearn
def test_command_tells_of_public_posts_alone(blog: BlogPage, capsys: pytest.CaptureFixture[str]) -> None:
    for post in planted()[:30]:
        make_post(blog, " ".join(post.tags), title=post.title, body=post.text)
    make_post(blog, "cooking", title="Hidden draft", body="zucchini " * 20, live=False)
    call_command("topics", "--topics", "4", "--json")
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["blog"], found["posts"], len(found["topics"])) == (blog.title, 30, 4)
    call_command("topics", "--method", "lda", "--topics", "3", "--language", "de")
    text = capsys.readouterr().out
    assert text.startswith(f"{blog}: 3 topics of 30 posts (lda)")
    assert "zucchini" not in text
    assert "Hidden draft" not in text


@pytest.mark.django_db
def test_without_scikit_learn_the_cure_is_named(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match=r"not installed here\. What helps: pip install -r requirements-topics\.txt"):
        call_command("topics")


@pytest.mark.parametrize("number", ["1", "101", "many"])
def test_number_of_topics_is_bounded(number: str) -> None:
    with pytest.raises(CommandError, match=f"'{number}' is no number of topics: 2 to 100"):
        call_command("topics", "--topics", number)


def test_words_are_counted_by_their_stems_in_the_language() -> None:
    from blog.terms import stem

    words: Any = {language: [stem(word, language) for word in ("Bäume", "Baum", "trees")] for language in ("de", "en", "ja")}
    assert words == {"de": ["baum", "baum", "trees"], "en": ["baum", "baum", "tree"], "ja": ["baume", "baum", "trees"]}
