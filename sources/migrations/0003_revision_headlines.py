"""Give every revision the headline of its article: until now an article had one revision."""

from django.db import migrations

FORWARD = """
UPDATE sources_revision revision SET headline = article.headline
FROM sources_article article WHERE article.id = revision.article_id
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0002_revisions")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
