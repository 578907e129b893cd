"""One export: the blog's posts, pages, files and the rest, written into a folder that nobody else may open."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_noop
from wagtail.contrib.redirects.models import Redirect

from blog.batches import batched
from blog.models import BlogPage, Comment, PlainPage, PostPage
from transfer.exporting import generator_files
from transfer.exporting.post_files import (
    file_text,
    filled,
    is_public,
    page_front_matter,
    post_date,
    post_front_matter,
    post_path,
    privacy_of,
    state_of,
    write_yaml,
)
from transfer.exporting.references import DOCUMENTS, IMAGES, References
from transfer.exporting.selection import ExportedThings
from transfer.exporting.site_data import site_data

CHUNK: Final = 100  # posts read at once
FOLDERS: Final = ("_posts", "_drafts", "pages", IMAGES, DOCUMENTS, "_data/comments")
DATA: Final = "_data/kimonote.yaml"


class Export:
    """One export of a blog. `counts` says how many things of each kind were written, `missing` which files were not there."""

    def __init__(self, blog: BlogPage, folder: Path, *, public_only: bool = False) -> None:
        self.blog, self.folder, self.public_only = blog, folder, public_only
        self.things = ExportedThings(blog, public_only)
        self.references = References(self.things.paths, self.things.public, public_only=public_only)
        self.addresses = _addresses(self.things.redirects)
        self.counts: Counter[str] = Counter()
        self.missing: list[str] = []

    @property
    def total(self) -> int:
        return len(self.things.posts)

    def run(self, step: Callable[[], object] = lambda: None) -> None:
        """Write everything; `step` is called after each post."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds drafts and private posts
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for some in batched(self.things.posts, CHUNK):
            for post in self._posts(some):
                self._write_post(post)
                step()
        self._write_pages()
        self._write(DATA, write_yaml(site_data(self.things, self.references)))
        self._copy(self.references.used_images.values(), IMAGES)
        self._copy(self.references.used_documents.values(), DOCUMENTS)
        self._write_generator_files()

    def _posts(self, ids: list[int]) -> list[PostPage]:
        """Return posts with what belongs to them; of those that are not live, the last draft."""
        posts = list(PostPage.objects.filter(pk__in=ids).order_by("pk"))
        prefetch_related_objects(posts, "tagged_items__tag", "post_authors__author")
        self.comments = _comments(ids)
        return [_as_exported(post) for post in posts]

    def _write_post(self, post: PostPage) -> None:
        state = state_of(post)
        public = is_public(post, state, self.things.public)
        path = post_path(post, post_date(post, state), public=public)
        body, references = self.references.as_paths(post.body)
        cover = self.references.image_path(post.cover_id)
        if post.cover_id and cover:
            references[cover] = f"image:{post.cover_id}"
        header = post_front_matter(
            post, references, cover, self.addresses.get(post.pk, []), public, state, privacy_of(post, self.things.public)
        )
        self._write(path, file_text(header, body))
        self.counts[gettext_noop("posts") if public else gettext_noop("drafts, private and expired posts")] += 1
        if comments := self.comments.get(post.pk):
            self._write(f"_data/comments/{path.stem}.yaml", write_yaml(comments))
            self.counts[gettext_noop("comments")] += len(comments)

    def _write_pages(self) -> None:
        for place, page in enumerate(self.things.plain_pages):
            public = page.pk in self.things.public
            draft: PlainPage = _as_exported(page)
            body, references = self.references.as_paths(draft.body)
            path = self.things.paths[page.pk]
            header = page_front_matter(draft, path, references, public, state_of(draft), privacy_of(page, self.things.public))
            header["kimonote"]["place"] = place
            self._write(f"pages/{path.strip('/')}.md", file_text(header, body))
            self.counts[gettext_noop("plain pages")] += 1

    def _copy(self, files: Iterable[Any], folder: str) -> None:
        for file in files:
            name = Path(file.file.name).name
            try:
                with file.file.open("rb") as source, (self.folder / folder / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
                self.counts[folder] += 1
            except FileNotFoundError:
                self.missing.append(file.file.name)

    def _write_generator_files(self) -> None:
        title, site = self.blog.title, self.things.site
        address = site.root_url if site else settings.WAGTAILADMIN_BASE_URL
        self._write(generator_files.JEKYLL, generator_files.jekyll(title, address))
        self._write(generator_files.HUGO, generator_files.hugo(title, address, settings.LANGUAGE_CODE))
        self._write(generator_files.README, generator_files.readme(title, public_only=self.public_only))

    def _write(self, name: str | Path, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def _as_exported(page: Any) -> Any:
    """Return a live page as it is, one that is scheduled as it will be, and any other as its last draft."""
    if page.live:
        return page
    return page.scheduled_revision.as_object() if page.approved_schedule else page.get_latest_revision_as_object()


def _addresses(redirects: Iterable[Redirect]) -> dict[int, list[str]]:
    """Return the old paths that lead to each page."""
    found: dict[int, list[str]] = {}
    for one in redirects:
        if one.redirect_page_id and one.is_permanent:
            found.setdefault(one.redirect_page_id, []).append(one.old_path)
    return found


def _comments(posts: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the approved comments of each post, in their order, without e-mail addresses."""
    found: dict[int, list[dict[str, Any]]] = {}
    approved = Comment.objects.approved().filter(post__in=posts).select_related("author").order_by("sent", "pk")
    keys = {comment.pk: str(comment.key) for comment in approved}
    for comment in approved:
        fields = {
            "id": comment.pk,
            "key": str(comment.key),
            "author": comment.author.handle if comment.author else None,
            "name": comment.name,
            "date": comment.sent,
            "decided": comment.decided,
            "reply_to": keys.get(comment.reply_to_id or 0),
            "text": comment.text,
        }
        found.setdefault(comment.post_id, []).append(filled(fields))
    return found
