"""The table of items, and one row."""

from django.db import migrations, models


def stock(apps, schema_editor):
    """Put one thing on the shelf."""
    apps.get_model("shop", "Item").objects.create(code="pen", left=3)


class Migration(migrations.Migration):
    """The first."""

    operations = [
        migrations.CreateModel(
            "Item",
            [
                ("code", models.CharField(max_length=20, primary_key=True)),
                ("left", models.IntegerField(default=0)),
            ],
        ),
        migrations.RunPython(stock, migrations.RunPython.noop),
    ]
