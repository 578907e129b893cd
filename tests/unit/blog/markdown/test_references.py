"""Images, documents and pages that texts refer to: shown as they are now, counted in the library, told by no leak."""

import re
from datetime import timedelta
from io import BytesIO, StringIO
from time import sleep
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Picture
from wagtail.documents import get_document_model
from wagtail.documents.models import Document
from wagtail.images import get_image_model
from wagtail.images.models import Image
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction, ReferenceIndex, Site

from blog.markdown import render_short
from blog.markdown.references import expand, expand_one
from blog.models import Appearance, BlogPage, PlainPage, PostPage, Stream, Tag
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_blog, make_post
from tests.support.images import make_versions

pytestmark = pytest.mark.usefixtures("media")

FEEDS = ("/feed.rss", "/feed.atom", "/feed.json")


def picture(name: str) -> SimpleUploadedFile:
    file = BytesIO()
    Picture.new("RGB", (60, 30), "navy").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def make_image(name: str = "lake.png", description: str = "") -> Image:
    return get_image_model().objects.create(title="One", file=picture(name), width=60, height=30, description=description)


def make_document(name: str = "paper.txt") -> Document:
    return get_document_model().objects.create(title="Paper", file=ContentFile(b"x", name=name))


def show_everywhere(blog: BlogPage, image: Image) -> list[str]:
    """Show an image in every kind of text; return the addresses of the pages that show these."""
    text = f"![Water](image:{image.pk})"
    blog.introduction = text
    blog.save()
    author = make_author(about=text)
    Stream.objects.create(blog=blog, name="All", slug="all", introduction=text)
    post = make_post(blog, "a", body=text, cover=image, authors=[author])
    Tag.objects.filter(slug="a").get()
    tag = Tag.objects.get(slug="a")
    tag.description = text
    tag.save()
    about = blog.add_child(instance=PlainPage(title="About", slug="about", body=text))
    assert about.live
    Appearance(site=Site.objects.get(), footer=text).save()
    listings = ("/", "/@ada/", "/streams/", "/streams/all/", "/tags/a/", "/tags/", "/?view=full")
    return [*FEEDS, *listings, f"/{post.slug}/", "/about/"]


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.getvalue().decode()


@pytest.mark.django_db(transaction=True)
def test_image_replaced_and_deleted_reaches_every_page_with_the_next_request(client: Client) -> None:
    blog, editor = make_blog(), client_of(member_of("Moderators"))
    image = make_image()
    addresses = show_everywhere(blog, image)
    make_versions()
    counts = {address: read(client, address).count("/images/lake.") for address in addresses}  # from here on in memory
    assert min(counts.values()) > 0
    assert "alt=" in read(client, "/about/")
    fields = {"title": "One", "description": "", "tags": "", "collection": str(image.collection_id)}
    response = editor.post(f"/admin/images/{image.pk}/", {**fields, "file": picture("river.png")})
    assert response.status_code == 302
    assert "/images/lake." not in read(client, "/")
    make_versions()
    for address in addresses:
        shown = read(client, address)
        assert (shown.count("/images/lake."), shown.count("/images/river.")) == (0, counts[address]), address
    post = PostPage.objects.get()
    assert 'property="og:image" content="http://testserver/media/images/river.' in read(client, f"/{post.slug}/")
    assert "image/avif" in read(client, f"/{post.slug}/")
    assert editor.post(f"/admin/images/{image.pk}/delete/").status_code == 302
    for address in addresses:
        shown = read(client, address)
        assert "/images/" not in shown, address
        assert "Water" in shown, address


@pytest.mark.django_db(transaction=True)
def test_rendition_that_a_text_asks_for_is_made_anew_for_a_replaced_image(client: Client) -> None:
    blog, editor = make_blog(), client_of(member_of("Moderators"))
    image = make_image()
    post = make_post(blog, body=f"![x](image:{image.pk},filter=width-20)")
    make_versions()
    assert 'width="20"' in read(client, f"/{post.slug}/")
    fields = {"title": "One", "description": "", "tags": "", "collection": str(image.collection_id)}
    editor.post(f"/admin/images/{image.pk}/", {**fields, "file": picture("river.png")})
    make_versions()
    assert re.search(r'/media/images/river\.\w{16}\.width-20\.png" width="20" height="10"', read(client, f"/{post.slug}/"))


@pytest.mark.django_db(transaction=True)
def test_document_replaced_and_deleted_reaches_the_texts_that_link_to_it(client: Client) -> None:
    post_of = make_post(make_blog(), body=f"[paper](doc:{(document := make_document()).pk})")
    address, editor = f"/{post_of.slug}/", client_of(member_of("Moderators"))
    for page in (address, *FEEDS):
        assert f"/documents/{document.pk}/paper" in read(client, page)
    fields = {"title": "Paper", "tags": "", "collection": str(document.collection_id)}
    file = SimpleUploadedFile("essay.txt", b"y")
    assert editor.post(f"/admin/documents/edit/{document.pk}/", {**fields, "file": file}).status_code == 302
    for page in (address, *FEEDS):
        assert f"/documents/{document.pk}/essay" in read(client, page)
    assert editor.post(f"/admin/documents/delete/{document.pk}/").status_code == 302
    for page in (address, *FEEDS):
        shown = read(client, page)
        assert "/documents/" not in shown
        assert "<p>paper</p>" in shown.replace("&lt;", "<").replace("&gt;", ">")


