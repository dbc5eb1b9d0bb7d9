from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE FUNCTION feedback_auditentry_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER feedback_auditentry_append_only BEFORE UPDATE OR DELETE ON feedback_auditentry
    FOR EACH ROW EXECUTE FUNCTION feedback_auditentry_refuse_update();
"""
DROP = """
DROP TRIGGER feedback_auditentry_append_only ON feedback_auditentry;
DROP FUNCTION feedback_auditentry_refuse_update();
"""


class Migration(migrations.Migration):
    """What somebody did stays as it was told."""

    dependencies = [("feedback", "0014_audit_log")]

    operations = [migrations.RunSQL(CREATE, DROP)]
