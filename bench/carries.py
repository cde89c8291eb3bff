"""Carry random spans through edits: what comes out right, wrong, for review or gone; and how fast.

    python bench/carries.py [FOLDER] [--half tuning] [--carries 400] [--seed 1]

The texts are those of the sample story, or all *.txt in a folder. Every other text is for tuning:
the thresholds in annotations/carrying were tried there. The rest is held out and printed.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import edits

from annotations.revisions.carrying import Outcome, carry

SAMPLE = ROOT / "annotations" / "sample_story" / "articles"
RIGHT, WRONG, REVIEW, MOVED = "right", "wrong", "at the place", "moved right"
LABELS = {
    RIGHT: "kept or moved, right",
    WRONG: "kept or moved, wrong",
    REVIEW: "review, at the place",
    MOVED: "moved, right",
}
AT_LEAST = {RIGHT, REVIEW, MOVED}
# What is edited, what is counted of it, and its bound in per cent.
ROWS: list[tuple[str, Callable, str, float]] = [
    ("note on top, quotes made straight", edits.add_note, RIGHT, 99.5),
    ("12 characters of words beside rewritten", edits.rewrite_neighbours, RIGHT, 98),
    ("12 characters beside made letters", edits.scramble_neighbours, RIGHT, 98),
    ("one character changed", edits.change_character, REVIEW, 95),
    ("phrase replaced", edits.replace_phrase, WRONG, 0.5),
    ("sentence deleted", edits.delete_sentence, WRONG, 0.5),
    ("two of the phrase, this one deleted", edits.delete_phrase_with_twin, WRONG, 0.5),
    ("two of the phrase, its sentence deleted", edits.delete_sentence_with_twin, WRONG, 0.5),
    ("two of the phrase, the other deleted", edits.delete_twin, RIGHT, 99.5),
    ("sentence moved", edits.move_sentence, MOVED, 95),
    ("two paragraphs change places", edits.swap_paragraphs, RIGHT, 95),
    ("paragraphs shuffled", edits.shuffle_paragraphs, RIGHT, 95),
    ("paragraph rewritten", edits.rewrite_paragraph, WRONG, 0.5),
]
TRIES = 30  # times the carries asked for; an edit that can be made more seldom is left there


def measure(make: Callable, texts: list[str], carries: int, chance: random.Random) -> Counter:
    """Return how often each outcome and each of LABELS came out."""
    seen: Counter = Counter()
    for _ in range(TRIES * carries):
        if seen["carries"] == carries:
            break
        text = chance.choice(texts)
        span = edits.random_span(text, chance)
        edit = make(text, *span, chance) if span else None
        if not edit:
            continue
        (carried,) = carry(edit.old, edit.new, [edit.span])
        at_place = (carried.start, carried.end) == edit.place
        certain = carried.outcome in (Outcome.KEPT, Outcome.MOVED)
        seen["carries"] += 1
        seen[carried.outcome.value] += 1
        seen[RIGHT] += certain and at_place
        seen[WRONG] += certain and not at_place
        seen[MOVED] += carried.outcome == Outcome.MOVED and at_place
        seen[REVIEW] += carried.outcome == Outcome.REVIEW and at_place
    return seen


def print_row(name: str, counted: str, bound: float, seen: Counter) -> None:
    """Print one line of the table."""
    carries = seen["carries"] or 1
    share = {key: 100 * number / carries for key, number in seen.items()}
    value = share.get(counted, 0.0)
    passed = value >= bound if counted in AT_LEAST else value <= bound
    sign = "≥" if counted in AT_LEAST else "≤"
    outcomes = " ".join(f"{share.get(outcome.value, 0.0):>6.1f}" for outcome in Outcome)
    print(
        f"{name:<40} {LABELS[counted]:<21} {value:>6.2f} {sign} {bound:<5}"
        f"{'pass' if passed else 'FAIL':<5}{outcomes} {seen['carries']:>6}",
        flush=True,
    )


def long_article(texts: list[str], chance: random.Random, words: int = 5_000) -> str:
    """Return the texts, and then sentences of their words, until there are enough."""
    text = "\n\n".join(texts)
    vocabulary = edits.WORD.findall(text)
    for _ in range(0, words - len(vocabulary), 15):
        text += " " + " ".join(chance.choices(vocabulary, k=15)).capitalize() + "."
    return text


def print_speed(texts: list[str], chance: random.Random, spans: int = 1_000) -> None:
    """Print how long an edit of 4 % of the words takes, and a complete rewrite."""
    text = long_article(texts, chance)
    vocabulary = edits.WORD.findall(text)
    places = []
    while len(places) < spans:
        span = edits.random_span(text, chance)
        places += [span] if span else []
    for share, name, bound in ((0.04, "4 % of the words changed", 1.0), (1.0, "all words", 1.5)):
        new = edits.WORD.sub(
            lambda word, share=share: (
                chance.choice(vocabulary) if chance.random() < share else word[0]
            ),
            text,
        )
        begun = time.perf_counter()
        carry(text, new, places)
        seconds = time.perf_counter() - begun
        print(
            f"{len(places):,} spans on {len(vocabulary):,} words, {name}: {seconds:.2f} s "
            f"< {bound} s {'pass' if seconds < bound else 'FAIL'}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--half", choices=["held-out", "tuning"], default="held-out")
    parser.add_argument("--carries", type=int, default=400, help="of each row")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    texts = [path.read_text() for path in sorted(asked.folder.glob("*.txt"))]
    texts = texts[asked.half == "held-out" :: 2]
    print(f"{len(texts)} texts, {asked.half}; in per cent of the carries")
    titles = " ".join(f"{outcome.value:>6}" for outcome in Outcome)
    print(f"{'edit':<40} {'counted':<21} {'value':>6}   {'bound':<10}{titles} carries")
    for name, make, counted, bound in ROWS:
        chance = random.Random(f"{asked.seed} {name}")
        print_row(name, counted, bound, measure(make, texts, asked.carries, chance))
    print_speed(texts, random.Random(asked.seed))


if __name__ == "__main__":
    main()
