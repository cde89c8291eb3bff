"""Measure proposed groups of sentences on ECB+, and how long a story of ninety articles takes.

    python bench/grouping.py [folder with articles.jsonl.gz, sentences.jsonl.gz and pairs.jsonl.gz]

Gold: the pairs of sentences of two articles that report the same fact (`same_fact`). All sentences
of a story are grouped; pairs within an article never count. Counted are the pairs with at least
one sentence that annotators were sure of (`validated`): of the others some report the fact and
nobody said so. B³ is averaged over the validated sentences: precision is the share of the
sentences grouped with one that are linked to it, recall the share of the linked that are grouped
with it, itself included in both. Where groups overlap, sentences that share several count once.

The baseline is connected components of word or character TF-IDF cosine similarity, at the
threshold that suits each measure best on all the data. Ours has its limits from the other topics:
eight times seven eighths of them choose, and one eighth is measured.
"""

import argparse
import gzip
import itertools
import json
import math
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
from scipy import sparse
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from annotations.finding.grouping import LIMITS, Limits, Sentence, group
from annotations.finding.ranking import Ranker

DATA = ROOT.parent / "shared" / "data" / "ecbplus-dev"
THRESHOLDS = numpy.arange(0, 1, 0.05)
FOLDS = 8
GRID = [
    replace(LIMITS, acquainted=acquainted, together=together)
    for acquainted in (0.12, 0.15, 0.18)
    for together in (0.25, 0.3, 0.35)
]
SENTENCES, ARTICLES, TARGET = 4_000, 90, 8.0


@dataclass
class Topic:
    """A story of the data: its sentences, and which pairs of them are linked."""

    name: str
    sentences: list[Sentence]
    validated: numpy.ndarray
    linked: numpy.ndarray

    def __post_init__(self) -> None:
        articles = numpy.array([sentence.article for sentence in self.sentences])
        self.across = articles[:, None] != articles
        self.alike = numpy.zeros(0)

    by_meaning = False

    def similarities(self) -> numpy.ndarray:
        """Return what a `Ranker` says of the sentences, computed once for all limits."""
        if not self.alike.size:
            self.alike = Ranker([sentence.text for sentence in self.sentences]).similarities()
        return self.alike


Groupings = list[numpy.ndarray]  # for each topic, which sentences share a group


