"""What is looked at before a post is published: Wagtail's checks with ours beside them, and the five previews."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from wagtail.images import get_image_model

from blog.admin.content_checks import texts
from blog.models import PostPage
from blog.services.findings import Finding
from tests.support.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAULTY = "Worte <b title='von Ada'>hier</b>.\n\n[Entwurf](page:{draft}) [fort](page:999)\n\n#### Zu tief\n"


def test_checks_name_what_is_missing(desk: Desk) -> None:
    draft = PostPage.objects.get(slug=f"entwurf-{desk.user.username}")
    names = {finding: name for finding, (name, _cure) in desk.named(texts).items()}
    panel = desk.tab.locator("[data-side-panel=checks]")
    draft.published, draft.summary, draft.body = timezone.now() + timedelta(days=9), "", FAULTY.format(draft=draft.pk)
    draft.tags.set([])
    draft.save_revision(user=desk.user, clean=False)
    desk.open(f"admin/pages/{draft.pk}/edit/")
    desk.press(desk.tab.get_by_role("button", name=desk.word("Toggle checks")))
    for finding in set(Finding) - {Finding.USED_ONCE}:
        expect(panel).to_contain_text(names[finding])
    expect(panel).not_to_contain_text(names[Finding.USED_ONCE])
    expect(panel.locator("[data-content-word-count]")).to_have_text(re.compile(r"[1-9]"))
    desk.look("checks")
    draft.tags.add("einmal")
    draft.save_revision(user=desk.user, clean=False)
    desk.open(f"admin/pages/{draft.pk}/edit/")
    desk.press(desk.tab.get_by_role("button", name=desk.word("Toggle checks")))
    expect(panel).to_contain_text(names[Finding.USED_ONCE])
    expect(panel).not_to_contain_text(names[Finding.NO_TAGS])


def test_previews_show_the_post_everywhere(desk: Desk) -> None:
    draft = PostPage.objects.get(slug=f"entwurf-{desk.user.username}")
    draft.cover = get_image_model().objects.get()
    draft.save_revision(user=desk.user)
    desk.open(f"admin/pages/{draft.pk}/edit/")
    desk.press(desk.tab.get_by_role("button", name=desk.word("Toggle preview")))
    frame = desk.tab.frame_locator("[data-w-preview-target=iframe], [data-side-panel=preview] iframe").last
    modes = desk.tab.locator("[data-side-panel=preview] select")
    expect(frame.locator("body")).to_contain_text(draft.title)
    desk.look("preview")
    for mode, _label in PostPage.preview_modes[1:]:
        label = modes.locator(f"option[value={mode}]").inner_text().strip()
        desk.choose(modes, label)
        expect(desk.tab.locator(f"[data-side-panel=preview] iframe[src*='mode={mode}&']")).to_be_visible()
        expect(frame.locator("body")).to_contain_text(draft.title)
        desk.look(f"preview-{mode}")
