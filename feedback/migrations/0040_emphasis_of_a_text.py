from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0039_access_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="emphasis",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], models.JSONField()),
                default=list,
                help_text="[start, end, style] of what is in bold or italics, raised or lowered.",
            ),
        ),
    ]
