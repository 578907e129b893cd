"""A flush leaves the test database as the migrations left it, for the tests that follow on the same worker."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import Collection, Locale, Page


@pytest.mark.django_db(transaction=True)
def test_flushed_database_has_what_migrations_made() -> None:
    Page.objects.all().delete()
    call_command("flush", interactive=False)
    assert [(root.pk, root.name) for root in Collection.objects.all()] == [(1, "Root")]
    assert Page.objects.get(depth=1).get_children().count() == 1
    assert Locale.objects.get().language_code == "en"
    assert Group.objects.get(name="Editors").permissions.filter(codename="access_admin").exists()
