"""Decisions on carries are only ever added, as those on annotations."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER carry_decision_append_only BEFORE UPDATE OR DELETE ON annotations_carrydecision
    FOR EACH ROW EXECUTE FUNCTION annotations_decision_append_only();
"""
BACKWARD = "DROP TRIGGER carry_decision_append_only ON annotations_carrydecision"


class Migration(migrations.Migration):
    dependencies = [("annotations", "0003_carries")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
