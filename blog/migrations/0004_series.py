"""Tags and streams may be in the order of a series: the columns are as before."""

from django.db import migrations, models

ORDERS = [("newest", "newest first"), ("oldest", "oldest first"), ("series", "series, oldest first")]
HELP = "Each post of a series says which part of it it is, with links to the part before and the next."


def _altered(model: str) -> migrations.AlterField:
    field = models.CharField(choices=ORDERS, default="newest", help_text=HELP, max_length=6, verbose_name="default order")
    return migrations.AlterField(model_name=model, name="order", field=field)


class Migration(migrations.Migration):

    dependencies = [("blog", "0003_replies_by_email")]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[_altered("stream"), _altered("tag")])]
