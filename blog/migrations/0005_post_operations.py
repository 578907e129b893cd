import uuid

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0004_series"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PostOperation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name="when")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("add_tags", "Tags added"),
                            ("remove_tags", "Tags removed"),
                            ("set_author", "Author set"),
                            ("publish", "Published"),
                            ("unpublish", "Unpublished"),
                        ],
                        max_length=11,
                        verbose_name="what was done",
                    ),
                ),
                ("what", models.CharField(blank=True, max_length=200)),
                ("count", models.PositiveIntegerField(default=0)),
                ("batch", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of posts",
                "verbose_name_plural": "changes of posts",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PostLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveIntegerField()),
                ("changes", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lots", to="blog.postoperation"
                    ),
                ),
            ],
        ),
    ]
