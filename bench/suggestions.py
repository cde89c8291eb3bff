"""Find the sentences that report the same fact: ours against character TF-IDF and BM25.

The stories are those of ECB+ that are there for developing, in ../shared/data/ecbplus-dev or the
folder given; the protocol stands in its README. All are asked in the same run and through
`manage.py suggest_reports`, candidates and sentences shuffled. Then our own sample story, whose
outlets differ more in their wording, and the time that it takes. Targets: as far above character
TF-IDF as .72 and .915 are on the stories that are kept back, where it has .702 and .906, and
with the model as far above MiniLM and character TF-IDF as .76 and .93 are above .731 and .919;
30 facts over ten articles of 1,000 words in half a second, 60 over 90 articles in five.
"""

import argparse
import csv
import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy
from scipy import sparse

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings
from django.core.management import call_command

from annotations.finding.ranking import Ranker
from annotations.finding.ranking.meaning import Meaning, load_meaning
from sources.sentences import sentences_of
from sources.words import words_of

DATA = ROOT.parent / "shared" / "data" / "ecbplus-dev"
SAMPLE = ROOT / "annotations" / "sample_story"
SEED = 11
LEADS = {"ours": ("characters", 0.018, 0.009), "ours, model": ("model, characters", 0.029, 0.011)}
EACH = 44  # sentences of an article of 1,000 words
TARGETS_S = {"30 facts, 10 articles": 0.5, "60 facts, 90 articles": 5, "similarities of 4,000": 5}


class Query(NamedTuple):
    story: str
    text: str
    candidates: list[str]
    right: set[int]  # numbers of candidates


class Protocol(NamedTuple):
    stories: dict[str, list[str]]
    queries: list[Query]


def ecbplus(folder: Path) -> Protocol:
    """Return each validated sentence as a query to each article with a sentence paired with it."""
    articles = {row["doc"]: row for row in rows(folder / "articles.jsonl.gz")}
    sentences, validated = defaultdict(list), []
    for row in rows(folder / "sentences.jsonl.gz"):
        text = articles[row["doc"]]["text"][row["start"] : row["end"]]
        sentences[row["doc"]].append((row["sent"], text))
        if row["validated"]:
            validated.append((row["doc"], row["sent"], text))
    paired = defaultdict(set)
    for row in rows(folder / "pairs.jsonl.gz"):
        one, other = (row["a_doc"], row["a_sent"]), (row["b_doc"], row["b_sent"])
        paired[one].add(other)
        paired[other].add(one)
    queries = []
    for doc, number, text in validated:
        for target in sorted({there for there, _ in paired[doc, number]} - {doc}):
            numbers, candidates = zip(*sentences[target], strict=True)
            right = {at for at, n in enumerate(numbers) if (target, n) in paired[doc, number]}
            queries.append(Query(articles[doc]["story"], text, list(candidates), right))
    stories = defaultdict(list)
    for doc, own in sentences.items():
        stories[articles[doc]["story"]] += [text for _, text in own]
    return shuffled(Protocol(stories, queries))


def rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def sample() -> Protocol:
    """Return the facts of the sample story and the sentences that report them as queries."""
    sentences = {}
    for path in sorted((SAMPLE / "articles").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        sentences[path.stem] = [(text[start:end], start, end) for start, end in sentences_of(text)]
    reports = defaultdict(dict)
    for row in csv.DictReader((SAMPLE / "facts.csv").open(encoding="utf-8")):
        if row["status"] in ("reported", "partial") and row["exact"]:
            text = (SAMPLE / "articles" / f"{row['article']}.txt").read_text(encoding="utf-8")
            begin = text.index(row["exact"])
            hits = reports[row["fact"]].setdefault(row["article"], set())
            for number, (_, start, end) in enumerate(sentences[row["article"]]):
                if start < begin + len(row["exact"]) and begin < end:
                    hits.add(number)
    queries = []
    for fact, by_article in reports.items():
        for target, right in by_article.items():
            candidates = [text for text, _, _ in sentences[target]]
            others = [
                sentences[a][n][0] for a, hits in by_article.items() if a != target for n in hits
            ]
            queries += [
                Query("sample", text, candidates, right) for text in [fact, *sorted(others)]
            ]
    every = [text for own in sentences.values() for text, _, _ in own]
    return shuffled(Protocol({"sample": every}, queries))


def shuffled(protocol: Protocol) -> Protocol:
    """Take away what the order could tell."""
    chance = random.Random(SEED)
    for sentences in protocol.stories.values():
        chance.shuffle(sentences)
    queries = []
    for query in protocol.queries:
        order = chance.sample(range(len(query.candidates)), len(query.candidates))
        candidates = [query.candidates[number] for number in order]
        right = {at for at, number in enumerate(order) if number in query.right}
        queries.append(query._replace(candidates=candidates, right=right))
    return Protocol(protocol.stories, queries)


def ours(protocol: Protocol, option: str) -> list[list[int]]:
    """Return the order of each query's candidates, as the command writes it."""
    with tempfile.TemporaryDirectory() as folder:
        asked, out = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        with asked.open("w") as file:
            for story, sentences in protocol.stories.items():
                file.write(json.dumps({"corpus": story, "sentences": sentences}) + "\n")
            for number, query in enumerate(protocol.queries):
                candidates = [{"id": at, "text": text} for at, text in enumerate(query.candidates)]
                line = {"query_id": number, "corpus": query.story, "query": query.text}
                file.write(json.dumps(line | {"candidates": candidates}) + "\n")
        call_command("suggest_reports", option, jsonl=str(asked), out=str(out))
        return [json.loads(line)["ranked"] for line in out.read_text().splitlines()]


def baseline(protocol: Protocol, likeness: Callable[[list[str]], numpy.ndarray]) -> list[list[int]]:
    """Return the order of each query's candidates by their likeness in the story."""
    orders = {}
    by_story = defaultdict(list)
    for number, query in enumerate(protocol.queries):
        by_story[query.story].append((number, query))
    for story, queries in by_story.items():
        texts = sorted({*protocol.stories[story], *(query.text for _, query in queries)})
        numbers = {text: number for number, text in enumerate(texts)}
        alike = likeness(texts)
        for number, query in queries:
            scores = alike[numbers[query.text], [numbers[text] for text in query.candidates]]
            keys = [(-score, text) for score, text in zip(scores, query.candidates, strict=True)]
            orders[number] = sorted(range(len(keys)), key=keys.__getitem__)
    return [orders[number] for number in range(len(orders))]


def counted(texts: list[list[str]]) -> sparse.csr_array:
    columns: dict[str, int] = {}
    cells = [
        (row, columns.setdefault(feature, len(columns)), times)
        for row, features in enumerate(texts)
        for feature, times in Counter(features).items()
    ]
    row, column, times = (numpy.array(part) for part in zip(*cells, strict=True))
    return sparse.csr_array((times.astype(float), (row, column)), (len(texts), len(columns)))


def tfidf(counts: sparse.csr_array) -> numpy.ndarray:
    """Return cosines, weighted as scikit-learn does by default."""
    frequency = counts.count_nonzero(axis=0)
    weighted = counts * (numpy.log((1 + counts.shape[0]) / (1 + frequency)) + 1)
    norms = numpy.sqrt((weighted * weighted).sum(axis=1))
    unit = sparse.csr_array(weighted / numpy.maximum(norms, 1e-9)[:, None])
    return (unit @ unit.T).toarray()


def by_characters(texts: list[str]) -> numpy.ndarray:
    """Return TF-IDF of runs of 3 to 5 characters within words (`char_wb`)."""
    return tfidf(
        counted(
            [
                [
                    padded[start : start + length]
                    for padded in (f" {word} " for word in text.lower().split())
                    for length in (3, 4, 5)
                    for start in range(max(1, len(padded) - length + 1))
                ]
                for text in texts
            ]
        )
    )


def by_words(texts: list[str]) -> numpy.ndarray:
    return tfidf(counted([words_of(text.lower()) for text in texts]))


def by_bm25(texts: list[str]) -> numpy.ndarray:
    """Return BM25 with k1 = 1.5 and b = 0.75, over words in lower case."""
    counts = counted([words_of(text.lower()) for text in texts]).toarray()
    frequency = (counts > 0).sum(axis=0)
    rarity = numpy.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
    lengths = counts.sum(axis=1, keepdims=True)
    damped = counts + 1.5 * (0.25 + 0.75 * lengths / lengths.mean())
    return (counts > 0) @ (rarity * counts * 2.5 / damped).T


def by_model(meaning: Meaning, *, characters: bool) -> Callable[[list[str]], numpy.ndarray]:
    def likeness(texts: list[str]) -> numpy.ndarray:
        vectors = meaning.of(texts)
        return vectors @ vectors.T + (by_characters(texts) if characters else 0)

    return likeness


def hits(protocol: Protocol, orders: list[list[int]], first: int) -> float:
    found = [
        bool(query.right.intersection(order[:first]))
        for query, order in zip(protocol.queries, orders, strict=True)
    ]
    return sum(found) / len(found)


def measure(name: str, protocol: Protocol, meaning: Meaning | None) -> None:
    runs = {
        "words": baseline(protocol, by_words),
        "BM25": baseline(protocol, by_bm25),
        "characters": baseline(protocol, by_characters),
        "ours": ours(protocol, "--no-meaning"),
    }
    if meaning:
        runs["model"] = baseline(protocol, by_model(meaning, characters=False))
        runs["model, characters"] = baseline(protocol, by_model(meaning, characters=True))
        runs["ours, model"] = ours(protocol, "--meaning")
    scores = {run: [hits(protocol, orders, k) for k in (1, 3)] for run, orders in runs.items()}
    print(f"\n{name}: {len(protocol.queries):,} queries")
    print(f"{'':>20} {'hit@1':>7} {'hit@3':>7} {'to characters':>15}")
    for run, (first, third) in scores.items():
        ratios = [
            own / base for own, base in zip((first, third), scores["characters"], strict=True)
        ]
        verdict = ""
        if run in LEADS:
            base, *leads = LEADS[run]
            wanted = [value + lead for value, lead in zip(scores[base], leads, strict=True)]
            enough = first >= wanted[0] and third >= wanted[1]
            verdict = f"{'pass' if enough else 'FAIL'} (≥ {wanted[0]:.3f} {wanted[1]:.3f})"
        print(f"{run:>20} {first:>7.3f} {third:>7.3f} {ratios[0]:>8.3f} {ratios[1]:.3f}  {verdict}")


def time_stories(sentences: list[str], meaning: Meaning | None) -> None:
    """Print how long it takes to index a story and to rank each article for each fact.

    What the model makes of a sentence is stored with the revision, so it is not counted here.
    """
    story = random.Random(SEED).sample(sentences, 90 * EACH)
    runs = {"30 facts, 10 articles": (10, 30), "60 facts, 90 articles": (90, 60)}
    for label, known in (("", None), (", model", meaning)):
        if known:
            known.of(story)
        if label and not known:
            return
        for name, (articles, facts) in runs.items():
            report(
                name, label, lambda a=articles, f=facts, k=known: rank_all(story[: a * EACH], f, k)
            )
        report("similarities of 4,000", label, lambda k=known: Ranker(story, k).similarities())


def rank_all(story: list[str], facts: int, meaning: Meaning | None) -> None:
    ranker = Ranker(story, meaning)
    for fact in story[:facts]:
        for begin in range(0, len(story), EACH):
            ranker.rank([fact], story[begin : begin + EACH], 3)


def report(name: str, label: str, work: Callable[[], object]) -> None:
    """Print the time of the processor, which other work does not change much, and of the wall."""
    begun, begun_wall = time.process_time(), time.perf_counter()
    work()
    taken, target = time.process_time() - begun, TARGETS_S[name]
    wall = time.perf_counter() - begun_wall
    verdict = "pass" if taken <= target else "FAIL"
    print(f"{name + label:>32} {taken:>7.2f} s, wall {wall:.2f} s  {verdict} (≤ {target} s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA, help="with the ECB+ files")
    folder = parser.parse_args().folder
    if not (folder / "pairs.jsonl.gz").is_file():
        sys.exit(f"There is no pairs.jsonl.gz in {folder}. Give the folder of ecbplus-dev.")
    django.setup()
    meaning, reason = load_meaning(wanted=settings.MEANING)
    print(f"With {meaning.name}" if meaning else reason)
    protocol = ecbplus(folder)
    measure("ECB+", protocol, meaning)
    measure("Sample story", sample(), meaning)
    print()
    every = sorted({text for sentences in protocol.stories.values() for text in sentences})
    time_stories(every, meaning)


if __name__ == "__main__":
    main()
