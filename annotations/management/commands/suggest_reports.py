"""Rank sentences that may report a fact, without the database: JSON lines in, JSON lines out."""

import json
from functools import lru_cache

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.export.json_lines import BadLine, fields, parsed, rewrite
from annotations.finding.ranking import Ranker
from annotations.finding.ranking.meaning import load_meaning

KEPT = 32  # rankers of stories; queries of one story need not stand together, but had better


class Command(BaseCommand):
    help = (
        "Rank sentences that may report a fact (docs/suggestions.md). Reads one object a line: "
        "the sentences of a story, {corpus, sentences: [text]}, and what is looked for in it, "
        "{query_id, corpus, query, candidates: [{id, text}]}, in any order. Writes, in the order "
        "of the queries, {query_id, ranked: [id], scores: [number]}, best first. Nothing is left "
        "half-written: OUT appears when the last query is answered. The database is not used."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--jsonl", required=True, metavar="IN", help="a file, or - for stdin")
        parser.add_argument("--out", required=True, metavar="OUT", help="a file, or - for stdout")
        parser.add_argument("--meaning", action="store_true", default=None, help="insist on it")
        parser.add_argument("--no-meaning", action="store_false", dest="meaning")

    def handle(self, *, jsonl, out, meaning, **_options):
        self._load_meaning(meaning)
        try:
            count = rewrite(jsonl, out, self._answer)
        except BadLine as problem:
            raise CommandError(f"{problem} Nothing was written.") from problem
        except OSError as error:
            raise CommandError(f"Cannot use {error.filename}: {error.strerror}") from error
        self.stderr.write(f"{count:,} queries answered")

    def _load_meaning(self, asked):
        """Load the optional model as asked for, or else if it is there, and say which."""
        wanted = settings.MEANING if asked is None else asked
        self.meaning, reason = load_meaning(wanted=wanted)
        if asked and not self.meaning:
            raise CommandError(reason)
        by_meaning = f"Compared by wording and by {self.meaning.name}." if self.meaning else ""
        self.stderr.write(by_meaning or f"Compared by wording alone. {reason if wanted else ''}")

    def _answer(self, lines, file):
        """Write an answer for each query, and return how many there are. Raises BadLine."""
        stories, count = checked(lines)
        lines.seek(0)

        @lru_cache(maxsize=KEPT)
        def ranker(corpus):
            return Ranker(stories[corpus], self.meaning)

        with tqdm(total=count, unit=" queries", disable=None) as bar:
            for line in map(parsed, filter(bytes.strip, lines)):
                if is_query(line):
                    answer = answered(line, ranker(line["corpus"]))
                    file.write(json.dumps(answer).encode() + b"\n")
                    bar.update()
        return count


def checked(lines):
    """Return the sentences of each story, and how many queries there are. Raises BadLine."""
    stories, asked = {}, {}  # where each story is first asked for
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            name, sentences = read(parsed(line))
            if sentences is not None and name in stories:
                raise BadLine(f"the sentences of {name!r} were given before.")
        except BadLine as problem:
            raise BadLine(f"Line {number}: {problem}") from problem
        if sentences is None:
            asked.setdefault(name, number)
            count += 1
        else:
            stories[name] = sentences
    for name, number in asked.items():
        if name not in stories:
            raise BadLine(f"Line {number}: there are no sentences of the corpus {name!r}.")
    return stories, count


def read(line):
    """Return the corpus that a line is of, and its sentences, or None for a query's line.

    Raises BadLine.
    """
    corpus = fields(line, {"corpus": object})["corpus"]
    if not isinstance(corpus, str | int):
        raise BadLine("'corpus' is neither a string nor a whole number.")
    if not is_query(line):
        sentences = fields(line, {"sentences": list})["sentences"]
        if not all(isinstance(sentence, str) for sentence in sentences):
            raise BadLine("'sentences' are not all strings.")
        return corpus, sentences
    kinds = {"query_id": object, "query": str, "candidates": list}
    for candidate in fields(line, kinds)["candidates"]:
        fields(candidate, {"id": object, "text": str})
    return corpus, None


def is_query(line):
    return "query" in line or "query_id" in line


def answered(line, ranker):
    """Return what is written for the line of a query."""
    candidates = line["candidates"]
    ranked = ranker.rank([line["query"]], [candidate["text"] for candidate in candidates])
    return {
        "query_id": line["query_id"],
        "ranked": [candidates[one.number]["id"] for one in ranked],
        "scores": [one.score for one in ranked],
    }