@pytest.mark.django_db(transaction=True)
def test_page_with_another_address_or_closed_reaches_the_texts_that_link_to_it(client: Client) -> None:
    blog = make_blog()
    section = blog.add_child(instance=PlainPage(title="Section", slug="section"))
    inner = section.add_child(instance=PlainPage(title="Inner", slug="inner"))
    other = make_post(blog, slug="other")
    post = make_post(blog, body=f"[a](page:{other.pk}#n-b) [b](page:{inner.pk})")
    addresses = (f"/{post.slug}/", *FEEDS)

    def expect(*links: str) -> None:
        for address in addresses:
            shown = read(client, address).replace("http://testserver", "").replace('\\"', '"')
            shown = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&#34;", '"')
            assert f"<p>{' '.join(links)}</p>" in shown, address

    expect('<a href="/other/#n-b">a</a>', '<a href="/section/inner/">b</a>')
    other.slug = "another"
    other.save()
    section.slug = "part"
    section.save()
    expect('<a href="/another/#n-b">a</a>', '<a href="/part/inner/">b</a>')
    restriction = PageViewRestriction.objects.create(page=section, restriction_type="login")
    expect('<a href="/another/#n-b">a</a>', "b")
    restriction.delete()
    Page.objects.get(pk=inner.pk).unpublish()
    other.delete()
    expect("a", "b")


@pytest.mark.parametrize("closing", [{"live": False}, {"expire_at": timezone.now() - timedelta(days=1)}])
def test_page_that_nobody_may_open_is_not_shown(client: Client, blog: BlogPage, closing: dict[str, Any]) -> None:
    secret = make_post(blog, slug="secret-plan", **closing)
    post = make_post(blog, body=f"[words](page:{secret.pk})")
    assert "words" in (shown := read(client, f"/{post.slug}/"))
    assert "secret-plan" not in shown
    assert "secret-plan" not in read(client, "/feed.atom")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "is_below"), [(PostPage, False), (PlainPage, False), (PlainPage, True)])
def test_page_that_expires_is_not_told_of_by_what_is_kept_in_memory(client: Client, kind: type[Page], is_below: bool) -> None:
    blog = make_blog()
    above = blog.add_child(instance=PlainPage(title="Section", slug="section")) if is_below else blog
    secret = (
        make_post(blog, slug="plan") if kind is PostPage else above.add_child(instance=PlainPage(title="Plan", slug="plan"))
    )
    text = f"[words](page:{secret.pk})"
    post = make_post(blog, "a", slug="linking", body=text)
    blog.introduction = text
    blog.save()
    Appearance(site=Site.objects.get(), footer=text).save()
    addresses = (f"/{post.slug}/", "/", "/?view=full", "/tags/a/", *(f"/tags/a{feed}" for feed in FEEDS))
    [read(client, address) for address in addresses]  # what takes long the first time
    for seconds in (1, 10, 100, 1000):  # a busy machine may take longer to read the pages
        secret.expire_at = timezone.now() + timedelta(seconds=seconds)
        secret.save()
        told = [address for address in addresses if "/plan/" in read(client, address)]
        if timezone.now() < secret.expire_at:
            break
    assert told == list(addresses)
    sleep((secret.expire_at - timezone.now()).total_seconds() + 0.1)
    assert [address for address in addresses if "/plan/" in read(client, address)] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_what_is_in_a_private_collection_is_not_told_of(client: Client, kind: str) -> None:
    image, document = make_image("secretlake.png"), make_document("secretpaper.txt")
    closed = Collection.get_first_root_node().add_child(name="Closed")
    inner = closed.add_child(name="Inner")
    for item in (image, document):
        item.collection = inner
        item.save()
    body = f"[paper](doc:{document.pk}) ![Water](image:{image.pk}) [file](image:{image.pk}) ![Old]({image.file.url})"
    post = make_post(make_blog(), body=body)
    addresses = (f"/{post.slug}/", "/?view=full", *FEEDS)
    told = [address for address in addresses if "secretpaper" in (text := read(client, address)) and "secretlake" in text]
    assert told == list(addresses)
    restriction = CollectionViewRestriction(collection=closed, restriction_type=kind, password="x")
    restriction.save()
    for address in addresses:
        text = read(client, address)
        assert "secret" not in text
        assert all(word in text for word in ("paper", "Water", "file", "Old"))
    inner.refresh_from_db()
    inner.move(Collection.get_first_root_node(), "sorted-child")
    assert all("secretpaper" in read(client, address) for address in addresses)
    Collection.objects.get(pk=inner.pk).move(Collection.objects.get(pk=closed.pk), "sorted-child")
    assert not any("secretpaper" in read(client, address) for address in addresses)
    restriction.delete()
    assert all("secretpaper" in read(client, address) for address in addresses)


