"""Exports, read back into an empty site: the same pages, feeds and settings, and nothing hidden in a public one."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction

from blog.demo import fill_site
from blog.models import Appearance, Author, BlogPage, PlainPage, PostPage, Tag, TagAlias
from tests.support.comment_factories import make_comment
from tests.support.crawl import crawl
from tests.support.factories import FIRST_DAY, make_author, make_blog, make_post, rename_tag
from tests.support.images import make_versions, png
from tests.support.importing import command, post, simple, write_tree
from transfer import added_fields

HOME = "http://testserver/"
RANDOM = re.compile(r"(?<=\.)\w{16}\.(?=width-|original)")
UNLIKE = re.compile(r"/admin/|/locked/")  # no page of the blog; a form with a token
CHANGED = re.compile(rb"(?<=<lastBuildDate>)[^<]*|(?<=<updated>)[^<]*")
RANDOM_BYTES = re.compile(
    RANDOM.pattern.encode() + rb'|(?<=name="csrfmiddlewaretoken" value=")[^"]*|(?<=name="stamp" value=")[^"]*'
)


def export(folder: Path, *options: str) -> Path:
    call_command("export_posts", str(folder), *options)
    return folder


def empty_the_site() -> BlogPage:
    """Delete everything, and make a new blog, as on another server."""
    for page in Page.objects.filter(depth=2):
        page.delete()
    for model in (Redirect, Tag, Author, get_image_model(), get_document_model(), Appearance):
        model.objects.all().delete()
    return make_blog()


def bodies() -> dict[str, bytes]:
    """Return everything that anybody can read, by its address, without what pictures' sizes and forms have at random.

    Pages of two choices are left out: they say of the same posts what those of each choice say.
    """
    make_versions()
    found = {RANDOM.sub("", address): response.body for address, response in crawl(HOME, asked_choices=1).items()}
    return {address: _comparable(body) for address, body in found.items() if not UNLIKE.search(address)}


def _comparable(body: bytes) -> bytes:
    """Return what is the same wherever a site stands; a feed without an entry is as old as the last change of the site."""
    is_empty_feed = b"<entry" not in body and b"<item" not in body
    return RANDOM_BYTES.sub(b"", CHANGED.sub(b"", body) if is_empty_feed else body)


@pytest.mark.once  # two walks through the demo; the other tests read and write the same rows on both databases
@pytest.mark.usefixtures("media")
def test_export_of_the_demo_gives_an_empty_site_the_same_pages(blog: BlogPage, tmp_path: Path, settings: LazySettings) -> None:
    fill_site(blog)
    fill_with_more(blog)
    before = bodies()
    folder = export(tmp_path / "export")
    empty_the_site()
    settings.MEDIA_ROOT = str(tmp_path / "other-media")
    assert command(folder)[0] == 0
    after = bodies()
    assert sorted(after) == sorted(before)
    different = [address for address in before if before[address] != after[address]]
    assert different == []
    assert_hidden_things()
    again, printed = command(folder)
    assert (again, "0 imported, 0 changed" in printed) == (0, True)


def fill_with_more(blog: BlogPage) -> None:
    """Add what the demo lacks: every state and kind of privacy, references of every kind, and what only settings say."""
    image = get_image_model().objects.create(title="Sea", description="The sea", file=png("Sea 1.png"))
    document = get_document_model().objects.create(title="Notes", file=ContentFile(b"%PDF-1.7", name="notes.pdf"))
    hidden = make_post(blog, "sea", title="For groups", slug="for-groups")
    restriction = PageViewRestriction.objects.create(page=hidden, restriction_type="groups")
    restriction.groups.set([Group.objects.create(name="Readers")])
    locked = make_post(blog, "sea", title="Locked", slug="locked")
    PageViewRestriction.objects.create(page=locked, restriction_type="password", password="word")
    about = PlainPage.objects.get()
    team = about.add_child(instance=PlainPage(title="Team", slug="team", body=f"![](image:{image.pk})", show_in_menus=True))
    body = (
        f"![A](image:{image.pk})\n\n![B](image:{image.pk},filter=width-30)\n\n[C]({image.file.url}) [D](doc:{document.pk})\r\n"
        f"[E](page:{team.pk}#x) [F](page:{hidden.pk}) [G](/about/team/) `image:{image.pk}` {{{{ x }}}} <script>y</script>\n\n"
        f"<img src='image:{image.pk}' alt='it'>\n\n```\n![](image:{image.pk})\n```\n"
    )
    when = datetime(2018, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
    shown = make_post(
        blog,
        "sea Öl",
        title="yes: 'a' \"b\" 😀",
        slug="ü-1",
        body=body,
        published=when,
        cover=image,
        subtitle="Sub",
        summary="A summary",
    )
    make_post(blog, "sea", title="Same time", slug="same-time", published=when, seo_title="Seo", search_description="Words")
    PostPage.objects.filter(pk=shown.pk).update(last_published_at=when + timedelta(days=1), first_published_at=when)
    make_post(blog, "sea", title="Expired", slug="expired", live=False, expired=True, expire_at=when + timedelta(days=2))
    rename_tag(Tag.objects.get(name="sea"), "The Sea", "the-sea")
    author = make_author("zed", about=f"![](image:{image.pk})", picture=image, url="https://zed.example/")
    comment = make_comment(shown, "First", author=author, name=author.name)
    make_comment(shown, "Second", reply_to=comment)
    Redirect.objects.create(old_path="/old/sea", site=blog.get_site(), redirect_page=shown)
    Redirect.objects.create(old_path="/old/team", site=blog.get_site(), redirect_page=team)
    Redirect.objects.create(old_path="/away", site=blog.get_site(), redirect_link="https://away.example/", is_permanent=False)
    Appearance(site=blog.get_site(), name="Harbour", accent="#884400", footer="**Foot**", rel_me="https://me.example/").save()
    blog.smart_punctuation = blog.emoji_codes = True
    blog.save_revision().publish()
    call_command("render_posts")  # as the worker does after such a change


def assert_hidden_things() -> None:
    kept = PageViewRestriction.objects.order_by("page__slug").values_list("page__slug", "restriction_type", "password")
    assert (
        list(kept)[-2:] == [("locked", "password", "word"), ("the-kept-secret", "login", "")]
        or ("locked", "password", "word") in kept
    )
    assert [group.name for group in PageViewRestriction.objects.get(page__slug="for-groups").groups.all()] == ["Readers"]
    assert post("expired").expired
    assert not post("expired").live
    scheduled = PostPage.objects.get(go_live_at__gt=timezone.now())
    assert (scheduled.live, scheduled.get_latest_revision().approved_go_live_at) == (False, scheduled.go_live_at)
    assert TagAlias.objects.get(slug="sea").tag.slug == "the-sea"
    assert Redirect.objects.get(old_path="/away").link == "https://away.example/"
    assert Redirect.objects.get(old_path="/old/team").redirect_page.slug == "team"


@pytest.mark.usefixtures("media")
def test_public_export_has_nothing_hidden(blog: BlogPage, tmp_path: Path) -> None:
    fill_with_hidden(blog)
    shown = make_post(
        blog, "open", title="Shown", slug="shown", published=FIRST_DAY, body=f"[hidden](page:{post('xa-draft').pk}) words"
    )
    make_comment(shown, "Approved")
    make_comment(shown, "Xwaiting", state="waiting")
    folder = export(tmp_path / "public", "--public-only")
    files = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert [name for name in files if name.startswith(("_posts", "_drafts", "pages"))] == ["_posts/2018-01-01-shown.md"]
    assert "[hidden](page:0) words" in files["_posts/2018-01-01-shown.md"]
    assert [
        (name, word) for name, text in files.items() for word in ("xa-", "Xa", "xtag", "xauthor", "Xwaiting") if word in text
    ] == []
    assert "Approved" in files["_data/comments/2018-01-01-shown.yaml"]
    whole = export(tmp_path / "whole")
    assert whole.stat().st_mode & 0o077 == 0
    drafts = {path.stem: yaml.safe_load(path.read_text().split("---\n")[1]) for path in (whole / "_drafts").iterdir()}
    assert {name: (header["draft"], header["published"]) for name, header in drafts.items()} == dict.fromkeys(
        ["xa-draft", "xa-locked", "xa-expired", "xa-unapproved"], (True, False)
    )
    assert (drafts["xa-unapproved"]["kimonote"]["state"], drafts["xa-locked"]["kimonote"]["privacy"]) == (
        "draft",
        {"type": "login"},
    )


def fill_with_hidden(blog: BlogPage) -> None:
    """Make a post in each state in which not everybody may read it, with a tag, an author and a redirect of their own."""
    now = timezone.now()
    author = make_author("xauthor")
    draft = make_post(blog, "xtag", title="Xa draft", slug="xa-draft", live=False, authors=[author])
    locked = make_post(blog, "xtag", title="Xa locked", slug="xa-locked")
    PageViewRestriction.objects.create(page=locked, restriction_type="login")
    make_post(blog, "xtag", title="Xa expired", slug="xa-expired", live=False, expired=True, expire_at=now - timedelta(days=1))
    unapproved = make_post(blog, title="Xa unapproved", slug="xa-unapproved", live=False, go_live_at=now + timedelta(days=1))
    for page in (draft, unapproved):
        page.save_revision()
    blog.add_child(instance=PlainPage(title="Xa page", slug="xa-page", live=False)).save_revision()
    Redirect.objects.create(old_path="/xa-old", site=blog.get_site(), redirect_page=draft)


def test_folder_that_is_not_empty_is_refused(blog: BlogPage, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        export(tmp_path)
    assert (export(tmp_path, "--force") / "mine.txt").read_text() == "mine"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b]\n"


@pytest.mark.parametrize(
    ("data", "header", "reason"),
    [
        ("kimonote: 2\n", "", "newer Kimonote"),
        ("kimonote: [\n", "", "The YAML cannot be read"),
        ("[1, 2]\n", "", "is not a mapping"),
        ("kimonote: 1\n", "title: [a]\ndate: 2018-01-01\n", "“title” is not a text"),
        ("kimonote: 1\n", "title: A\ndate: then\n", "“date” is not a time"),
        ("kimonote: 1\n", f"title: A\ndate: 2018-01-01\n{BOMB}tags: *c\n", "“tags” is not"),
        ("kimonote: 1\n", "title: A\ndate: 2018-01-01\nslug: admin\n", "is an address of the site itself"),
        ("kimonote: 1\n", "title: A\ndate: 2018-01-01\nkimonote: {privacy: {type: none}}\n", "is no kind of privacy"),
        ("kimonote: 1\ntags: [{name: 'a,b', slug: a}]\n", "title: A\ndate: 2018-01-01\n", "cannot have “,”"),
    ],
)
def test_changed_export_is_refused_with_the_reason(blog: BlogPage, tmp_path: Path, data: str, header: str, reason: str) -> None:
    write_tree(tmp_path, {"_data/kimonote.yaml": data, "_posts/2018-01-01-a.md": f"---\n{header}---\ntext"})
    status, printed = command(tmp_path)
    assert (status, reason in printed) == (1, True), printed


def test_states_that_are_not_whole_are_drafts(blog: BlogPage, client: Client, tmp_path: Path) -> None:
    """Whatever somebody changed in a file by hand, what was hidden does not appear."""
    head = "---\ntitle: A\ndate: 2018-01-01\nslug: {0}\nkimonote: {{state: {0}, {1}}}\n---\ntext"
    states = {"scheduled": "id: 1", "expired": "id: 2", "draft": "id: 3", "unknown": "id: 4", "live": "privacy: {type: login}"}
    files = {f"_posts/{name}.md": head.format(name, more) for name, more in states.items()}
    write_tree(tmp_path, {"_data/kimonote.yaml": "kimonote: 1\n", **files})
    assert command(tmp_path)[0] == 0
    assert [name for name in states if client.get(f"/{name}/").status_code == 200] == []
    assert PostPage.objects.count() == len(states)


TOO_DEEP = ">" * 1_000


@pytest.mark.parametrize(
    ("data", "pages"),
    [
        (
            "kimonote: 1\n",
            {"pages/about.md": f"---\ntitle: About\npermalink: /about/\nkimonote: {{state: live}}\n---\n{TOO_DEEP}"},
        ),
        (f"kimonote: 1\ntags: [{{name: a, slug: a, description: '{TOO_DEEP}'}}]\n", {}),
        (f"kimonote: 1\nauthors: [{{handle: ada, name: Ada, about: '{TOO_DEEP}'}}]\n", {}),
        (f"kimonote: 1\nstreams: [{{slug: a, name: A, expression: a, introduction: '{TOO_DEEP}'}}]\n", {}),
        (f"kimonote: 1\nblog: {{title: A, introduction: '{TOO_DEEP}'}}\n", {}),
    ],
)
def test_texts_beyond_the_limits_are_refused_alone(blog: BlogPage, tmp_path: Path, data: str, pages: dict[str, str]) -> None:
    write_tree(tmp_path, {"_data/kimonote.yaml": data, "_posts/2018-01-01-a.md": simple(), **pages})
    status, printed = command(tmp_path)
    assert (status, "too deeply" in printed) == (1, True), printed
    assert PostPage.objects.exists()


@pytest.mark.parametrize(("place", "reason"), [("Oslo", ""), ("Oslo " * 60, "has at most 255 characters")])
def test_fields_that_a_site_has_added_to_posts_come_along(
    blog: BlogPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, reason: str
) -> None:
    """`subtitle` and `comments_allowed` stand for added ones: what exports call them otherwise is taken out of the file."""
    monkeypatch.setattr(added_fields, "EXPORTED", {"published", "link"})
    make_post(blog, "sea", title="Sea", slug="sea", subtitle="Oslo", comments_allowed=False)
    folder = export(tmp_path / "export")
    (file,) = (folder / "_posts").iterdir()
    text = re.sub(r"^ *(subtitle: Oslo|comments_closed: .*)\n", "", file.read_text(), count=2, flags=re.M)
    header, body = text.split("---\n")[1:]
    own = yaml.safe_load(header)["kimonote"]
    assert (own["fields"], "comments_closed" in own) == ({"subtitle": "Oslo", "comments_allowed": "False"}, False)
    file.write_text(f"---\n{header.replace('subtitle: Oslo', f'subtitle: {place}')}---\n{body}")
    empty_the_site()
    status, printed = command(folder)
    assert (status, reason in printed) == (bool(reason), True), printed
    shown = list(PostPage.objects.values_list("subtitle", "comments_allowed"))
    assert shown == ([] if reason else [("Oslo", False)])


def test_document_that_is_not_what_its_name_says_is_reported_and_left_out(blog: BlogPage, tmp_path: Path, media: Path) -> None:
    document = get_document_model().objects.create(title="Notes", file=ContentFile(b"%PDF-1.7", name="notes.pdf"))
    make_post(blog, "sea", title="Sea", slug="sea", body=f"[Notes](doc:{document.pk})")
    folder = export(tmp_path / "export")
    (folder / "documents" / "notes.pdf").write_bytes(b"MZ" + bytes(60))
    empty_the_site()
    _, printed = command(folder)
    assert "“notes.pdf” is not what its name says: its content is “exe”." in printed
    assert PostPage.objects.get().title == "Sea"
    assert not get_document_model().objects.exists()
