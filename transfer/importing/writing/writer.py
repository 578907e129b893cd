"""Posts written in one transaction with all that belongs to them; when one of them cannot be, the others without it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.images.models import AbstractImage
from wagtail.models import Site

from blog.markdown import rendered_once
from blog.models import Author, BlogPage, ImportedFile, PostPage, Tag
from blog.models.revision import locked_revision, raise_revision
from transfer.importing.history import Known
from transfer.importing.prepare import Prepared
from transfer.importing.report import Report
from transfer.importing.source import Refusal, SourcePost
from transfer.importing.writing.build import build, state_of, written_fields
from transfer.importing.writing.bulk_create import add_posts
from transfer.importing.writing.get_or_create import Slugs, authors_named, tags_named
from transfer.importing.writing.redirects import redirect_to
from transfer.importing.writing.update import is_same_post, update_post


@dataclass(frozen=True, slots=True)
class Ready:
    """A post with all that it needs from outside of its file: its images are in the database, its text is rendered."""

    prepared: Prepared
    cover: AbstractImage | None = None
    known: Known | None = None

    @property
    def source(self) -> SourcePost:
        assert self.prepared.post
        return self.prepared.post

    @property
    def key(self) -> str:
        return self.prepared.found.key


class NotAll(Exception):
    """Some posts of a chunk are refused: the transaction is undone, and the others are written without them."""

    def __init__(self, refused: list[tuple[Ready, Refusal]]) -> None:
        super().__init__()
        self.refused = refused


@dataclass(slots=True)
class Names:
    """The tags and authors of a chunk by the names its files give them, and those made for it."""

    tags: dict[str, Tag]
    authors: dict[str, Author]
    made_tags: list[Tag] = field(default_factory=list)
    made_authors: list[Author] = field(default_factory=list)


class Writer:
    """Writes into one blog. In a rehearsal every transaction is undone."""

    def __init__(self, blog: BlogPage, report: Report, *, author: Author | None, dry_run: bool) -> None:
        self.blog, self.report, self.author, self.dry_run = blog, report, author, dry_run
        self.site: Site | None = blog.get_site()
        self.slugs = Slugs()

    def add(self, chunk: Sequence[Ready]) -> None:
        """Write new posts; raises NotAll when some of them cannot be."""
        now = timezone.now()
        with locked_revision():
            names = self._names(chunk)
            slugs = self.slugs.give(self.blog, [ready.source.slug for ready in chunk])
            posts: list[PostPage] = []
            refused: list[tuple[Ready, Refusal]] = []
            for ready, slug in zip(chunk, slugs, strict=True):
                try:
                    posts.append(build(ready.prepared, slug, self._fields(ready, names), self._tags(ready, names), now))
                except Refusal as refusal:
                    refused.append((ready, refusal))
            if refused:
                raise NotAll(refused)
            add_posts(self.blog, posts)
            redirected = self._redirect(list(zip(posts, chunk, strict=True)))
            self._remember(list(zip(posts, chunk, strict=True)))
            raise_revision([post.pk for post in posts])
            transaction.set_rollback(self.dry_run)
        self.slugs.keep(slugs)
        self._count(posts, chunk, names, redirected)

    def change(self, ready: Ready, *, overwrite: bool) -> None:
        """Write a changed file into its post; raises Refusal."""
        assert ready.known
        assert ready.known.post
        if not overwrite and not is_same_post(ready.known.post, ready.source):
            reason = "Another post was imported from a file of this name: rename the file, or let it win with --overwrite."
            raise Refusal(reason, ready.source.lines.get("title", 1))
        rendered = {ready.source.body: ready.prepared.rendered} if ready.prepared.rendered else {}
        with rendered_once(rendered), locked_revision():
            names = self._names([ready])
            post = update_post(ready.known.post, ready.prepared, self._fields(ready, names), self._tags(ready, names))
            redirected = self._redirect([(post, ready)])
            self._remember([(post, ready)])
            raise_revision([post.pk])
            transaction.set_rollback(self.dry_run)
        self.report.changed += 1
        self._count_names([ready], names, redirected)

    def _names(self, chunk: Sequence[Ready]) -> Names:
        tags, made_tags = tags_named({tag: None for ready in chunk for tag in ready.source.tags}.keys())
        first = {ready.source.authors[0]: None for ready in chunk if ready.source.authors}
        authors, made_authors = authors_named(first.keys())
        return Names(tags, authors, made_tags, made_authors)

    def _fields(self, ready: Ready, names: Names) -> dict[str, Any]:
        author = names.authors[ready.source.authors[0]] if ready.source.authors else self.author
        return written_fields(ready.source, ready.source.body, author, ready.cover, timezone.now())

    def _tags(self, ready: Ready, names: Names) -> list[Tag]:
        return list({names.tags[name].pk: names.tags[name] for name in ready.source.tags}.values())

    def _redirect(self, pairs: list[tuple[PostPage, Ready]]) -> int:
        if self.site is None:
            return 0
        count, elsewhere = redirect_to([(post, ready.source.addresses) for post, ready in pairs], self.site)
        by_post = {post.pk: ready for post, ready in pairs}
        for post, path in elsewhere:
            self.report.note(by_post[post.pk].key, 1, f"Its old address {path} leads somewhere else already.")
        return count

    def _remember(self, pairs: list[tuple[PostPage, Ready]]) -> None:
        known = [ready.known.pk for _, ready in pairs if ready.known]
        ImportedFile.objects.filter(pk__in=known).delete()
        ImportedFile.objects.bulk_create(
            ImportedFile(
                blog=self.blog,
                key=ready.key,
                digest=ready.prepared.digest,
                post=post,
                revision=post.latest_revision_id,
                live=post.live,
            )
            for post, ready in pairs
        )

    def _count(self, posts: list[PostPage], chunk: Sequence[Ready], names: Names, redirected: int) -> None:
        self.report.imported += len(posts)
        self.report.states.update(state for post in posts if (state := state_of(post)))
        for post, ready in zip(posts, chunk, strict=True):
            if post.slug != ready.source.slug:
                self.report.note(ready.key, 1, f"“{ready.source.slug}” is taken: the post is at /{post.slug}/.")
        self._count_names(chunk, names, redirected)

    def _count_names(self, chunk: Sequence[Ready], names: Names, redirected: int) -> None:
        self.report.tags.update(tag.slug for tag in names.made_tags)
        self.report.authors.update(author.handle for author in names.made_authors)
        self.report.redirects += redirected
        for ready in chunk:
            self.report.turned.update(ready.source.turned)
            self.report.left.update(ready.source.left)
            for note in ready.source.notes:
                self.report.note(ready.key, note.line, note.sentence)