@pytest.mark.django_db(transaction=True)
def test_page_moved_or_deleted_with_the_one_above_reaches_the_texts_that_link_to_it(client: Client) -> None:
    blog = make_blog()
    section, other = (blog.add_child(instance=PlainPage(title=slug, slug=slug)) for slug in ("section", "other"))
    inner = section.add_child(instance=PlainPage(title="Inner", slug="inner"))
    post = make_post(blog, body=f"[words](page:{inner.pk})")
    addresses = (f"/{post.slug}/", "/?view=full", *FEEDS)
    assert [address for address in addresses if "/section/inner/" in read(client, address)] == list(addresses)
    Page.objects.get(pk=section.pk).move(Page.objects.get(pk=other.pk), "last-child")
    assert [address for address in addresses if "/other/section/inner/" in read(client, address)] == list(addresses)
    Page.objects.get(pk=other.pk).delete()
    assert [address for address in addresses if "/inner/" in read(client, address)] == []


@pytest.mark.django_db(transaction=True)
def test_usage_counts_the_texts_and_deleting_warns_of_them() -> None:
    blog, editor = make_blog(), client_of(member_of("Moderators"))
    image, document, other = make_image(), make_document(), make_post(blog)
    text = f"![x](image:{image.pk}) [d]( <doc:{document.pk}>) [p]: page:{other.pk}\n\n[p]\n\n<img src='{image.file.url}'>"
    make_post(blog, body=text)
    make_author(about=f'<a href="image:{image.pk}">x</a>')
    usage = [ReferenceIndex.get_grouped_references_to(thing).count() for thing in (image, document, other)]
    assert usage == [2, 1, 1]
    for address in (f"images/{image.pk}/delete/", f"documents/delete/{document.pk}/", f"pages/{other.pk}/delete/"):
        assert "/usage/" in editor.get(f"/admin/{address}").content.decode(), address
    rows = set(ReferenceIndex.objects.values_list("object_id", "to_object_id", "content_path"))
    call_command("rebuild_references_index", stdout=StringIO())
    assert set(ReferenceIndex.objects.values_list("object_id", "to_object_id", "content_path")) == rows


def test_text_is_stored_without_what_other_rows_say(blog: BlogPage) -> None:
    image, other = make_image(description="Described"), make_post(blog, slug="other")
    post = make_post(blog, body=f"![](image:{image.pk},class=right) ![x]({image.file.url}) [o](page:{other.pk}?q=1)")
    assert post.html == (
        f'<p><img alt="" data-image="{image.pk}" class="right" loading="lazy"> '
        f'<img alt="x" data-file="{image.file.name}" src="{image.file.url}" width="60" height="30" loading="lazy"> '
        f'<a data-page="{other.pk}" data-rest="?q=1">o</a></p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        '<img data-image="1" src="/x" alt="x"> <a data-page="1" href="/y">y</a>',
        '<a title=\'<img data-image="1">\' href="/y">y</a> &lt;img data-image="1"> data-image="1"',
        '`<a data-doc="1">` <a href="/y" data-rest="#x">y</a> <b data-file="x">z</b>',
    ],
)
def test_stranger_cannot_write_a_reference(db: None, text: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        stored = render_short(text)
        assert expand_one(stored) == stored


def test_link_that_leads_nowhere_leaves_links_around_it(db: None) -> None:
    stored = render_short('[**a**](page:1 "t") [b](/b) <a href="/c"><img src="image:1" alt="d"></a> <a href="doc:1">e</a>')
    assert expand_one(stored) == '<p><strong>a</strong> <a href="/b">b</a> <a href="/c">d</a> e</p>'


def test_references_cost_a_query_for_each_kind_and_none_without(blog: BlogPage, django_assert_num_queries: Any) -> None:
    image, document, other = make_image(), make_document(), make_post(blog)
    texts = [render_short(f"![x](image:{image.pk}) [a](page:{other.pk})")] * 3 + [render_short("![x](image:9999)")]
    expand(texts)  # Wagtail's cache knows the sites from here on
    with django_assert_num_queries(3):  # images, their renditions, pages
        expand(texts)
    with django_assert_num_queries(4):
        expand([*texts, render_short(f"[d](doc:{document.pk})")])
    with django_assert_num_queries(0):
        expand([render_short("*a* data- [b](/b)")])


def test_reader_makes_no_rendition(client: Client, blog: BlogPage) -> None:
    image = make_image()
    post = make_post(blog, body=f"![x](image:{image.pk}) ![x](image:{image.pk},filter=width-20)", cover=image)
    image.renditions.all().delete()
    with CaptureQueriesContext(connection) as captured:
        shown = read(client, f"/{post.slug}/")
    assert [query["sql"] for query in captured if query["sql"].startswith("INSERT")] == []
    assert shown.count(f'src="{image.file.url}" width="60" height="30"') == 3
    assert image.renditions.count() == 0
