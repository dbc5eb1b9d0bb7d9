"""What rows kept as sentences becomes messages, some rows at a time; stopped anywhere, it goes on when run again.

The events of jobs are append-only and stay as they are: a text in one is shown as it was recorded.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, transaction
from django.db.models import Q

from . import _kept_sentences as kept

ROWS = 1_000  # of one transaction

# model, column of sentences, column of messages, how the one is read as the other, and back
COLUMNS = (
    ("Document", "problem_text", "problem", kept.message_of, kept.sentence_of),
    ("Draft", "read_problem_text", "read_problem", kept.message_of, kept.sentence_of),
    ("Job", "problem_text", "problem", kept.message_of, kept.sentence_of),
    ("Job", "error_text", "error", kept.error_of, kept.error_text_of),
)
LISTS = (("Document", "warning_texts", "warnings"), ("Draft", "read_warning_texts", "read_warnings"))


def forwards(apps, schema_editor):
    for model, old, new, read, _ in COLUMNS:
        rows = _of(apps, model).filter(**{f"{new}__isnull": True}).exclude(**{old: ""})
        _rewrite(rows, old, new, read)
    for model, old, new in LISTS:
        rows = _of(apps, model).filter(Q(**{f"{new}__isnull": True}) & ~Q(**{old: []}))
        _rewrite(rows, old, new, lambda texts: [kept.message_of(text) for text in texts])


def backwards(apps, schema_editor):
    for model, old, new, _, write in COLUMNS:
        rows = _of(apps, model).filter(**{f"{new}__isnull": False, old: ""})
        _rewrite(rows, new, old, lambda message, write=write: write(message.as_data()))
    for model, old, new in LISTS:
        rows = _of(apps, model).filter(**{f"{new}__isnull": False, old: []}).exclude(**{new: ()})
        _rewrite(rows, new, old, lambda found: [kept.sentence_of(each.as_data()) for each in found])


def _of(apps, model):
    rows = apps.get_model("feedback", model).objects.order_by("pk")
    return rows.exclude(state="done") if model == "Job" else rows  # a job that is done keeps no error


def _rewrite(rows, source, target, rewritten):
    after = None
    while True:
        some = rows.filter(pk__gt=after) if after else rows
        with transaction.atomic():
            found = list(some.values_list("pk", source)[:ROWS])
            for pk, value in found:
                rows.filter(pk=pk).update(**{target: rewritten(value)})
        if len(found) < ROWS:
            return
        after = found[-1][0]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("feedback", "0034_messages_beside_sentences"),
    ]

    operations = [
        migrations.RunPython(forwards, backwards),
        ValidateConstraint("document", "document_failure_has_a_problem"),
        ValidateConstraint("document", "document_problem_is_a_message"),
        ValidateConstraint("draft", "draft_problem_is_a_message"),
        ValidateConstraint("job", "job_failure_has_a_problem"),
        ValidateConstraint("job", "job_problem_is_a_message"),
        ValidateConstraint("job", "job_error_is_a_message"),
    ]
