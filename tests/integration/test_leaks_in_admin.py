"""No address of the admin tells of a hidden post, its tags, author, pictures, of a subscriber or comment, unless permitted."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.log_actions import log
from wagtail.models import GroupPagePermission, Page, ReferenceIndex, Revision

from blog.models import Author, BlogPage, Comment, PlainPage, PostPage, Tag
from tests.support.admin_addresses import addresses, admin_routes
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post
from tests.support.hidden_pages import authors_in, make_drafts_of_visible_pages, make_hidden_posts, titles_in
from tests.support.images import png
from tests.support.signup_factories import make_subscriber

FILE = "airship"  # in the titles of a draft's picture and document, a subscriber's address, and a comment
UNVISITED = {"admin/logout/", "admin/.*/"}  # ends the session; all else
once = pytest.mark.once  # a thousand requests; which rows they show is decided by querysets that the other tests run on both
# Where Wagtail looks at the right to add pages alone, and what is the blog's own.
OF_PAGES = re.compile(
    r"/admin/(api/main/pages|bin|bulk/wagtail|choose-page|documents|images|pages|posts?|redirects|reports|tag|selection|\?)"
)
USED = re.compile(r"\(Private|(?:Used|referenced) [1-9]")  # of drafts alone
PAGE_PERMISSIONS = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")


class Site:
    """Hidden posts of each kind, drafts of visible pages, a picture and a document of a draft."""

    def __init__(self, blog: BlogPage) -> None:
        self.blog = blog
        self.posts = make_hidden_posts(blog)
        self.visible = make_drafts_of_visible_pages(blog)
        self.image = Image.objects.create(title=FILE, file=png(f"{FILE}.png"), width=60, height=30, description=FILE)
        self.document = Document.objects.create(title=FILE, file=ContentFile(b"x", f"{FILE}.txt"))
        self.texts = f"![](image:{self.image.pk}) [x](doc:{self.document.pk})"
        draft = self.posts["draft"]
        PostPage.objects.filter(pk=draft.pk).update(body=self.texts)
        ReferenceIndex.create_or_update_for_object(PostPage.objects.get(pk=draft.pk))
        self.reader = make_subscriber(f"{FILE}@example.org")
        self.comment = Comment.objects.create(post=self.visible, name=FILE, text=FILE)

    @property
    def pages(self) -> list[int]:
        """Return the ids of hidden pages and of those that have drafts, of the blog and of the root."""
        section = Page.objects.get(slug="part")
        return [*(post.pk for post in self.posts.values()), self.visible.pk, section.pk, self.blog.pk, 1]

    def parameters(self, route: str) -> dict[str, Iterable[object]]:
        """Return the values for a route's parameters."""
        pages = ("page_id", "parent_page_id", "page_pk", "page_to_move_id")
        models = {"app_label": "blog", "app_name": "blog", "model_name": "postpage"}
        values: dict[str, Iterable[object]] = dict.fromkeys(pages, self.pages) | {name: [one] for name, one in models.items()}
        values |= {"content_type_app_name": ["blog"], "content_type_model_name": ["postpage"], "destination_id": [self.blog.pk]}
        values |= {"revision_id": Revision.objects.values_list("pk", flat=True)[:2], "action_name": ["copy"]}
        values |= {"revision_id_a": ["live"], "revision_id_b": ["latest"], "action": ["delete"]}
        return values | ({"pk": self.pages} if "main/pages/" in route or "revisions/compare" in route else {})

    @property
    def edited(self) -> Page:
        """Return the page that the neighbour may edit; where there is none, the blog, which nobody here may edit."""
        return Page.objects.filter(slug="own").first() or self.blog

    @property
    def objects(self) -> set[int]:
        """Return the ids of the draft's tag, author and files, of the draft, of a subscriber and of a comment."""
        own = (Tag.objects.get(slug="zeppelin-draft"), Author.objects.get(handle="hidden-draft"), self.image, self.document)
        return {one.pk for one in (*own, self.posts["draft"], self.reader, self.comment)}

    def addresses(self) -> set[str]:
        """Return every address of the admin, all asked for what begins like the titles of what is hidden."""
        query = "?" + "&".join(f"id={pk}" for pk in self.pages) + "&q=zep&term=zep"
        routes = set(admin_routes()) - UNVISITED
        found = {one + query for route in routes for one in addresses(route, self.parameters(route), self.objects)}
        return found | self.choosers() | self.bulk_actions()

    def choosers(self) -> set[str]:
        words, types = ("Zep", "Vis", "Bel"), ("wagtailcore.page", "blog.postpage", "blog.plainpage")
        found = {f"search/?q={word}&page_type={kind}&multiple=1" for word in words for kind in types}
        found |= {f"?page_type={kind}" for kind in types}
        for page in self.pages:
            found |= {
                f"{page}/",
                f"{page}/?multiple=1",
                f"chosen-multiple/?id={page}",
                f"?target_pages[]={page}&user_perms=move_to",
            }
        return {f"/admin/choose-page/{one}" for one in found} | {
            f"/admin/api/main/{one}"
            for page in self.pages
            for one in (f"pages/?child_of={page}", f"pages/?descendant_of={page}", f"pages/?id={page}", "images/", "documents/")
        }

    def bulk_actions(self) -> set[str]:
        tag, author = Tag.objects.get(slug="zeppelin-draft"), Author.objects.get(handle="hidden-draft")
        asked: list[tuple[str, object]] = [("blog/tag/delete", tag.pk), ("blog/tag/delete", "all"), ("auth/user/delete", "all")]
        asked += [("blog/author/delete", author.pk), ("wagtailcore/page/delete", "all")]
        for action in ("delete", "add_tags", "add_to_collection"):
            asked += [(f"wagtailimages/image/{action}", self.image.pk), (f"wagtaildocs/document/{action}", self.document.pk)]
        asked += [(f"wagtailcore/page/{action}", page) for action in ("delete", "move", "publish") for page in self.pages]
        found = {f"{action}/?id={pk}" for action, pk in asked} | self.every_bulk_action()
        return {f"/admin/bulk/{one}&next=/admin/" for one in found}

    def every_bulk_action(self) -> set[str]:
        """Return each action that is registered for a model, on every object, by its id and by that of all in the listing."""
        bulk_action_registry.get_bulk_actions_for_model("blog", "tag")  # finds those of all models
        registered = bulk_action_registry.actions.items()
        actions = {f"{app}/{model}/{name}" for app, models in registered for model, names in models.items() for name in names}
        chosen = "&".join(f"id={pk}" for pk in sorted({*self.pages, *self.objects}))
        return {f"{action}/?{ids}" for action in actions for ids in (chosen, "id=all")}

    def links(self) -> list[str]:
        """Return addresses of the site's pages, as someone would have them made links to these."""
        pages = [*self.posts.values(), self.visible, Page.objects.get(slug="part")]
        return [f"{host}/{page.slug}/{query}" for page in pages for host in ("", "http://testserver") for query in ("", "?x=1")]


