"""Several posts written in one transaction, with their tags, authors, redirects and import records."""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.images.models import AbstractImage
from wagtail.models import Site

from blog.markdown import caching_renders
from blog.models import Author, BinnedPost, BlogPage, ImportedFile, PostPage, Tag
from blog.models.revision import locked_revision, raise_revision
from blog.models.tag_names import get_or_create_tags
from blog.models.tags import name_fault
from blog.services.bin import restore
from blog.terms import caching_terms
from transfer.importing.exports.post import ExportedPost
from transfer.importing.history import EarlierImport, brought_meanwhile, check_again
from transfer.importing.prepare import PreparedFile
from transfer.importing.report import ImportReport
from transfer.importing.source import Refusal, SourcePost
from transfer.importing.words import _
from transfer.importing.writing.build import build_post, page_fields, state_label
from transfer.importing.writing.bulk_create import bulk_create_posts
from transfer.importing.writing.comments import CommentsByPost, write_comments
from transfer.importing.writing.get_or_create import get_or_create_authors
from transfer.importing.writing.identities import Identities, restrict
from transfer.importing.writing.redirects import create_redirects
from transfer.importing.writing.slugs import SlugAllocator
from transfer.importing.writing.update import is_same_post, update_post

LOGIN = re.compile(r"[a-z0-9._@+-]+")  # a name that looks like one: a single word without capitals


@dataclass(frozen=True, slots=True)
class ReadyPost:
    """A post that can be written: its images are in the database, its text is rendered."""

    prepared: PreparedFile
    cover: AbstractImage | None = None
    known: EarlierImport | None = None

    @property
    def source(self) -> SourcePost:
        assert self.prepared.post
        return self.prepared.post

    @property
    def key(self) -> str:
        return self.prepared.file.key


class PostsRefused(Exception):
    """Raised where posts of a chunk are refused: its transaction is rolled back, and the caller writes the others."""

    def __init__(self, refused: list[tuple[ReadyPost, Refusal]]) -> None:
        super().__init__()
        self.refused = refused


@dataclass(slots=True)
class TagsAndAuthors:
    """The tags and authors of a chunk, by their names in the files, and which of them were created."""

    tags: dict[str, Tag]
    authors: dict[str, Author]
    new_tags: list[Tag] = field(default_factory=list)
    new_authors: list[Author] = field(default_factory=list)


