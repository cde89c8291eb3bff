"""Empty the database after a test that commits: some hundred tests do, so it must be quick.

Django truncates all tables, which makes a new file for each of them and for each of their indexes,
and then writes all permissions anew. To delete the few rows that a test left takes a fifth.
"""

from django.db import connection

# The same in every database of ours; Django writes what it does not find.
KEPT = {"auth_permission", "django_content_type"}
GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


def empty_by_deleting():
    """Let Django's flush delete rows, on any connection of this process.

    As TRUNCATE does, it waits for who still writes and passes over the triggers, which keep
    decisions from being deleted.
    """
    with connection.cursor() as cursor:
        cursor.execute(GUARDED)
        guarded = {name for (name,) in cursor.fetchall()}

    def sql_flush(_operations, style, tables, *, reset_sequences=False, allow_cascade=False):
        tables = sorted(set(tables) - KEPT)
        have_triggers = [table for table in tables if table in guarded]
        return [
            f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE",
            *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in have_triggers),
            f"DO $$ BEGIN {' '.join(f'DELETE FROM {table};' for table in tables)} END $$",
            "SET CONSTRAINTS ALL IMMEDIATE",  # what waits for the commit forbids to alter a table
            *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in have_triggers),
        ]

    type(connection.ops).sql_flush = sql_flush
