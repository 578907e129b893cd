from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0005_post_operations"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(  # choices are not in the database
            state_operations=[
                migrations.AlterField(
                    model_name="postoperation",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("add_tags", "Tags added"),
                            ("remove_tags", "Tags removed"),
                            ("set_author", "Author set"),
                            ("publish", "Published"),
                            ("unpublish", "Unpublished"),
                            ("replace", "Found and replaced"),
                        ],
                        max_length=11,
                        verbose_name="what was done",
                    ),
                ),
            ]
        ),
    ]
