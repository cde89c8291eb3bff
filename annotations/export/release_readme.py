"""The README of a release: what it holds, how it was made, and how to read and check it.

It is made from the data alone and bears no date, so that the same data give the same bytes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotations.export.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a release: what it holds, of which rows, in which columns (name and meaning)."""

    name: str
    what: str
    rows: int | None
    columns: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many annotations bear a code: as coders chose it, and with moderators' rulings."""

    path: str
    name: str
    chosen: int
    in_force: int


@dataclass(frozen=True, slots=True)
class About:
    """What there is to count in a study, and how it is coded."""

    stories: int
    articles: int
    texts: int
    outlets: int
    coders: int
    annotations: int
    statuses: Mapping[str, int]
    gold: int
    facts: int
    coders_of: Mapping[int, int]  # how many stories were coded by how many coders
    codes: Sequence[CodeCount]
    codebook: str
    codebook_revision: int
    blind: bool
    outlets_hidden: bool
    coders_wanted: int


def readme(manifest: Manifest, about: About, files: Sequence[Listed], methods: str) -> str:
    """Return the README as Markdown. `methods` is the section on agreement, or why there is none.

    `files` are those that were written before it.
    """
    parts = [
        f"# {_plain(manifest.name)}",
        _what(manifest, about),
        "## Licence",
        _licence(manifest),
        "## What there is",
        _counts(about),
        "### Annotations by code",
        _codes(about),
        "## How it was made",
        _made(about),
        "## Agreement between coders",
        _without_title(methods),
        "## Files",
        _files(files),
        "## Offsets and line ends",
        OFFSETS,
        "## How to read it",
        _reading(manifest),
        "## How to verify it",
        VERIFYING,
        "## How to cite it",
        _citing(manifest),
        "## Columns",
        *(_columns(one) for one in files if one.columns),
    ]
    return "\n\n".join(parts) + "\n"


def _without_title(methods: str) -> str:
    """Return the section without its heading, in whose place the README has its own."""
    title, _, rest = methods.strip().partition("\n")
    return rest.strip() if title.startswith("#") else methods


def _what(manifest: Manifest, about: About) -> str:
    held = (
        "The articles’ texts are in it."
        if manifest.texts
        else "The articles’ texts are not in it: only the words that were tagged, with up to 32 "
        "characters before and after them, and the articles’ addresses."
    )
    return (
        f"What coders tagged in {_count(about.texts, 'text')} of "
        f"{_count(about.articles, 'news article')} from {_count(about.outlets, 'outlet')} on "
        f"{_count(about.stories, 'story', 'stories')}: {_count(about.annotations, 'annotation')}, "
        f"each one code on exact words. {held}\n\n"
        f"The study’s key is `{manifest.study}`. {_plain(manifest.software)} made this file."
    )


def _licence(manifest: Manifest) -> str:
    people = (
        "People are called coder-1, coder-2 and so on; one name is one person in all files. What "
        "they wrote in notes and reasons is as they wrote it."
        if manifest.pseudonyms
        else "People are called by their usernames."
    )
    terms = (
        f"The annotations may be used under: {_plain(manifest.licence)}."
        if manifest.licence
        else "No licence was given. Ask the owners of the study before you use or pass on this."
    )
    texts = (
        " The texts belong to those who published them; see `url` in articles.csv."
        if manifest.texts
        else ""
    )
    return f"{terms}{texts}\n\n{people}"


def _counts(about: About) -> str:
    rows = [
        ("stories", about.stories),
        ("articles", about.articles),
        ("texts: an article that was changed has several", about.texts),
        ("outlets", about.outlets),
        ("coders with annotations", about.coders),
        ("annotations", about.annotations),
        *((f"… of them {status}", count) for status, count in about.statuses.items()),
        ("gold tags: what adjudication found right", about.gold),
        ("facts", about.facts),
    ]
    return _table(("what", "number"), rows)


def _codes(about: About) -> str:
    rows = [(f"`{one.path}`", _plain(one.name), one.chosen, one.in_force) for one in about.codes]
    return (
        "As coders chose it, and in force: with the rulings of moderators, without what they "
        "rejected.\n\n" + _table(("code", "name", "chosen", "in force"), rows)
    )


