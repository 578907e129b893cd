"""Members of the groups that a new site has, and their browsers: tests of the admin run as such, not as superusers."""

import os
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q
from django.test import Client
from playwright.sync_api import Page as Tab
from pytest_django.live_server_helper import LiveServer
from wagtail.models import GroupPagePermission, Page

from tests.support.browser import wait_for_responses


def member_of(*groups: str, name: str = "") -> User:
    """Return a user who is in these groups."""
    user = User.objects.create_user(name or "-".join(groups).lower())
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    return user


def editor_of(page: Page) -> User:
    """Return a user who may edit this page and what is below it, and nothing else."""
    group = Group.objects.create(name=f"Editors of {page.slug}")
    user = User.objects.create_user(f"editor-of-{page.slug}")
    user.groups.add(group)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    for permission in Permission.objects.filter(codename__in=("add_page", "change_page")):
        GroupPagePermission.objects.create(group=group, page=page, permission=permission)
    return user


def account_with(app: str, *codenames: str, name: str = "", email: str = "") -> User:
    """Return a user who may enter the admin and has these permissions of an app, through a group."""
    group = Group.objects.create(name=f"group {Group.objects.count()}")
    own = Q(content_type__app_label=app, codename__in=codenames)
    group.permissions.set(Permission.objects.filter(own | Q(codename="access_admin")))
    user = User.objects.create_user(name or f"eve{User.objects.count()}", email)
    user.groups.add(group)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sign_in(tab: Tab, server: LiveServer, user: User) -> None:
    """Give a tab the session of a user."""
    session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
    tab.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])


def look(tab: Tab, name: str) -> None:
    """Keep a screenshot where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        tab.screenshot(path=Path(folder) / f"{name}.png")


def leave(tab: Tab) -> None:
    """Leave a page, after the server has heard of it: nothing may come to it after the test's end."""
    wait_for_responses(tab)
    address = urljoin(tab.url, "/_util/health/")
    tab.goto("about:blank")
    tab.request.get(address)
