import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0002_decision_append_only"),
        ("sources", "0003_revision_headlines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Carry",
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
                        choices=[
                            ("kept", "kept"),
                            ("moved", "moved"),
                            ("review", "review"),
                            ("gone", "gone"),
                        ],
                        max_length=6,
                    ),
                ),
                ("proposed_start", models.PositiveIntegerField(blank=True, null=True)),
                ("proposed_end", models.PositiveIntegerField(blank=True, null=True)),
                ("score", models.FloatField(help_text="0 to 1: how sure the outcome's place is")),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not ruled"),
                            ("accepted", "Accepted"),
                            ("placed", "placed by hand"),
                            ("gone", "Gone"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("start", models.PositiveIntegerField(blank=True, null=True)),
                ("end", models.PositiveIntegerField(blank=True, null=True)),
                ("exact", models.TextField(blank=True)),
                (
                    "version",
                    models.PositiveIntegerField(default=0, help_text="how often it was ruled"),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        help_text="from whose text it was carried: where the span last had a certain place",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sources.revision",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carries",
                        to="sources.revision",
                    ),
                ),
                (
                    "span",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carries",
                        to="annotations.span",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carries",
                        to="annotations.study",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "carries",
                "ordering": ["revision_id", "span__start", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CarryDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(help_text="the version of the carry that it made"),
                ),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not ruled"),
                            ("accepted", "Accepted"),
                            ("placed", "placed by hand"),
                            ("gone", "Gone"),
                        ],
                        max_length=8,
                    ),
                ),
                ("start", models.PositiveIntegerField(blank=True, null=True)),
                ("end", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "undoes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="the number of the decision that this one took back",
                        null=True,
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "carry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="annotations.carry",
                    ),
                ),
                (
                    "moderator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carry_decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="carry",
            index=models.Index(fields=["revision", "study", "start"], name="carry_on_revision"),
        ),
        migrations.AddIndex(
            model_name="carry",
            index=models.Index(
                condition=models.Q(("outcome", "review"), ("ruling", "")),
                fields=["study", "revision"],
                name="carry_to_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="carry",
            constraint=models.UniqueConstraint(
                fields=("study", "span", "revision"), name="carry_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="carry",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["kept", "moved", "review", "gone"])),
                name="carry_outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="carry",
            constraint=models.CheckConstraint(
                condition=models.Q(("ruling__in", ["", "accepted", "placed", "gone"])),
                name="carry_ruling_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="carry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_end", None), ("proposed_start", None)),
                    ("proposed_start__lt", models.F("proposed_end")),
                    _connector="OR",
                ),
                name="carry_proposed_start_before_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="carry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end", None), ("exact", ""), ("start", None)),
                    models.Q(
                        (
                            "end",
                            django.db.models.expressions.CombinedExpression(
                                models.F("start"),
                                "+",
                                django.db.models.functions.text.Length("exact"),
                            ),
                        ),
                        ("start__lt", models.F("end")),
                    ),
                    _connector="OR",
                ),
                name="carry_as_long_as_its_quote",
            ),
        ),
        migrations.AddConstraint(
            model_name="carry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ruling", "gone"), ("start", None)),
                    models.Q(("outcome__in", ["review", "gone"]), ("ruling", ""), ("start", None)),
                    models.Q(("ruling__in", ["accepted", "placed"]), ("start__isnull", False)),
                    models.Q(
                        ("outcome__in", ["kept", "moved"]), ("ruling", ""), ("start__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="carry_has_a_place_only_if_certain",
            ),
        ),
        migrations.AddConstraint(
            model_name="carrydecision",
            constraint=models.UniqueConstraint(
                fields=("carry", "number"), name="carry_decision_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="carrydecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("ruling__in", ["", "accepted", "placed", "gone"])),
                name="carry_decision_ruling_is_known",
            ),
        ),
    ]
