from django.db import migrations


class Migration(migrations.Migration):
    """The model of counts gets the name that the code has for emails; its table stays as it is."""

    dependencies = [("signup", "0003_notes_on_subscribers")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("LetterCount", "EmailCount"),
                migrations.AlterModelTable("EmailCount", "signup_lettercount"),
            ],
        ),
    ]
