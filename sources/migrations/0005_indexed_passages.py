"""The index of passages by their words, and what waits to be put into it."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# What is new, and what stands in place of a newest revision that is deleted or of an article that
# goes to another story. The row is in the transaction of whoever writes the revision.
FORWARD = """
CREATE FUNCTION sources_text_to_index() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_article bigint;
BEGIN
    IF TG_TABLE_NAME = 'sources_article' THEN
        of_article := NEW.id;
    ELSE
        of_article := OLD.article_id;
    END IF;
    INSERT INTO sources_texttoindex (revision_id)
    SELECT id FROM sources_revision WHERE article_id = of_article
    ORDER BY number DESC LIMIT 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION sources_new_text_to_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sources_texttoindex (revision_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER revision_to_index AFTER INSERT ON sources_revision
    FOR EACH ROW EXECUTE FUNCTION sources_new_text_to_index();
CREATE TRIGGER remaining_revision_to_index AFTER DELETE ON sources_revision
    FOR EACH ROW EXECUTE FUNCTION sources_text_to_index();
CREATE TRIGGER moved_article_to_index AFTER UPDATE OF story_id ON sources_article
    FOR EACH ROW WHEN (OLD.story_id <> NEW.story_id)
    EXECUTE FUNCTION sources_text_to_index();

INSERT INTO sources_texttoindex (revision_id)
SELECT DISTINCT ON (article_id) id FROM sources_revision ORDER BY article_id, number DESC;
"""
BACKWARD = """
DROP TRIGGER revision_to_index ON sources_revision;
DROP TRIGGER remaining_revision_to_index ON sources_revision;
DROP TRIGGER moved_article_to_index ON sources_article;
DROP FUNCTION sources_text_to_index();
DROP FUNCTION sources_new_text_to_index();
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0004_sites")]

    operations = [
        migrations.CreateModel(
            name="TextToIndex",
            fields=[
                (
                    "revision",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="sources.revision",
                    ),
                ),
            ],
            options={"verbose_name_plural": "texts to index"},
        ),
        migrations.CreateModel(
            name="IndexedPassage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indexed_passages",
                        to="sources.revision",
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sources.story",
                    ),
                ),
            ],
            options={
                "ordering": ["revision_id", "start"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["keys"], name="indexed_passage_keys"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("revision", "start"), name="indexed_passage_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
