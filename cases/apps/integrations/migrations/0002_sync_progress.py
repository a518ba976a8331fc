"""When a sync is due to be queued again, and why it was given up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="trackedrepository",
            name="sync_error",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="trackedrepository",
            name="sync_resume_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When to queue a sync that does not get on.",
                null=True,
            ),
        ),
    ]
