"""Drift of large studies, as a worker computed it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0010_standing_annotations"),
    ]

    operations = [
        migrations.CreateModel(
            name="DriftRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("left_out", models.CharField(blank=True, max_length=64)),
                (
                    "closed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=64)),
                ("figures", models.JSONField(blank=True, default=dict)),
                ("said", models.CharField(blank=True, help_text="what went wrong", max_length=500)),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "study",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drift_runs",
                        to="annotations.study",
                    ),
                ),
            ],
            options={
                "ordering": ["study_id", "left_out"],
                "constraints": [
                    models.UniqueConstraint(fields=("study", "left_out"), name="drift_run_once")
                ],
            },
        ),
    ]
