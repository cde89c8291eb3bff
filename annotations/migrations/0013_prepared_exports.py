"""Files of annotations that a worker makes for the person who asked."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0012_speaker_index"),
        ("sources", "0006_external_ids_and_harvests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PreparedExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("format", models.CharField(max_length=20)),
                ("status", models.CharField(blank=True, max_length=8)),
                (
                    "layer",
                    models.CharField(
                        blank=True, help_text="whose tags alone: a username", max_length=150
                    ),
                ),
                (
                    "told",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "gold_in",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=64)),
                ("done", models.PositiveIntegerField(default=0, help_text="tags that are written")),
                ("total", models.PositiveIntegerField(default=0, help_text="tags to write")),
                (
                    "said",
                    models.CharField(
                        blank=True, help_text="what is under way or went wrong", max_length=500
                    ),
                ),
                ("size", models.PositiveBigIntegerField(default=0, help_text="bytes")),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sources.story",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prepared_exports",
                        to="annotations.study",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PreparedChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                (
                    "prepared",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="annotations.preparedexport",
                    ),
                ),
            ],
            options={
                "ordering": ["prepared_id", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("prepared", "number"), name="prepared_chunk_once"
                    )
                ],
            },
        ),
    ]
