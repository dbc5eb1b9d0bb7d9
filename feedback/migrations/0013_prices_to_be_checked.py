from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import migrations

# What AWS asked for each million tokens of this model in us-east-1 when this was written, in US dollars.
PLACEHOLDERS = {
    "anthropic.claude-3-5-sonnet-20241022-v2:0": ("3", "15", "0.30", "3.75"),
    "anthropic.claude-3-haiku-20240307-v1:0": ("0.25", "1.25", "0.03", "0.30"),
}


def seed(apps: Any, schema_editor: Any) -> None:
    """Only where the site reckons in the currency that they are in."""
    if settings.CURRENCY != "USD":
        return
    price = apps.get_model("feedback", "Price")
    for model, (read, written, cache_read, cache_write) in PLACEHOLDERS.items():
        price.objects.create(
            model=model,
            valid_from=date(2024, 1, 1),
            currency="USD",
            input=Decimal(read),
            output=Decimal(written),
            cache_read=Decimal(cache_read),
            cache_write=Decimal(cache_write),
            to_be_checked=True,
        )


class Migration(migrations.Migration):
    dependencies = [("feedback", "0012_equal_work_money_and_answer_lengths")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
