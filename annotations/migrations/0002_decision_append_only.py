"""Decisions are only ever added: the database refuses to change or delete one.

TRUNCATE stays possible, so that a whole database can be emptied.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION annotations_decision_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'decisions are append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE ON annotations_decision
    FOR EACH ROW EXECUTE FUNCTION annotations_decision_append_only();
"""
BACKWARD = """
DROP TRIGGER decision_append_only ON annotations_decision;
DROP FUNCTION annotations_decision_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
