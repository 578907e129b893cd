"""Which tags are suggested for a text, and whether the reasons are true."""

from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from blog.suggestions import stored, training
from blog.suggestions.evaluation import evaluate
from blog.suggestions.model import Reason, SuggestionModel
from blog.suggestions.stored import StoredModel
from blog.suggestions.text import Draft, TaggedPost, terms_of
from blog.suggestions.training import train
from tests.unit.blog.suggestions.planted import planted_posts


@cache
def model() -> SuggestionModel:
    return train(planted_posts())


def test_tags_of_similar_posts_are_suggested_with_those_posts() -> None:
    draft = Draft("A day at sea", "The mast and the jib, the tide, a buoy: tacking to the harbour")
    first = model().suggest(draft)[0]
    assert (first.tag, first.reason.kind) == ("sailing", "posts")
    tags = {post.key: post.tags for post in planted_posts()}
    assert all("sailing" in tags[key] for key in first.reason.posts)


def test_name_in_the_title_is_the_reason() -> None:
    found = {one.tag: one.reason for one in model().suggest(Draft("Cooking for sailors", "An onion in the saucepan"))}
    assert found["cooking"] == Reason("title")


def test_tags_that_are_often_with_a_chosen_one_are_suggested() -> None:
    found = {one.tag: one.reason for one in model().suggest(Draft("Wind", "tide people"), ["python"])}
    assert found["testing"] == Reason("together", tag="python")
    assert "python" not in found


def test_nothing_is_suggested_without_a_reason() -> None:
    assert model().suggest(Draft("Zzyzx", "Qwertz")) == []
    assert train([]).suggest(Draft("Gardening", "soil")) == []


def test_a_post_is_not_compared_with_itself() -> None:
    post = planted_posts()[10]
    reasons = [one.reason for one in model().suggest(post, without=post.key)]
    assert reasons
    assert all(post.key not in reason.posts for reason in reasons)


def test_markup_and_addresses_are_no_words() -> None:
    text = 'Use [it](https://example.org/python "Title") <b class="x">now</b> &amp; 2018 a C++ https://example.net/ruby'
    assert terms_of(text) == ["use", "it", "now", "cplusplus"]


def test_sizes_are_bounded() -> None:
    trainer = training.Trainer()
    random = Random(1)
    for number in range(100):
        text = " ".join(random.sample([f"w{place}x" for place in range(1200)], 400))
        trainer.add(TaggedPost("", text, tags=("a",), key=number))
    made = trainer.model()
    assert max(np.bincount(made.posts.columns)) == training.POST_TERMS
    assert len(made.centroids.columns) == training.TAG_TERMS


def test_model_is_stored_and_read(tmp_path: Path) -> None:
    path = tmp_path / "models" / "1.model"
    stored.write(path, StoredModel(3, model()))
    read = stored.read(path)
    draft = Draft("A day at sea", "The mast and the jib, the tide, a buoy")
    assert (read.revision, read.model.suggest(draft)) == (3, model().suggest(draft))
    stored.write(path, StoredModel(4, train([])))
    assert stored.read(path).model.suggest(draft) == []
    assert [each.name for each in path.parent.iterdir()] == ["1.model"]


def test_planted_tags_are_found_better_than_by_popularity() -> None:
    figures = evaluate(planted_posts(100)).figures
    assert figures["model"].recall > 0.95
    assert figures["model"].precision > 0.9
    assert figures["most popular"].precision < 0.7
