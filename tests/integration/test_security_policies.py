"""The policies in a browser: the editor's desk works under its own, previews are framed under the public one."""

from urllib.parse import urlsplit

from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site

from blog.models import BlogPage
from kimonote.middleware import FRAMED, PUBLIC_POLICY, UNFRAMED
from tests.support.editors import member_of, sign_in
from tests.support.factories import make_post


def test_preview_beside_the_editor_is_framed_under_the_public_policy(
    tab: Page, live_server: LiveServer, blog: BlogPage
) -> None:
    """It may run Wagtail's own scripts, which check it, and no other."""
    server = urlsplit(live_server.url)
    Site.objects.update(hostname=server.hostname, port=server.port)  # where previews find their scripts
    post = make_post(blog, "a", title="Seen beforehand", body="A *word*.")
    sign_in(tab, live_server, member_of("Moderators"))
    refused: list[str] = []
    tab.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    with tab.expect_response(lambda response: "/preview/" in response.url and response.request.method == "GET") as framed:
        tab.goto(live_server.url + reverse("wagtailadmin_pages:edit", args=[post.pk]))
        tab.get_by_role("button", name="Toggle preview", exact=True).click()
    checked = PUBLIC_POLICY.replace(UNFRAMED, FRAMED).replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    scripts = f"script-src {live_server.url}/static/wagtailadmin/js/"
    assert framed.value.header_value("Content-Security-Policy") == f"{checked}; {scripts}"
    expect(tab.frame_locator("#w-preview-iframe").locator("h1")).to_have_text("Seen beforehand")
    assert [text for text in refused if "jsdelivr" not in text] == []


def test_hostile_script_runs_neither_on_the_page_nor_in_the_preview(tab: Page, live_server: LiveServer, blog: BlogPage) -> None:
    """Even if it had come through the sanitiser: it is put into the stored HTML here."""
    post = make_post(blog, "a", title="Hostile")
    type(post).objects.filter(pk=post.pk).update(
        html='<p id="a">a</p><script>document.title="run"</script><img src="x" onerror="document.title=\'run\'">'
    )
    response = tab.goto(f"{live_server.url}/{post.slug}/")
    assert response is not None
    assert response.header_value("Content-Security-Policy") == PUBLIC_POLICY
    expect(tab.locator("#a")).to_have_text("a")
    assert tab.title() == "Hostile · Notes"
