from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE FUNCTION feedback_jobevent_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'job events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER feedback_jobevent_append_only BEFORE UPDATE ON feedback_jobevent
    FOR EACH ROW EXECUTE FUNCTION feedback_jobevent_refuse_update();
"""
DROP = """
DROP TRIGGER feedback_jobevent_append_only ON feedback_jobevent;
DROP FUNCTION feedback_jobevent_refuse_update();
"""


class Migration(migrations.Migration):
    """History can be erased with its job, never rewritten."""

    dependencies = [("feedback", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
