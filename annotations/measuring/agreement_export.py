"""Taking agreement away: a row for each figure, and a paragraph for a paper's section on methods.

The same figures give the same bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from annotations.agreement.selection import Selection
from annotations.export.columns import UNSAFE, Column, text
from annotations.export.exporting import BOM
from annotations.measuring.agreement_page import QUESTIONS, Names, Report, Shown, report_of
from annotations.measuring.agreement_runs import ABOUT, CONFUSION
from annotations.models import AgreementFigure, AgreementRun, Study

PARTS = ("story", "outlet", "code", "pair")
_UNSAFE = re.compile(UNSAFE)
AGREEMENT = (
    text("study", "study", "key of the study"),
    Column("selection", "selection", "what was chosen, as in the page's address; empty for all"),
    Column("part", "part", "whole, story, outlet, code, pair, or confusion: two codes"),
    Column("of", "of", "which one, by number; in a confusion 0 is no partner"),
    text("name", "name", "the same by name"),
    Column("question", "question", "noticed, where or which"),
    Column("measure", "measure", "name of the measure for programs"),
    Column("title", "title", "name of the measure for people"),
    Column("value", "value", "the figure; empty where it is undefined"),
    Column("low", "low", "lower end of the 95 % bootstrap interval"),
    Column("high", "high", "upper end"),
    Column("n", "n", "how many sentences, passages, tags or pairs of tags it is about"),
    Column("stories", "stories", "stories that add to it"),
    Column("coders", "coders", "reviewers who coded them"),
    Column("reason", "reason", "why it is undefined"),
    Column("interval_reason", "interval_reason", "why there is no interval, or what to know of it"),
    Column("samples", "samples", "bootstrap samples"),
    Column("seed", "seed", "of the random numbers"),
    Column("basis", "basis", "SHA-256 of what it was computed from"),
    Column("software", "software", "what computed it"),
)


def export_agreement(
    study: Study,
    run: AgreementRun,
    names: Names,
    file: BinaryIO,
    *,
    lossless: bool = False,
    figures: Iterable[AgreementFigure] | None = None,
) -> int:
    """Write the figures of a run as CSV and return the number of rows.

    Those of stories that are closed to the reader are left out. `figures` are those of a run that
    is not stored.
    """
    lines = io.StringIO()
    writer = csv.writer(lines)
    form = "row_lossless" if lossless else "row_safe"
    writer.writerow([form, *(column.name for column in AGREEMENT)])
    number = 0
    shown = run.figures.all() if figures is None else figures
    for number, cells in enumerate(_rows(study, run, names, shown), start=1):
        kept = (
            _safe(cells[column.value]) if column.is_text and not lossless else cells[column.value]
            for column in AGREEMENT
        )
        writer.writerow([number, *kept])
    file.write((b"" if lossless else BOM) + lines.getvalue().encode())
    return number


def _rows(
    study: Study, run: AgreementRun, names: Names, figures: Iterable[AgreementFigure]
) -> Iterator[dict[str, str]]:
    from annotations.agreement.everything import NAMED

    for figure in figures:
        if figure.part == ABOUT:
            continue
        if figure.part == "story" and int(figure.of) not in names.story:
            continue
        measure = NAMED.get(figure.measure)
        yield {
            "study": study.key,
            "selection": run.selection,
            "part": figure.part,
            "of": figure.of,
            "name": _name(figure, names),
            "question": measure.question if measure else "",
            "measure": figure.measure,
            "title": measure.title if measure else "pairs of matched tags",
            "value": _number(figure.value),
            "low": _number(figure.low),
            "high": _number(figure.high),
            "n": str(figure.units),
            "stories": str(figure.stories) if measure else "",
            "coders": str(figure.coders) if measure else "",
            "reason": figure.reason,
            "interval_reason": figure.interval_reason,
            "samples": str(run.samples),
            "seed": str(run.seed),
            "basis": run.basis,
            "software": run.version,
        }


def _name(figure: AgreementFigure, names: Names) -> str:
    if figure.part == CONFUSION:
        pks = figure.of.split("-")
        return " / ".join(names.of("code", pk) if pk != "0" else "nothing there" for pk in pks)
    return names.of(figure.part, figure.of)


def _number(value: float | None) -> str:
    """Return a figure with six decimals, which is more than it can be sure of."""
    return "" if value is None else f"{value:.6f}"


def _safe(cell: str) -> str:
    return f"'{cell}" if _UNSAFE.match(cell) else cell


@dataclass(frozen=True, slots=True)
class Methods:
    """A section on methods: what was done in words, the figures, and where they come from."""

    title: str
    paragraphs: list[str]
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    sources: list[tuple[str, str]]


def methods_of(
    study: Study,
    run: AgreementRun,
    names: Names,
    figures: Iterable[AgreementFigure] | None = None,
) -> Methods:
    """Return the section on methods of a run; `figures` are those of one that is not stored."""
    stored = run.figures.filter(part__in=("whole", ABOUT)) if figures is None else figures
    whole = [figure for figure in stored if figure.part in {"whole", ABOUT}]
    report = report_of(run, whole, names)
    shown = [one for _, _, _, figures in report.questions for one in figures]
    return Methods(
        title=f"Agreement between coders: {study.name}",
        paragraphs=[
            _what(run, report, names),
            _how(run),
            _whence(study, run, report),
        ],
        heads=("Question", "Measure", "Value", "95 % interval", "n"),
        rows=[_line(one) for one in shown],
        sources=[(one.title, one.source) for one in shown],
    )


def _what(run: AgreementRun, report: Report, names: Names) -> str:
    about, chosen = report.about, Selection.of(run.selection)
    said = (
        f"{about['coders']} coders tagged framing in {_count(about['texts'], 'news text')} of "
        f"{_count(about['stories'], 'story', 'stories')} "
        f"({_count(about['characters'], 'character')}, {_count(about['units'], chosen.unit)}) with "
        f"{_count(about['counted'], 'tag')}, each text coded by two of them or more. "
    )
    if chosen.address:
        said += f"The figures are of a part of the study ({in_words(chosen, names)}). "
    left = [
        (about["texts_alone"], "text", " that one coder coded alone"),
        (about["adrift"], "tag", " without a certain place in the newest version of its text"),
        (about["aside"], "tag", " of codes that do not count as bias"),
    ]
    out = [_count(count, what) + rest for count, what, rest in left if count]
    return said + (f"Left out were {'; '.join(out)}." if out else "Nothing was left out.")


def _count(count: int, what: str, many: str = "") -> str:
    return f"{count} {what if count == 1 else many or what + 's'}"


def _whence(study: Study, run: AgreementRun, report: Report) -> str:
    return (
        f"Computed by {run.version}; the data have the SHA-256 digest {run.basis}, and the "
        f"codebook “{study.codebook.name}” was at revision {report.about['codebook']}."
    )


def in_words(chosen: Selection, names: Names) -> str:
    """Return what was chosen, as it stands in a sentence."""
    parts = [names.of(part, key) for part, key in chosen.parts().items() if part in PARTS]
    if chosen.since or chosen.until:
        parts.append(f"tagged {chosen.since or '…'} to {chosen.until or '…'}")
    if "unit" in chosen.parts():
        parts.append(f"noticed by {chosen.unit}")
    return ", ".join(parts)


def _how(run: AgreementRun) -> str:
    unit = Selection.of(run.selection).unit
    return (
        "All figures are pooled over texts and pairs of coders, never averaged. A coder noticed a "
        f"{unit} if one of their tags overlaps it. Unitizing coefficients and F1 are computed code "
        "by code, so tags that are stacked or nested do not get into each other’s way; a coder’s "
        "tags of one code that overlap count as one in the unitizing coefficients, and the same "
        "words tagged twice with one code count once. For the choice of codes, tags of two coders "
        "that overlap were matched one to one so that their overlaps are largest in sum. Intervals "
        f"are 95 % percentile intervals from {run.samples} bootstrap samples in which stories were "
        f"drawn with replacement (seed {run.seed})."
    )


def _line(shown: Shown) -> tuple[str, ...]:
    figure = shown.figure
    interval = ""
    if figure.low is not None and figure.high is not None:
        interval = f"{figure.low:.3f} to {figure.high:.3f}"
    value = f"undefined: {figure.reason}" if figure.value is None else f"{figure.value:.3f}"
    return (
        QUESTIONS[shown.question][0],
        shown.title,
        value,
        interval or figure.interval_reason,
        f"{figure.units} {shown.counted}",
    )


def methods_text(methods: Methods) -> str:
    """Return the section as Markdown."""
    head, *body = (f"| {' | '.join(map(_plain, row))} |" for row in (methods.heads, *methods.rows))
    table = "\n".join([head, f"|{'---|' * len(methods.heads)}", *body])
    sources = "\n".join(f"- {_plain(title)}: {_plain(source)}" for title, source in methods.sources)
    words = "\n\n".join(map(_plain, methods.paragraphs))
    return f"## {_plain(methods.title)}\n\n{words}\n\n{table}\n\n{sources}\n"


def _plain(words: str) -> str:
    """Return words that Markdown shows as they are, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(words.split()))
