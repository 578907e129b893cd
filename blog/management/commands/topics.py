"""`manage.py topics`: the topics of the public posts, beside the tags that they agree with."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from blog.models import BlogPage
from blog.suggestions.stored import public_posts
from blog.suggestions.topic_report import Report, Topic, report
from blog.suggestions.topics import MOST_TOPICS, Method, TopicsUnavailable, usual_number

HELP = """Find the topics of each blog's public posts: their words and posts, the tags that agree with each, the tags whose
posts are of several topics, and those whose posts are of the same (docs/suggestions.md). Needs requirements-topics.txt.
Nothing is written."""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--topics", type=number_of_topics, metavar="N", help="default: by the number of posts, 5 to 40")
        parser.add_argument("--method", choices=[each.value for each in Method], default=Method.NMF, help="default: nmf")
        parser.add_argument(
            "--language", choices=sorted(dict(settings.LANGUAGES)), default=settings.LANGUAGE_CODE, help="of the posts"
        )
        parser.add_argument("--json", action="store_true", help="as a list, with one object a blog")

    def handle(self, **options: Any) -> None:
        found = {}
        for blog in BlogPage.objects.order_by("pk"):
            posts = list(public_posts(blog))
            number = options["topics"] or usual_number(len(posts))
            try:
                found[blog] = report(posts, number, Method(options["method"]), options["language"])
            except TopicsUnavailable as error:
                raise CommandError(f"{blog}: {error}") from error
        if options["json"]:
            listed = [{"blog": blog.title, **each.as_json()} for blog, each in found.items()]
            self.stdout.write(json.dumps(listed, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n\n".join("\n".join(lines(str(blog), each)) for blog, each in found.items()))


def number_of_topics(text: str) -> int:
    """Read a number of topics. Raise ArgumentTypeError with what may be given."""
    if text.isdecimal() and 2 <= int(text) <= MOST_TOPICS:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no number of topics: 2 to {MOST_TOPICS}")


def lines(blog: str, found: Report) -> Iterator[str]:
    """Yield a report as lines of text."""
    yield f"{blog}: {len(found.topics)} topics of {found.posts} posts ({found.method})"
    for topic in found.topics:
        yield from _of_topic(topic)
    names = {topic.number: ", ".join(topic.words[:3]) for topic in found.topics}
    yield "\nTags that would be split:" if found.split else "\nNo tag would be split."
    for split in found.split:
        parts = "; ".join(f"{posts} of topic {number} ({names[number]})" for number, posts in split.parts)
        yield f"  {split.tag}, {split.posts} posts: {parts}"
    yield "\nTags that would be merged:" if found.merge else "\nNo tags would be merged."
    for merge in found.merge:
        yield f"  {' + '.join(merge.tags)}: alike by {merge.similarity}, together in {merge.together} posts"


def _of_topic(topic: Topic) -> Iterator[str]:
    yield f"\n{topic.number}. {', '.join(topic.words)} ({topic.posts} posts)"
    for tag in topic.tags:
        yield f"   tag {tag.tag}: {tag.posts} posts in common, Jaccard {tag.jaccard}, PMI {tag.pmi}"
    for example in topic.examples:
        yield f"   {example.share:.0%} “{example.title}”"