@pytest.fixture
def site(blog: BlogPage) -> Site:
    return Site(blog)


def signed_in(name: str, *permissions: str, group: str = "") -> Client:
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    if group:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    client = Client(raise_request_exception=False)  # some addresses want what a browser would send along
    client.force_login(user)
    return client


@pytest.fixture
def guest(blog: BlogPage) -> Client:
    """A browser of whoever may enter the admin, and no more."""
    return signed_in("guest", "access_admin")


@pytest.fixture
def neighbour(blog: BlogPage) -> Client:
    """A browser of an editor of one page, who has no rights on any other."""
    own = blog.add_child(instance=PlainPage(title="Own", slug="own"))
    client = signed_in("neighbour", "access_admin", group="Neighbours")
    for permission in Permission.objects.filter(codename__in=PAGE_PERMISSIONS, content_type__app_label="wagtailcore"):
        GroupPagePermission.objects.create(group=Group.objects.get(name="Neighbours"), page=own, permission=permission)
    return client


def told(response: Any) -> str:
    """Return all that a response tells, with messages for the next page."""
    messages = getattr(getattr(response, "wsgi_request", None), "_messages", ())
    queued = [str(message) for message in getattr(messages, "_queued_messages", ())]
    content = response.getvalue().decode(errors="replace")
    return "\n".join((content, response.headers.get("Location", ""), *queued))


def texts(client: Client, site: Site) -> dict[str, str]:
    """Return what the admin tells at each of its addresses, and of each link and reference that it is given."""
    found = {address: told(client.get(address)) for address in sorted(site.addresses())}
    for link in site.links():
        form = {"external-link-chooser-url": link, "external-link-chooser-link_text": ""}
        found[f"link to {link}"] = told(client.post("/admin/choose-external-link/", form)).replace(link, "")
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[site.edited.pk])
    for page in site.pages:
        client.post(preview, {"title": "Own", "slug": "own", "body": f"Seen. [x](page:{page}) {site.texts}"})
        found[f"text with {page}"] = told(client.get(preview))
    return found


