"""Names that stand for people in what is published: coder-1, coder-2 and so on.

They are numbered in the order in which their accounts were made, so that who comes later changes
nobody's number. One person has one name in all files of a release.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import connection

from annotations.export.tables import Table
from annotations.models import Study

# Everybody whom a file of the study may name.
PEOPLE = """
SELECT account.id, account.username
FROM auth_user account WHERE account.id IN (
    SELECT annotator_id FROM annotations_annotation WHERE study_id = %(study)s
    UNION SELECT moderator_id FROM annotations_decision decision
        JOIN annotations_annotation tag ON tag.id = decision.annotation_id
        WHERE tag.study_id = %(study)s
    UNION SELECT moderator_id FROM annotations_cardruling ruling
        JOIN annotations_card card ON card.id = ruling.card_id
        JOIN annotations_adjudication adjudication ON adjudication.id = card.adjudication_id
        WHERE adjudication.study_id = %(study)s
    UNION SELECT set_by_id FROM annotations_report report
        JOIN annotations_fact fact ON fact.id = report.fact_id WHERE fact.study_id = %(study)s
    UNION SELECT coder_id FROM annotations_assignment WHERE study_id = %(study)s)
ORDER BY account.id
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and what a release calls them; `number` is that of their account or pseudonym."""

    username: str
    name: str
    number: int


def people_of(study: Study, *, pseudonyms: bool) -> dict[int, Person]:
    """Return everybody whom the study's files may name, by the pks of their accounts."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"study": study.pk})
        found = cursor.fetchall()
    if not pseudonyms:
        return {pk: Person(username, username, pk) for pk, username in found}
    return {
        pk: Person(username, f"coder-{number}", number)
        for number, (pk, username) in enumerate(found, start=1)
    }


def renamed(table: Table, people: Mapping[int, Person]) -> Table:
    """Return the table with the people's names in a release in place of their usernames.

    Its source reads `auth_user`; a query of that name goes before the table of that name.
    """
    pks = ", ".join(str(int(pk)) for pk in people)
    names = ", ".join(f"'coder-{int(person.number)}'" for person in people.values())
    named = f"""
        SELECT account.id, coalesce(known.name, 'unknown') AS username
        FROM auth_user account
        LEFT JOIN unnest(ARRAY[{pks}]::bigint[], ARRAY[{names}]::text[]) AS known (id, name)
            ON known.id = account.id"""  # noqa: S608 - numbers only
    first, found, rest = table.source.partition("WITH ")
    if first.strip() or not found:
        raise ValueError("The table's source does not begin with WITH.")
    return replace(table, source=f"WITH auth_user AS ({named}), {rest}")
