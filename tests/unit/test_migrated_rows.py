"""A test with transactions of its own leaves the database as the migrations left it, for those that follow on its worker."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import TransactionTestCase
from wagtail.models import Collection, Locale, Page


@pytest.mark.django_db(transaction=True)
def test_flushed_database_has_what_migrations_made() -> None:
    before = ContentType.objects.get_for_model(Page).pk
    Page.objects.all().delete()
    TransactionTestCase()._fixture_teardown()
    assert [(root.pk, root.name) for root in Collection.objects.all()] == [(1, "Root")]
    assert Page.objects.get(depth=1).get_children().count() == 1
    assert Locale.objects.get().language_code == "en"
    assert Group.objects.get(name="Editors").permissions.filter(codename="access_admin").exists()
    assert ContentType.objects.get(app_label="wagtailcore", model="page").pk == before
    Page.objects.get(depth=1).add_child(instance=Page(title="New", slug="new"))  # with a key that is free