@dataclass(frozen=True)
class Counts:
    """Sums over topics, from which precision and recall follow. They add up."""

    b3: numpy.ndarray  # sum of precisions, sum of recalls, sentences
    pairs: numpy.ndarray  # right, proposed, linked

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.b3 + other.b3, self.pairs + other.pairs)

    def measures(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Return precision, recall and F1 at B³ and at pairs."""
        right, proposed, linked = self.pairs
        found = [(self.b3[0] / self.b3[2], self.b3[1] / self.b3[2])]
        found.append((right / max(proposed, 1), right / linked))
        return tuple((p, r, 2 * p * r / (p + r) if p + r else 0.0) for p, r in found)


def read(folder: Path) -> list[Topic]:
    """Return the topics of a folder of ECB+ files."""

    def lines(name: str) -> list[dict]:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    articles = {article["doc"]: (n, article) for n, article in enumerate(lines("articles"))}
    stories: dict[str, list[dict]] = defaultdict(list)
    for sentence in lines("sentences"):
        stories[articles[sentence["doc"]][1]["story"]].append(sentence)
    topics = {}
    places = {}
    for story, rows in stories.items():
        sentences = []
        for row in rows:
            number, article = articles[row["doc"]]
            places[row["doc"], row["sent"]] = len(sentences)
            sentences.append(Sentence(number, number, article["text"][row["start"] : row["end"]]))
        linked = numpy.zeros((len(rows), len(rows)), bool)
        validated = numpy.array([row["validated"] for row in rows])
        topics[story] = Topic(story, sentences, validated, linked)
    for pair in lines("pairs"):
        if pair["relation"] == "same_fact":
            one, other = (places[pair[f"{side}_doc"], pair[f"{side}_sent"]] for side in "ab")
            topics[pair["story"]].linked[one, other] = True
            topics[pair["story"]].linked[other, one] = True
    return list(topics.values())


def counts(topic: Topic, together: numpy.ndarray, rows: numpy.ndarray) -> Counts:
    """Compare which sentences share a group with which are linked; `rows` are counted."""
    proposed = (together & topic.across)[rows]
    linked = (topic.linked & topic.across)[rows]
    right = proposed & linked
    ours, theirs, both = (found.sum(axis=1) + 1 for found in (proposed, linked, right))
    b3 = numpy.array([(both / ours).sum(), (both / theirs).sum(), len(both)])
    # A pair of two counted sentences stands in two rows.
    once = numpy.where(rows, 0.5, 1.0)
    return Counts(b3, numpy.array([(found * once).sum() for found in (right, proposed, linked)]))


def ours(topic: Topic, limits: Limits) -> numpy.ndarray:
    """Return which sentences share a proposed group."""
    shared = numpy.zeros_like(topic.linked)
    for found in group(topic.sentences, topic, limits):
        shared[numpy.ix_(found.members, found.members)] = True
    return shared


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def letters_of(text: str) -> list[str]:
    """Return the runs of 3 to 5 letters of each word, its borders included."""
    padded = [f" {word} " for word in words_of(text)]
    return [
        word[start : start + length]
        for word in padded
        for length in (3, 4, 5)
        for start in range(max(1, len(word) - length + 1))
    ]


def cosine(texts: list[str], features: Callable[[str], list[str]]) -> numpy.ndarray:
    """Return the TF-IDF cosine similarities of the texts, with sublinear term frequency."""
    rows = [Counter(features(text)) for text in texts]
    documents = Counter(feature for row in rows for feature in row)
    columns = {feature: n for n, feature in enumerate(documents)}
    weight = {f: math.log((1 + len(rows)) / (1 + n)) + 1 for f, n in documents.items()}
    matrix = sparse.lil_array((len(rows), len(columns)))
    for number, row in enumerate(rows):
        values = {columns[f]: (1 + math.log(n)) * weight[f] for f, n in row.items()}
        norm = math.sqrt(sum(value * value for value in values.values())) or 1
        for column, value in values.items():
            matrix[number, column] = value / norm
    matrix = matrix.tocsr()
    return (matrix @ matrix.T).toarray()


def components(alike: numpy.ndarray, threshold: float) -> numpy.ndarray:
    """Return which sentences are in one connected component of the pairs above the threshold."""
    _, labels = connected_components(sparse.csr_array(alike >= threshold), directed=False)
    return labels[:, None] == labels


def total(found: Iterable[Counts]) -> Counts:
    return sum(found, Counts(numpy.zeros(3), numpy.zeros(3)))


def merit(found: Iterable[Counts]) -> float:
    """Return what limits are chosen by: the product of the two F1s."""
    return math.prod(f1 for _, _, f1 in total(found).measures())


def held_out(by_limits: dict[Limits, list[Counts]], topics: list[Topic]) -> Counts:
    """Return the counts of each eighth of the topics, with what is best on the others.

    "1ecb" and "1ecbplus" are one topic.
    """
    folds = [int(re.match(r"\d+", topic.name)[0]) % FOLDS for topic in topics]
    found = []
    for fold in range(FOLDS):
        others = [n for n, its in enumerate(folds) if its != fold]
        chosen = max(
            by_limits.values(), key=lambda one, others=others: merit(one[n] for n in others)
        )
        found += [its for its, number in zip(chosen, folds, strict=True) if number == fold]
    return total(found)


def baselines(topics: list[Topic]) -> dict[str, list[Groupings]]:
    """Return the components of each kind of TF-IDF, at each threshold."""
    found = {}
    for name, features in (("words", words_of), ("letters", letters_of)):
        alike = [cosine([sentence.text for sentence in t.sentences], features) for t in topics]
        found[name] = [[components(one, threshold) for one in alike] for threshold in THRESHOLDS]
    return found


def print_quality(
    topics: list[Topic],
    plain: dict[str, list[Groupings]],
    proposed: dict[Limits, Groupings],
    rows: list[numpy.ndarray],
) -> None:
    """Print both measures of the baselines and of ours, where `rows` says which count."""

    def compared(groupings: Groupings) -> list[Counts]:
        return [counts(*three) for three in zip(topics, groupings, rows, strict=True)]

    bases = {
        name: dict(zip(THRESHOLDS, [total(compared(one)) for one in found], strict=True))
        for name, found in plain.items()
    }
    by_limits = {limits: compared(groupings) for limits, groupings in proposed.items()}
    ways = {
        "ours, limits of other topics": held_out(by_limits, topics),
        "ours, limits as they are": total(by_limits[LIMITS]),
    }
    for measure, kind in enumerate(("B³", "pairs")):
        values = {}
        for name, found in bases.items():
            threshold = max(found, key=lambda one: found[one].measures()[measure][2])
            title = f"components of TF-IDF of {name}, {threshold:.2f}"
            values[title] = found[threshold].measures()[measure]
        base = max(f1 for _, _, f1 in values.values())
        values |= {name: found.measures()[measure] for name, found in ways.items()}
        for name, (precision, recall, f1) in values.items():
            print(
                f"{kind:<6} {name:<37} {precision:>9.3f} {recall:>6.3f} {f1:>6.3f}"
                f" {f1 / base:>6.2f}"
            )
    limits = max(by_limits, key=lambda one: merit(by_limits[one]))
    print(f"       best on all topics: {limits}")


def print_speed(topics: list[Topic]) -> None:
    """Print how long the sentences of all topics take as one story."""
    pool = itertools.islice(
        (sentence.text for topic in topics for sentence in topic.sentences), SENTENCES
    )
    story = [
        Sentence(n * ARTICLES // SENTENCES, n * ARTICLES // SENTENCES, text)
        for n, text in enumerate(pool)
    ]
    begun, cores_begun = time.perf_counter(), time.process_time()
    ranker = Ranker([sentence.text for sentence in story])
    indexed = time.process_time()
    found = group(story, ranker)
    seconds, cores = time.perf_counter() - begun, time.process_time() - cores_begun
    print(
        f"\n{len(story)} sentences of {ARTICLES} articles: {len(found)} groups in {cores:.1f} s of"
        f" one core, {indexed - cores_begun:.1f} s of them for the index; {seconds:.1f} s on the"
        f" clock (target {TARGET:.0f} s of one core): {'pass' if cores <= TARGET else 'FAIL'}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    folder = parser.parse_args().folder
    if not (folder / "pairs.jsonl.gz").is_file():
        parser.error(f"no ECB+ files in {folder}: give their folder")
    topics = read(folder)
    plain = baselines(topics)
    proposed = {limits: [ours(t, limits) for t in topics] for limits in {*GRID, LIMITS}}
    heads = f"{'precision':>54} recall     F1  ratio"
    print(f"validated sentences counted\n{heads}")
    print_quality(topics, plain, proposed, [topic.validated for topic in topics])
    # B³ is best there where nothing is grouped: most sentences are linked to none.
    print(f"\nall sentences counted: what nobody annotated is taken for wrong\n{heads}")
    print_quality(topics, plain, proposed, [numpy.ones_like(t.validated) for t in topics])
    print_speed(topics)


if __name__ == "__main__":
    main()
