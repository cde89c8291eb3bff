import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Refetch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unchanged", "Unchanged"),
                            ("revised", "Revised"),
                            ("held", "held for a person to confirm"),
                            ("failed", "Failed"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "said",
                    models.TextField(
                        blank=True, help_text="what went wrong, or what is held and why"
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0, help_text="in a row")),
                ("etag", models.CharField(blank=True, max_length=500)),
                ("last_modified", models.CharField(blank=True, max_length=100)),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, db_index=True, null=True)),
            ],
            options={
                "verbose_name_plural": "refetches",
            },
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("every_hours", models.PositiveIntegerField(default=24)),
                (
                    "until",
                    models.DateTimeField(
                        blank=True, help_text="empty: until it is stopped", null=True
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "watches",
            },
        ),
        migrations.RemoveConstraint(
            model_name="revision",
            name="revision_text_once",
        ),
        migrations.AddField(
            model_name="draft",
            name="article",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to="sources.article",
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="held_because",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="way",
            field=models.CharField(
                choices=[
                    ("paste", "pasted"),
                    ("upload", "uploaded"),
                    ("url", "fetched from its address"),
                    ("command", "imported by a command"),
                    ("watch", "found by a watch"),
                ],
                default="upload",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="headline",
            field=models.CharField(default="", max_length=500),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="revision",
            name="way",
            field=models.CharField(
                blank=True,
                choices=[
                    ("paste", "pasted"),
                    ("upload", "uploaded"),
                    ("url", "fetched from its address"),
                    ("command", "imported by a command"),
                    ("watch", "found by a watch"),
                ],
                help_text="empty: from before this was noted",
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="draft",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                help_text="empty: a watch or a command brought it, and anyone of the study may confirm",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["", "paste", "upload", "url", "command", "watch"])),
                name="revision_way_is_known",
            ),
        ),
        migrations.AddField(
            model_name="refetch",
            name="article",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="refetch",
                to="sources.article",
            ),
        ),
        migrations.AddField(
            model_name="watch",
            name="started_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="watch",
            name="story",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="watch",
                to="sources.story",
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_hours__gte", 1)), name="watch_at_most_hourly"
            ),
        ),
    ]
