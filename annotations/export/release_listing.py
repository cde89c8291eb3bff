"""The files of a release in words, with their columns: what its README lists."""

from collections.abc import Mapping

from annotations.export.columns import ANNOTATIONS, FACTS, GOLD, RULINGS, Column
from annotations.export.manifest import FileFact
from annotations.export.release_readme import Listed
from annotations.export.release_tables import ARTICLES, CODEBOOK_REVISIONS, DECISIONS, TEXT
from annotations.measuring.agreement_export import AGREEMENT

CODEBOOK = (
    ("key", "key of the code: `code` in the other files"),
    ("parent", "key of the code above it"),
    ("name", "its name"),
    ("definition", "what it means"),
    ("include", "what it is for"),
    ("exclude", "what it is not for"),
    ("examples", "examples, one a line"),
    ("sources", "where in the literature it comes from"),
    ("colour", "#rrggbb"),
    ("hotkey", "the key that tags with it"),
    ("asks_target", "yes or no: a target and a polarity are mandatory"),
    ("marks_spans", "yes or no: it is put on words"),
    ("counts_as_bias", "yes or no"),
    ("retired_at", "since when no new tag takes it"),
    ("merged_into", "the code that took its place"),
    ("split_from", "the code whose place it took in part"),
)
WHAT = {
    "codebook.csv": "the codes; can be imported as a codebook",
    "codebook.json": "the same as JSON",
    "codebook_revisions.csv": "what each revision of the codebook changed, a row for each code",
    "articles.csv": "a row for each text of each article",
    "annotations.csv": "a row for each annotation",
    "annotations.jsonl": "the same as JSON lines; texts that are in the release, before them",
    "annotations.jsonld": "the same, as W3C Web Annotations",
    "decisions.csv": "a row for each decision of a moderator on an annotation",
    "gold.csv": "the gold layer: a row for each tag that adjudication found right",
    "rulings.csv": "a row for each ruling on overlapping tags and each tag that it is on",
    "facts.csv": "a row for each fact, article, and span in which the article reports it",
    "agreement.csv": "how far coders agree: a row for each figure; γ is left out",
}
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "codebook_revisions.csv": CODEBOOK_REVISIONS,
    "articles.csv": ARTICLES,
    "annotations.csv": ANNOTATIONS,
    "decisions.csv": DECISIONS,
    "gold.csv": GOLD,
    "rulings.csv": RULINGS,
    "facts.csv": FACTS,
    "agreement.csv": AGREEMENT,
}


def listed(facts: Mapping[str, FileFact], *, texts: bool) -> list[Listed]:
    """Return the files in words, in their order."""
    return [
        Listed(name, WHAT[name], fact.rows, _columns(name, texts)) for name, fact in facts.items()
    ]


def _columns(name: str, texts: bool) -> list[tuple[str, str]]:
    if name == "codebook.csv":
        return list(CODEBOOK)
    columns = COLUMNS.get(name, ())
    if name == "articles.csv" and texts:
        columns = (*columns, TEXT)
    said = [(column.name, column.meaning) for column in columns]
    return [("row_safe", "number of the row, from 1"), *said] if said else []
