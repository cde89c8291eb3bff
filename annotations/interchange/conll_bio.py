"""CoNLL tables with BIO tags (IOB2): a line for each token, a column for each code.

For training taggers; nothing is read back. An archive has a folder for each annotator, and in it
a table for each text, in CoNLL-U Plus (https://universaldependencies.org/ext-format.html): its
first line names the columns. What counts is the code in force: a ruled one goes before the
reviewer's, and rejected tags are left out. So is a tag that shares a token with another one of
the same code, since a column has one tag for a token: the longer stays. `left_out.jsonl` lists
them. A tag over two sentences begins anew in the second one: taggers see one sentence at a time.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import BinaryIO

from annotations.interchange.archives import Archive
from annotations.interchange.conventions import UNTAGGED, by_annotator
from annotations.interchange.records import AnnotationRecord, Dataset, Document
from annotations.interchange.tokenising import Tokens, tokenised

PLACE_COLUMNS = ("ID", "FORM", "PARALLAX:START", "PARALLAX:END")
REJECTED = "rejected"


def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:
    """Write a zip with `annotator/document.conllup` for each text and annotator."""
    codes = [code.key for code in dataset.codes]
    left_out: list[str] = []
    with Archive(file) as archive:
        for document in documents:
            table = _Table(document, codes)
            for name, records in by_annotator(document.annotations).items():
                columns, misfits = table.columns(records)
                folder = "untagged" if name == UNTAGGED else name
                with archive.member(f"{folder}/{document.name}.conllup") as out:
                    for line in table.lines(columns):
                        out.write(f"{line}\n".encode())
                left_out += (_told(document, *misfit) for misfit in misfits)
        archive.add("left_out.jsonl", "".join(left_out).encode())


def in_force(record: AnnotationRecord) -> str:
    """Return the code that counts."""
    return record.ruled_code or record.code


class _Table:
    """A text cut into tokens, once for all who tagged it."""

    def __init__(self, document: Document, codes: Sequence[str]) -> None:
        self._document = document
        self._codes = codes
        self._text = document.article.text or ""
        self._sentences = tokenised(self._text, document.article.language)
        self._tokens = Tokens(self._sentences)
        sizes = (len(sentence.tokens) for sentence in self._sentences)
        self._firsts = {0, *accumulate(sizes)}  # tokens at the beginning of a sentence

    def columns(
        self, records: Sequence[AnnotationRecord]
    ) -> tuple[dict[str, list[str]], list[tuple[AnnotationRecord, str, str]]]:
        """Return the column of each code; and the tags left out, why, and the id of which stays."""
        unlisted = sorted({in_force(record) for record in records} - {*self._codes})
        columns = {code: ["O"] * len(self._tokens.places) for code in (*self._codes, *unlisted)}
        owners: dict[tuple[str, int], str] = {}
        misfits = []
        for record in sorted(records, key=_longest_first):
            code = in_force(record)
            on = self._tokens.touched(record.start or 0, record.end or 0)
            beside = next((owners[code, at] for at in on if (code, at) in owners), None)
            if record.status == REJECTED:
                misfits.append((record, REJECTED, ""))
            elif beside is not None:
                misfits.append((record, "shares a token with a tag of the same code", beside))
            else:
                owners |= {(code, at): record.id for at in on}
                for at in on:
                    begins = at == on.start or at in self._firsts
                    columns[code][at] = f"{'B' if begins else 'I'}-{code}"
        return columns, misfits

    def lines(self, columns: dict[str, list[str]]) -> Iterator[str]:
        """Yield the lines of a table with these columns."""
        names = (f"BIO:{code.upper()}" for code in columns)
        yield " ".join(("# global.columns =", *PLACE_COLUMNS, *names))
        yield f"# newdoc id = {self._document.name}"
        at = 0
        for nth, sentence in enumerate(self._sentences, 1):
            words = " ".join(self._text[sentence.start : sentence.end].split())
            yield f"# sent_id = {nth}"
            yield f"# text = {words}"
            for number, (start, end) in enumerate(sentence.tokens, 1):
                tags = (column[at] for column in columns.values())
                yield "\t".join((str(number), self._text[start:end], str(start), str(end), *tags))
                at += 1
            yield ""


def _told(document: Document, record: AnnotationRecord, why: str, beside: str) -> str:
    """Return a line that says which tag is not in its table."""
    said = {
        "document": document.name,
        "annotator": record.annotator,
        "annotation_id": record.id,
        "code": in_force(record),
        "start": record.start,
        "end": record.end,
        "why": why,
        "beside": beside,
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def _longest_first(record: AnnotationRecord) -> tuple[int, int, str]:
    start, end = record.start or 0, record.end or 0
    return start - end, start, record.id
