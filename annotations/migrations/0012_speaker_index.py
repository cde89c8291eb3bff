"""An index of those who are named as speakers, who are counted by study."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("annotations", "0011_drift_runs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(
                condition=models.Q(("removed_at", None), models.Q(("speaker", ""), _negated=True)),
                fields=["study", "speaker"],
                name="annotation_speaker",
            ),
        ),
    ]
