"""Columns of messages beside those of sentences, which the release before goes on writing while it still runs."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

import feedback.models.messages
from feedback.models.messages import is_message

MESSAGE = feedback.models.messages.MessageField
MESSAGES = feedback.models.messages.MessagesField
STUDENT = "What went wrong, for the student."


def aside(model, name, new_name, field):
    """The column keeps its name in the database; in the model another column takes the name over."""
    return [
        migrations.AlterField(model, name, field),
        migrations.RenameField(model, name, new_name),
    ]


def sentence(column):
    return models.TextField(db_column=column, blank=True, editable=False)


def sentences(column):
    return models.JSONField(db_column=column, default=list, blank=True, editable=False)


def failure_has_a_problem(name):
    condition = ~Q(state="failed") | Q(problem__isnull=False) | ~Q(problem_text="")
    return models.CheckConstraint(condition=condition, name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0033_comment_bank"),
    ]

    operations = [
        migrations.RemoveConstraint("document", "document_failure_has_words"),
        migrations.RemoveConstraint("job", "job_failure_has_words"),
        *aside("document", "problem", "problem_text", sentence("problem")),
        *aside("document", "warnings", "warning_texts", sentences("warnings")),
        *aside("draft", "read_problem", "read_problem_text", sentence("read_problem")),
        *aside("draft", "read_warnings", "read_warning_texts", sentences("read_warnings")),
        *aside("job", "problem", "problem_text", sentence("problem")),
        *aside("job", "error", "error_text", sentence("error")),
        migrations.AddField("document", "problem", MESSAGE(db_column="problem_message", help_text=STUDENT)),
        migrations.AddField(
            "document",
            "warnings",
            MESSAGES(db_column="warning_messages", help_text="What was not read of it, or not surely."),
        ),
        migrations.AddField(
            "draft",
            "read_problem",
            MESSAGE(db_column="read_problem_message", help_text="Why it could not be read."),
        ),
        migrations.AddField("draft", "read_warnings", MESSAGES(db_column="read_warning_messages")),
        migrations.AddField("job", "problem", MESSAGE(db_column="problem_message", help_text=STUDENT)),
        migrations.AddField(
            "job",
            "error",
            MESSAGE(db_column="error_message", help_text="The error of its last run, for operators."),
        ),
        # Checked for each new row at once, and for the old ones in the next migration, beside reading and writing.
        AddConstraintNotValid("document", failure_has_a_problem("document_failure_has_a_problem")),
        AddConstraintNotValid("document", is_message("problem", name="document_problem_is_a_message")),
        AddConstraintNotValid("draft", is_message("read_problem", name="draft_problem_is_a_message")),
        AddConstraintNotValid("job", failure_has_a_problem("job_failure_has_a_problem")),
        AddConstraintNotValid("job", is_message("problem", name="job_problem_is_a_message")),
        AddConstraintNotValid("job", is_message("error", name="job_error_is_a_message")),
    ]
