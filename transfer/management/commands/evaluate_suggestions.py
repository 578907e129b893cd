"""`manage.py evaluate_suggestions`: how well tags would be suggested for the posts of a folder."""

from argparse import ArgumentParser
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from blog.selections.slugs import fold_name
from blog.suggestions.evaluation import LEARNT, Evaluation, Split, evaluate
from blog.suggestions.text import TaggedPost
from transfer.importing.find import PostFinder
from transfer.importing.prepare import read_file
from transfer.importing.source import ImportOptions, SourcePost
from transfer.importing.workers import WorkerPool

HELP = f"""Say how well tags would be suggested for posts that have some: the model learns from {LEARNT:.0%} of them,
the first in order of time or (--split random) any, and is asked for the tags of the rest. Of each PATH (as for
import_posts): recall among the first five, precision of the first, and the share of posts for which anything is suggested;
beside the same figures of simpler ways, of LDA where requirements-topics.txt is installed. Nothing is written."""
SPLITS = {Split.TIME: "Split by time: learnt from the first {}", Split.RANDOM: "Split at random: learnt from any {}"}


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="posts, each PATH a blog of its own")
        parser.add_argument("--split", choices=[each.value for each in Split], default=Split.TIME, help="default: time")
        parser.add_argument("--seed", type=int, default=1, help="of --split random; default: 1")
        parser.add_argument(
            "--least", type=int, default=1, metavar="N", help="count tags of at least N learnt posts alone; default: 1"
        )

    def handle(self, **options: Any) -> None:
        for path in options["paths"]:
            try:
                evaluation = evaluate(read_posts(path), Split(options["split"]), options["seed"], options["least"])
                self.stdout.write(table(path.name, evaluation))
            except ValueError as error:
                raise CommandError(f"{path}: {error}") from error


def read_posts(path: Path) -> list[TaggedPost]:
    """Return the published posts at a path in order of time. Raise CommandError where there is no such path."""
    with ExitStack() as stack:
        try:
            found = PostFinder(ImportOptions(), stack).find([path])
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        with WorkerPool(len(found.files), None) as workers:
            read = [prepared.post for prepared in workers.map(partial(read_file, options=ImportOptions()), found.files)]
    published = [(post.published, post) for post in read if post and post.published and not post.draft]
    return [_tagged(post) for _, post in sorted(published, key=lambda each: each[0])]


def _tagged(post: SourcePost) -> TaggedPost:
    return TaggedPost(
        title=post.title,
        text=post.body,
        summary=f"{post.subtitle}\n{post.summary}",
        authors=post.authors,
        tags=tuple(dict.fromkeys(fold_name(tag) for tag in post.tags)),
    )


def table(name: str, evaluation: Evaluation) -> str:
    """Return the figures as lines of text."""
    lines = [
        f"{name}. {SPLITS[evaluation.split].format(evaluation.learnt)} posts, with {evaluation.tags} tags; asked for the other "
        f"{evaluation.asked}, {evaluation.left_out} left out (no tag learnt); {evaluation.unknown:.0%} of tags are new.",
        f"{'':20} recall of 5  precision of 1  coverage",
    ]
    lines += [
        f"{way:20} {figures.recall:11.3f} {figures.precision:15.3f} {figures.coverage:9.3f}"
        for way, figures in evaluation.figures.items()
    ]
    return "\n".join(lines)