def _made(about: About) -> str:
    codebook = (
        f"Codebook: “{_plain(about.codebook)}” at revision {about.codebook_revision} "
        "(codebook.csv). `codebook_revision` says under which one an annotation was made, and "
        "codebook_revisions.csv what each changed."
    )
    said = [
        codebook,
        "Coding: blind; a coder sees nobody else’s annotations until a story opens."
        if about.blind
        else "Coding: open; coders could see each other’s annotations.",
        f"Outlets: {'hidden from' if about.outlets_hidden else 'known to'} those who coded.",
        f"Coders wanted for each story: {about.coders_wanted}.",
    ]
    listed = "\n".join(f"- {one}" for one in said)
    rows = [(coders, stories) for coders, stories in sorted(about.coders_of.items())]
    by = _table(("coders", "stories coded by so many"), rows) if rows else "No story was coded yet."
    return (
        f"{listed}\n\n{by}\n\nThese are the settings as they stand in this release; they may have "
        "been others before. Annotations that their coder removed are not in it."
    )


def _files(files: Iterable[Listed]) -> str:
    rows = [
        (f"`{one.name}`", one.what, "" if one.rows is None else f"{one.rows:,}") for one in files
    ]
    own = [
        ("`README.md`", "this text", ""),
        ("`manifest.json`", "SHA-256, bytes and rows of each file", ""),
    ]
    return _table(("file", "what it holds", "rows"), [*rows, *own])


OFFSETS = """\
`start` and `end` count Unicode code points from 0, and `end` is the first one after the words, as
in Python: `text[start:end]`. `start_utf16` and `end_utf16` count UTF-16 units, as JavaScript and
Java do. They count in the text whose SHA-256 is `revision_sha256`: in UTF-8, in normal form C, with
lines that end in a line feed alone. A program that turns line feeds into CR LF shifts all offsets
after the first one.

The CSV files are in UTF-8 with a byte order mark; their rows end in CR LF; quoted cells may hold
line feeds. They are in the safe form, as the name of their first column, `row_safe`, says: a cell
that a spreadsheet might run as a formula, or that begins with an apostrophe, has an apostrophe in
front. To have the cell as it was, take one leading apostrophe away. annotations.jsonl and
annotations.jsonld have the words as they are."""


def _reading(manifest: Manifest) -> str:
    r = """\
tags <- readr::read_csv("annotations.csv")
plain <- function(cells) sub("^'", "", cells)  # take the apostrophe away
tags$exact <- plain(tags$exact)"""
    python = """\
import pandas

tags = pandas.read_csv("annotations.csv", keep_default_na=False)
tags["exact"] = tags["exact"].str.removeprefix("'")  # take the apostrophe away"""
    if manifest.texts:
        r += """
texts <- readr::read_csv("articles.csv")
texts$text <- plain(texts$text)
both <- merge(tags, texts[c("revision_id", "text")], by = "revision_id")
stopifnot(stringi::stri_sub(both$text, both$start + 1, both$end) == both$exact)"""
        python += """
texts = pandas.read_csv("articles.csv", keep_default_na=False)
texts["text"] = texts["text"].str.removeprefix("'")
text_of = dict(zip(texts["revision_id"], texts["text"]))
for tag in tags.itertuples():
    assert text_of[tag.revision_id][tag.start:tag.end] == tag.exact"""
    return f"In R:\n\n```r\n{r}\n```\n\nIn Python:\n\n```python\n{python}\n```"


VERIFYING = """\
`sha256sum annotations.csv` has to give what manifest.json says, and so for each file. With
Parallax, `python manage.py verify_release FILE.zip` checks the files, that every quote and every
reference holds, and that the CSV and JSON files say the same; with `--study KEY` it also says which
rows differ from those in the database."""


def _citing(manifest: Manifest) -> str:
    return (
        "Name the people or the institution that give you this file, then: "
        f"*{_plain(manifest.name)}* [data set]. {_plain(manifest.software)}. Add the SHA-256 of "
        "the whole zip: the name under which it was downloaded ends in its first eight digits."
    )


def _columns(file: Listed) -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in file.columns]
    return f"### {file.name}\n\n{_table(('column', 'what it holds'), rows)}"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _plain(words: str) -> str:
    """Return words that Markdown shows as they are, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(words.split()))
