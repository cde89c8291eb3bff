"""Indexes from which the tags of a study are counted, and looked up by annotator."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("annotations", "0009_release_pseudonyms"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(
                condition=models.Q(("removed_at", None)),
                fields=["study", "status", "code", "ruled_code"],
                name="annotation_standing",
            ),
        ),
        migrations.RemoveIndex(model_name="annotation", name="annotation_queue"),
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(fields=["annotator", "study"], name="annotation_of_annotator"),
        ),
        migrations.AlterField(
            model_name="annotation",
            name="annotator",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="annotations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
