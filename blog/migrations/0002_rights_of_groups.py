"""Gives the groups of a new site what their names promise, and makes the group of those who edit their own posts alone."""

from typing import Any

from django.db import migrations

CARED_FOR = ("tag", "stream", "author")
PAGE, ROOT = "page", 1


def give_rights(apps: Any, schema_editor: Any) -> None:
    group_model = apps.get_model("auth", "Group")
    moderators, _created = group_model.objects.get_or_create(name="Moderators")
    editors, _created = group_model.objects.get_or_create(name="Editors")
    authors, _created = group_model.objects.get_or_create(name="Authors")
    for model in CARED_FOR:
        for action in ("add", "change", "delete", "view"):
            moderators.permissions.add(_permission(apps, "blog", model, action))
    for action in ("change", "delete", "view"):
        moderators.permissions.add(_permission(apps, "blog", "comment", action))
    editors.permissions.add(_permission(apps, "blog", "tag", "view"))
    access = _permission(apps, "wagtailadmin", "admin", "access", name="Can access Wagtail admin")
    authors.permissions.add(access)
    root = apps.get_model("wagtailcore", "Page").objects.filter(depth=ROOT).first()
    if root:
        add = _permission(apps, "wagtailcore", PAGE, "add")
        apps.get_model("wagtailcore", "GroupPagePermission").objects.get_or_create(group=authors, page=root, permission=add)
    collection = apps.get_model("wagtailcore", "Collection").objects.filter(depth=ROOT).first()
    for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
        for action in ("add", "choose"):
            apps.get_model("wagtailcore", "GroupCollectionPermission").objects.get_or_create(
                group=authors, collection=collection, permission=_permission(apps, app, model, action)
            )


def _permission(apps: Any, app: str, model: str, action: str, name: str = "") -> Any:
    """Return a permission, which Django creates only after all migrations."""
    content_type, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)
    permission, _created = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=f"{action}_{model}", defaults={"name": name or f"Can {action} {model}"}
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
