"""Codebooks that are there begin their history; rulings on cards are only ever added."""

from django.db import migrations
from django.db.models import F

WORDING = (
    "key name definition include exclude examples sources colour hotkey position "
    "asks_target marks_spans counts_as_bias retired_at"
).split()
FORWARD = """
CREATE TRIGGER card_ruling_append_only BEFORE UPDATE OR DELETE ON annotations_cardruling
    FOR EACH ROW EXECUTE FUNCTION annotations_decision_append_only();
CREATE TRIGGER gold_tag_append_only BEFORE UPDATE OR DELETE ON annotations_goldtag
    FOR EACH ROW EXECUTE FUNCTION annotations_decision_append_only();
"""
BACKWARD = """
DROP TRIGGER gold_tag_append_only ON annotations_goldtag;
DROP TRIGGER card_ruling_append_only ON annotations_cardruling;
"""


def begin_histories(apps, schema_editor):  # noqa: ARG001 - Django's
    """Give each codebook a first revision, with its codes as they stand."""
    model = apps.get_model("annotations", "Codebook").objects.all()
    revisions = apps.get_model("annotations", "CodebookRevision").objects
    states = apps.get_model("annotations", "CodeState")
    for codebook in model:
        said = "The codebook as it stood when its history began."
        first = revisions.create(codebook=codebook, number=1, said=said)
        codes = codebook.codes.annotate(above=F("parent__key"))
        states.objects.bulk_create(
            states(
                revision=first,
                code_number=code.pk,
                parent_key=code.above or "",
                **{name: getattr(code, name) for name in WORDING},
            )
            for code in codes
        )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0006_codings_of_teams")]

    operations = [
        migrations.RunPython(begin_histories, migrations.RunPython.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