@once
def test_whoever_may_only_enter_the_admin_learns_of_nothing_hidden(guest: Client, site: Site) -> None:
    shown = texts(guest, site)
    found = {one: (titles_in(text), authors_in(text), FILE in text, USED.findall(text)) for one, text in shown.items()}
    assert {address: leak for address, leak in found.items() if any(leak)} == {}


@once
def test_editor_of_one_page_learns_of_no_other_hidden_page(neighbour: Client, site: Site) -> None:
    """The vocabulary of tags and authors is all editors' own."""
    vocabulary = ("/admin/snippets/choose/", "/admin/tag-autocomplete/")
    shown = texts(neighbour, site)
    assert all("Seen." in shown[f"text with {page}"] for page in site.pages)
    found = {address: titles_in(text) for address, text in shown.items() if not address.startswith(vocabulary)}
    assert {address: leak for address, leak in found.items() if leak} == {}


@once
def test_author_learns_of_no_post_of_others(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may add posts, and edit their own, sees no other's: neither a draft, nor another title of a public one."""
    user, pages = member_of("Authors"), [site.posts["draft"].pk, site.visible.pk, site.blog.pk]
    make_post(site.blog, "zeppelin-own", title="Own", slug="own", live=False, owner=user)
    gone = make_post(site.blog, title="Zeppelin password", live=False)
    log(gone, "wagtail.delete", deleted=True)
    gone.delete()
    monkeypatch.setattr(Site, "pages", pages)
    client = client_of(user)
    client.raise_request_exception = False
    shown = {one: told(client.get(one)) for one in sorted(site.addresses()) if OF_PAGES.match(one)}
    assert {address: leak for address, text in shown.items() if (leak := titles_in(text) or USED.findall(text))} == {}
    for address in ("/admin/pages/search/?q=own", "/admin/posts/", f"/admin/pages/{site.blog.pk}/"):
        assert "Own" in client.get(address).content.decode()
    assert "Visible post" in client.get(f"/admin/choose-page/{site.blog.pk}/").json()["html"]


def test_editor_of_one_page_moves_it_by_many(neighbour: Client, site: Site) -> None:
    own = Page.objects.get(slug="own")
    assert "Own" in neighbour.get(f"/admin/pages/{own.pk}/edit/").content.decode()
    assert "Own" in neighbour.get(f"/admin/bulk/wagtailcore/page/unpublish/?id={own.pk}").content.decode()
    refused = neighbour.get(f"/admin/bulk/wagtailcore/page/unpublish/?id={own.pk}&id={site.visible.pk}").content.decode()
    assert "You don't have permission to unpublish" in refused


def test_whoever_may_only_enter_the_admin_chooses_public_pages(guest: Client, site: Site) -> None:
    chosen = guest.get(f"/admin/choose-page/chosen-multiple/?id={site.visible.pk}").json()["result"]
    assert [page["adminTitle"] for page in chosen] == ["Visible post"]
    assert "Visible post" in guest.get(f"/admin/choose-page/{site.blog.pk}/").json()["html"]
    assert "Visible post" in guest.get("/admin/choose-page/search/?q=Visible").content.decode()
    assert guest.get(f"/admin/choose-page/chosen-multiple/?id={site.posts['draft'].pk}").status_code == 404
    assert guest.get("/admin/choose-page/chosen-multiple/?id=1").status_code == 404


def test_editor_chooses_drafts_and_completes_their_tags(site: Site) -> None:
    client = signed_in("editor", group="Editors")
    draft = site.posts["draft"]
    assert "Zeppelin draft" in client.get(f"/admin/choose-page/{site.blog.pk}/").json()["html"]
    assert "Zeppelin retitled" in client.get(f"/admin/choose-page/{site.blog.pk}/").json()["html"]
    assert "Zeppelin draft" in client.get(f"/admin/choose-page/chosen-multiple/?id={draft.pk}").content.decode()
    assert "Zeppelin section" in client.get("/admin/choose-page/search/?q=below").content.decode()
    assert client.get("/admin/tag-autocomplete/blog/tag/?term=zeppelin-d").json() == ["zeppelin-draft"]
    assert [image["title"] for image in client.get("/admin/api/main/images/").json()["items"]] == [FILE]
    link = {"external-link-chooser-url": "/zeppelin-login/", "external-link-chooser-link_text": ""}
    result = client.post("/admin/choose-external-link/", link).json()["result"]
    assert result["adminTitle"] == "Zeppelin login"
