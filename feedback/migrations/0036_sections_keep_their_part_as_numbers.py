"""Which part of a long section one is, as numbers: it stood in its heading, in English."""

import re

from django.db import migrations, models, transaction

ROWS = 1_000  # of one transaction
PART = re.compile(r" \((\d+) of (\d+)\)")


def number_parts(apps, schema_editor):
    sections = apps.get_model("feedback", "Section").objects.order_by("pk")
    sections = sections.filter(parts__isnull=True, heading__endswith=")").exclude(heading_path=[])
    after = None
    while True:
        some = sections.filter(pk__gt=after) if after else sections
        with transaction.atomic():
            found = list(some.values_list("pk", "heading", "heading_path")[:ROWS])
            for pk, heading, path in found:
                if part := PART.fullmatch(heading.removeprefix(path[-1])):
                    sections.filter(pk=pk).update(part=int(part[1]), parts=int(part[2]))
        if len(found) < ROWS:
            return
        after = found[-1][0]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("feedback", "0035_kept_sentences_become_messages"),
    ]

    operations = [
        migrations.AddField(
            "section",
            "part",
            models.PositiveSmallIntegerField(
                blank=True, help_text="Of a long section that was cut: which part this is.", null=True
            ),
        ),
        migrations.AddField(
            "section",
            "parts",
            models.PositiveSmallIntegerField(blank=True, help_text="And of how many.", null=True),
        ),
        migrations.RunPython(number_parts, migrations.RunPython.noop),
    ]