class PostWriter:
    """Writes posts into one blog. In a dry run every transaction is rolled back."""

    def __init__(self, blog: BlogPage, report: ImportReport, *, author: Author | None, dry_run: bool) -> None:
        self.blog, self.report, self.author, self.dry_run = blog, report, author, dry_run
        self.site: Site | None = blog.get_site()
        self.slugs = SlugAllocator()
        self.identities = Identities()

    def add(self, chunk: Sequence[ReadyPost]) -> float:
        """Create posts; return the seconds that the revision row was locked. Raise PostsRefused where some cannot be saved."""
        now = timezone.now()
        with caching_terms(_terms(chunk)), locked_revision():
            start = time.monotonic()
            if brought := self._brought_meanwhile(chunk):
                raise PostsRefused([(ready, brought_meanwhile()) for ready in brought])
            terms = self._get_or_create(chunk)
            slugs = self.slugs.allocate(self.blog, [ready.source.slug for ready in chunk])
            posts: list[PostPage] = []
            refused: list[tuple[ReadyPost, Refusal]] = []
            for ready, slug in zip(chunk, slugs, strict=True):
                try:
                    posts.append(build_post(ready.prepared, slug, self._fields(ready, terms), self._tags(ready, terms), now))
                except Refusal as refusal:
                    refused.append((ready, refusal))
            if refused:
                raise PostsRefused(refused)
            for post, ready in zip(posts, chunk, strict=True):
                if ready.source.own:
                    self.identities.keep(post, ready.source.own)
            bulk_create_posts(self.blog, posts)
            restrict((post.pk, ready.source.own) for post, ready in zip(posts, chunk, strict=True) if ready.source.own)
            redirects = self._create_redirects(list(zip(posts, chunk, strict=True)))
            self._record_files(list(zip(posts, chunk, strict=True)))
            comments = write_comments(self._with_comments(zip(posts, chunk, strict=True)), self.identities.comments)
            raise_revision([post.pk for post in posts])
            transaction.set_rollback(self.dry_run)
        seconds = time.monotonic() - start
        self.slugs.mark_taken(slugs)
        self.report.comments += comments
        self._report_new(posts, chunk, terms, redirects)
        return seconds

    def change(self, ready: ReadyPost, *, overwrite: bool) -> float:
        """Write a changed file into its post; return the seconds that the revision row was locked.

        Raise Refusal where it cannot be saved, or is a file of another post.
        """
        assert ready.known
        assert ready.known.post_id
        has_id = isinstance(ready.prepared.file, ExportedPost)  # of the old site, which no other post has
        if not (overwrite or has_id or is_same_post(ready.known.post_id, ready.source)):
            reason = _("Another post was imported from a file of this name: rename the file, or let it win with --overwrite.")
            raise Refusal(reason, ready.source.lines.get("title", 1))
        rendered = {ready.source.body: ready.prepared.rendered} if ready.prepared.rendered else {}
        with caching_renders(rendered), caching_terms(ready.prepared.terms), locked_revision():
            start = time.monotonic()
            check_again(ready.known, overwrite=overwrite)
            restore(BinnedPost.objects.filter(post=ready.known.post_id))
            terms = self._get_or_create([ready])
            post = update_post(ready.known.post_id, ready.prepared, self._fields(ready, terms), self._tags(ready, terms))
            redirects = self._create_redirects([(post, ready)])
            self._record_files([(post, ready)])
            comments = write_comments(self._with_comments([(post, ready)]), self.identities.comments)
            raise_revision([post.pk])
            transaction.set_rollback(self.dry_run)
        seconds = time.monotonic() - start
        self.report.changed += 1
        self.report.comments += comments
        if ready.known.is_edited:
            sentence = _("The file won over what was edited here: the post's history keeps that.")
            self.report.add_notice(ready.key, 1, sentence)
        self._report_details([ready], terms, redirects)
        return seconds

    def _brought_meanwhile(self, chunk: Sequence[ReadyPost]) -> list[ReadyPost]:
        """Return the posts that another import has written since this one began."""
        known = [ready.known.pk for ready in chunk if ready.known]
        others = ImportedFile.objects.filter(blog=self.blog, key__in=[ready.key for ready in chunk]).exclude(pk__in=known)
        keys = set(others.values_list("key", flat=True))
        return [ready for ready in chunk if ready.key in keys]

    def _get_or_create(self, chunk: Sequence[ReadyPost]) -> TagsAndAuthors:
        tags, new_tags = get_or_create_tags(
            {tag: None for ready in chunk for tag in ready.source.tags if not name_fault(tag)}.keys()
        )
        names = {name: None for ready in chunk for name in ready.source.authors}
        authors, new_authors = get_or_create_authors(names.keys())
        return TagsAndAuthors(tags, authors, new_tags, new_authors)

    def _fields(self, ready: ReadyPost, terms: TagsAndAuthors) -> dict[str, Any]:
        by = [terms.authors[name] for name in ready.source.authors] or ([self.author] if self.author else [])
        authors = list({author.pk: author for author in by}.values())
        return page_fields(ready.source, ready.source.body, authors, ready.cover, timezone.now())

    def _tags(self, ready: ReadyPost, terms: TagsAndAuthors) -> list[Tag]:
        named = (terms.tags[name] for name in ready.source.tags if name in terms.tags)
        return list({tag.pk: tag for tag in named}.values())

    def _with_comments(self, pairs: Iterable[tuple[PostPage, ReadyPost]]) -> CommentsByPost:
        return [(post.pk, ready.prepared.comments) for post, ready in pairs if ready.prepared.comments]

    def _create_redirects(self, pairs: list[tuple[PostPage, ReadyPost]]) -> int:
        if self.site is None:
            return 0
        count, taken = create_redirects([(post, ready.source.addresses) for post, ready in pairs], self.site)
        by_post = {post.pk: ready for post, ready in pairs}
        for post, path in taken:
            self.report.add_notice(
                by_post[post.pk].key,
                1,
                _("Its old address %(path)s is the site's own, or leads somewhere else already.") % {"path": path},
            )
        return count

    def _record_files(self, pairs: list[tuple[PostPage, ReadyPost]]) -> None:
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

    def _report_new(self, posts: list[PostPage], chunk: Sequence[ReadyPost], terms: TagsAndAuthors, redirects: int) -> None:
        self.report.imported += len(posts)
        self.report.states.update(state for post in posts if (state := state_label(post)))
        for post, ready in zip(posts, chunk, strict=True):
            if post.slug != ready.source.slug:
                self.report.add_notice(
                    ready.key,
                    1,
                    _("“%(slug)s” is taken: the post is at /%(place)s/.") % {"slug": ready.source.slug, "place": post.slug},
                )
        self._report_details(chunk, terms, redirects)

    def _report_details(self, chunk: Sequence[ReadyPost], terms: TagsAndAuthors, redirects: int) -> None:
        self.report.new_tags.update(tag.slug for tag in terms.new_tags)
        self.report.new_authors.update(author.handle for author in terms.new_authors)
        self.report.logins.update(name for author in terms.authors.values() if LOGIN.fullmatch(name := author.name))
        self.report.redirects += redirects
        for ready in chunk:
            self.report.converted.update(ready.source.converted)
            self.report.hidden.update(ready.source.hidden)
            self.report.unconverted.update(ready.source.unconverted)
            self.report.dropped.update(ready.source.dropped)
            self.report.posts_with_literal_tags += bool(ready.source.unconverted)
            for fault in filter(None, map(name_fault, ready.source.tags)):
                self.report.add_notice(
                    ready.key, ready.source.lines.get("tags", 1), _("A tag was left out. %(fault)s") % {"fault": fault}
                )
            for add_notice in ready.source.notices:
                self.report.add_notice(ready.key, add_notice.line, add_notice.sentence)


def _terms(chunk: Iterable[ReadyPost]) -> dict[str, str]:
    """Return the terms that the search index takes of these posts, found before the transaction."""
    return {text: terms for ready in chunk for text, terms in ready.prepared.terms.items()}
