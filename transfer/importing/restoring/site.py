"""Settings, authors, tags, streams, files, plain pages and redirects of an export of Kimonote, where none has their name.

What is there already stays as it is. Settings of the blog are taken only where it has no post.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, IntegrityError
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionViewRestriction, Page
from wagtail.utils.file import hash_filelike

from blog.markdown import RenderError, caching_renders, render
from blog.models import Appearance, Author, BlogPage, Pin, PlainPage, PostPage, Stream, Tag, TagAlias
from blog.models.revision import locked_revision, raise_revision, revision_locked_by_first_write
from blog.models.tag_names import find_tags
from jobs.pauses import Pauses
from transfer.importing.images import read_image
from transfer.importing.own_export.read import OwnExport, OwnPage, read_own_pages
from transfer.importing.own_export.values import Values
from transfer.importing.report import ImportReport
from transfer.importing.restoring.pages import add_page
from transfer.importing.source import OwnComment, Refusal, SourcePost
from transfer.importing.static_sites.targets import Target, replace_targets
from transfer.importing.workers import WorkerPool
from transfer.importing.writing.identities import Identities, WantedIdentities, restrict

DATA = "_data/kimonote.yaml"
PRIVATE = "Private"  # the collection of files that not everybody may see
BLOG_FIELDS = ("title", "introduction", "seo_title", "search_description")
SWITCHES = ("smart_punctuation", "emoji_codes", "heading_links")


def wanted_identities(exports: Iterable[OwnExport], posts: Iterable[SourcePost]) -> WantedIdentities:
    """Return the ids and keys that the things of exports had."""
    wanted = WantedIdentities()
    pages = [page.own for export in exports for page in read_own_pages(export) if isinstance(page, OwnPage)]
    for post in posts:
        pages += [post.own] if post.own else []
        wanted.comments |= {comment.number for comment in post.comments if isinstance(comment, OwnComment)}
    wanted.pages = {own.number for own in pages}
    wanted.keys = {own.key for own in pages if own.key}
    for export in exports:
        wanted.images |= {values.number("id") for values in export.data.each("images")}
        wanted.documents |= {values.number("id") for values in export.data.each("documents")}
    return wanted


class SiteRestorer:
    """Brings back what one export has beside its posts. `images` are those by their files in the export."""

    def __init__(self, blog: BlogPage, export: OwnExport, identities: Identities, report: ImportReport, pauses: Pauses) -> None:
        self.blog, self.export, self.identities, self.report, self.pauses = blog, export, identities, report, pauses
        self.is_empty = not PostPage.objects.of_blog(blog.path).exists()
        self.images: dict[Path, Any] = {}
        self.ids: dict[str, str] = {}  # references as they are here, by what the export has: image:7 is perhaps image:9
        self.tags: dict[str, Tag] = {}  # those made now, by slug

    def before(self, workers: WorkerPool) -> None:
        """Bring back what posts refer to: files, authors, tags; and the settings."""
        self._restore_images(workers)
        for values in self.export.data.each("documents"):
            self._guarded(self._restore_document, values)
        if self.is_empty:
            self._guarded(self._restore_settings, self.export.data)
        for name, restore in (("authors", self._restore_author), ("tags", self._restore_tag)):
            for values in self.export.data.each(name):
                self._guarded(restore, values)

    def after(self) -> None:
        """Bring back what refers to posts: plain pages, the posts to start with, streams and redirects."""
        for page in read_own_pages(self.export):
            if isinstance(page, OwnPage):
                self._restore_rendered(page)
            else:
                self.report.add_refusal(page[0], page[1].line, page[1].reason)
        for name, restore in (
            ("tags", self._restore_pins),
            ("streams", self._restore_stream),
            ("redirects", self._restore_redirect),
        ):
            for values in self.export.data.each(name):
                self._guarded(restore, values)

    def with_references(self, text: str, references: dict[str, str]) -> str:
        """Return a text with references in place of the paths that stood for them."""

        def reference(target: Target) -> str | None:
            known = references.get(target.address)
            return self._here(known, target.address) if known else None

        return replace_targets(text, reference) if references else text

    def _here(self, reference: str, path: str) -> str | None:
        """Return a reference as it is here; None for a page whose id is another's, to which the path leads as well."""
        kind, _, rest = reference.partition(":")
        number = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        if kind == "page":
            kept = reference if number.isdecimal() and self.identities.keeps(int(number)) else None
            return kept or ("page:0" if path == reference else None)  # not everybody may open it: its words alone
        known = self.ids.get(f"{kind}:{number}")
        return f"{known}{rest[len(number) :]}" if known else reference if kind not in ("image", "doc") else None

    def _restore_rendered(self, page: OwnPage) -> None:
        """Bring a plain page back, its text rendered before the transaction for which others wait."""
        body = self.with_references(page.body, page.own.references)
        try:
            rendered = render(body, options=self.blog.render_options)
        except RenderError as error:
            self.report.add_refusal(page.path, 1, str(error))
            return
        with caching_renders({body: rendered}):
            self._guarded(self._restore_page, replace(page, body=body))

    def _guarded(self, restore: Any, values: Any) -> None:
        """Bring one thing back, whole or not at all; report why not."""
        start = time.monotonic()
        try:
            with revision_locked_by_first_write():
                restore(values)
        except (Refusal, ValidationError, IntegrityError, DataError) as error:
            messages = error.messages if isinstance(error, ValidationError) else [str(error).partition("\n")[0]]
            self.report.add_refusal(DATA, 1, " ".join(messages))
        self.pauses.after(time.monotonic() - start)

    def _text(self, values: Values, name: str) -> str:
        references = self.export.data.below("references")
        return self.with_references(values.text(name), {path: references.text(path) for path in references.values})

    def _restore_images(self, workers: WorkerPool) -> None:
        found = [
            (values, path) for values in self.export.data.each("images") if (path := self.export.image(values.text("path")))
        ]
        for (values, path), image in zip(found, workers.map(read_image, [path for _, path in found]), strict=True):
            if image.refusal:
                self.report.add_notice(values.text("path"), 1, image.refusal)
                continue
            known = get_image_model().objects.filter(file_hash=image.digest, title=values.text("title")).order_by("pk")
            stored = next((one for one in known if one.filename == path.name), None) or self._new_image(
                values, path, image.content
            )
            self.images[path] = stored
            self.ids[f"image:{values.number('id')}"] = f"image:{stored.pk}"

    def _new_image(self, values: Values, path: Path, content: bytes) -> Any:
        fields = {"title": values.text("title")[:255], "description": values.text("description")[:255]}
        image = get_image_model()(**fields, pk=self.identities.image(values.number("id")))
        image.file = SimpleUploadedFile(path.name, content)
        image.collection = _collection(private=values.flag("private"))
        area = values.values.get("focal_point")
        if isinstance(area, list) and len(area) == 4 and all(isinstance(one, int) for one in area):
            image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = area
        with locked_revision():
            image.save(force_insert=True)
        self.report.images += 1
        return image

    def _restore_document(self, values: Values) -> None:
        path = self.export.image(values.text("path"))
        if path is None:
            return
        content = path.read_bytes()
        digest = hash_filelike(BytesIO(content))
        document = get_document_model().objects.filter(file_hash=digest, title=values.text("title")).order_by("pk").first()
        if document is None:
            document = get_document_model()(title=values.text("title")[:255], pk=self.identities.document(values.number("id")))
            document.file = SimpleUploadedFile(path.name, content)
            document.collection = _collection(private=values.flag("private"))
            document.full_clean(exclude=["file_size", "file_hash"])
            document.save(force_insert=True)
        self.ids[f"doc:{values.number('id')}"] = f"doc:{document.pk}"

    def _restore_settings(self, data: Values) -> None:
        values = data.below("blog")
        for name in BLOG_FIELDS:
            if name in values.values:
                setattr(self.blog, name, self._text(values, name))
        for name in SWITCHES:
            setattr(self.blog, name, values.flag(name, default=getattr(self.blog, name)))
        self.blog.posts_per_page = values.number("posts_per_page") or self.blog.posts_per_page
        self.blog.draft_title = self.blog.title
        self.blog.full_clean()
        self.blog.save_revision(clean=False).publish()
        self.blog.refresh_from_db()
        site, fields = self.blog.get_site(), data.below("site")
        if site and fields.values:
            appearance = Appearance.of(site)
            for name in ("name", "accent", "footer", "rel_me"):
                setattr(appearance, name, self._text(fields, name))
            appearance.comments_allowed = fields.flag("comments_allowed", default=True)
            appearance.full_clean()
            appearance.save()

    def _restore_author(self, values: Values) -> None:
        if not Author.objects.filter(handle=values.text("handle")).exists():
            about = self._text(values, "about")
            author = Author(handle=values.text("handle"), name=values.text("name"), url=values.text("url"), about=about)
            picture = self.export.image(values.text("picture"))
            author.picture = self.images.get(picture) if picture else None
            author.full_clean()
            author.save()
            self.report.new_authors.add(author.handle)

    def _restore_tag(self, values: Values) -> None:
        name, slug = values.text("name"), values.text("slug")
        if name in find_tags([name]) or Tag.objects.filter(slug=slug).exists():
            return
        tag = Tag(name=name, slug=slug, description=self._text(values, "description"), order=values.text("order", "newest"))
        tag.full_clean()
        tag.save()
        for alias in values.texts("aliases"):
            if not (Tag.objects.filter(slug=alias).exists() or TagAlias.objects.filter(slug=alias).exists()):
                tag.aliases.create(slug=alias[:100])
        self.tags[tag.slug] = tag
        self.report.new_tags.add(tag.slug)

    def _restore_pins(self, values: Values) -> None:
        tag = self.tags.get(values.text("slug"))
        posts = {post.slug: post for post in PostPage.objects.of_blog(self.blog.path).filter(slug__in=values.texts("pins"))}
        pins = [posts[slug] for slug in values.texts("pins") if slug in posts]
        if tag and pins:
            tag.pins = [Pin(post=post, sort_order=place) for place, post in enumerate(pins)]
            tag.save()

    def _restore_stream(self, values: Values) -> None:
        if not Stream.objects.filter(blog=self.blog, slug=values.text("slug")).exists():
            introduction = self._text(values, "introduction")
            names = ("name", "slug", "expression")
            stream = Stream(blog=self.blog, introduction=introduction, **{name: values.text(name) for name in names})
            stream.order = values.text("order", "newest")
            stream.full_clean()
            stream.save()

    def _restore_page(self, page: OwnPage) -> None:
        above, _, slug = page.path.strip("/").rpartition("/")
        parent = self._page_at(above)
        if parent is None or not slug or parent.get_children().filter(slug=slug).exists():
            return
        own = page.own
        expired = own.state == "expired"
        new = PlainPage(
            title=page.title,
            slug=slug,
            body=page.body,
            show_in_menus=page.show_in_menus,
            live=False,
            expired=expired,
            expire_at=page.expires,
            go_live_at=own.values["go_live_at"],
            seo_title=own.values["seo_title"],
            search_description=own.values["search_description"],
        )
        if key := self.identities.key(own.key):
            new.translation_key = key
        with locked_revision():
            add_page(parent, new, self.identities.number(own.number))
            restrict([(new.pk, own)])
            revision = new.save_revision()
            if own.state in ("live", "scheduled"):
                revision.publish()
            times = {name: own.values[name] for name in ("first_published_at", "last_published_at") if own.state == "live"}
            PlainPage.objects.filter(pk=new.pk).update(**times)
            raise_revision([new.pk])

    def _page_at(self, path: str) -> Page | None:
        url = f"{self.blog.url_path}{path}/" if path else self.blog.url_path
        return Page.objects.filter(url_path=url).specific().first()

    def _restore_redirect(self, values: Values) -> None:
        site, to, path = self.blog.get_site(), values.text("to"), Redirect.normalise_path(values.text("from"))
        page = self._page_at(to.strip("/")) if to.startswith("/") else None
        if site and (page or to) and not Redirect.objects.filter(old_path=path, site=site).exists():
            target = {"redirect_page": page} if page else {"redirect_link": to}
            redirect = Redirect(old_path=path, site=site, is_permanent=not values.flag("temporary"), **target)
            redirect.full_clean()
            redirect.save()
            self.report.redirects += 1


def _collection(*, private: bool) -> Collection:
    """Return the collection of files: the library's own, or one that only those signed in may open."""
    root = Collection.get_first_root_node()
    if not private:
        return root
    found = root.get_children().filter(name=PRIVATE).first() or root.add_child(name=PRIVATE)
    CollectionViewRestriction.objects.get_or_create(collection=found, defaults={"restriction_type": "login"})
    return found
