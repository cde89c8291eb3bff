"""Compare two wordings of 5,000 words, of which 4 %, 40 % and all are changed.

Against diff-match-patch on words with its semantic clean-up and no time limit, in the same run.
Targets: at most 25 ms and 170 ms; a rewrite stays within the time limit and what surrounds it.
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from diff_match_patch import diff_match_patch

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from annotations.texts.comparing import TIMEOUT, compare
from annotations.texts.wording import Words

ARTICLES = sorted((ROOT / "annotations" / "sample_story" / "articles").glob("*.txt"))
WORDS, RUNS, SEED = 5_000, 7, 5
TARGETS_MS = {0.04: 25, 0.4: 170, 1.0: 1000 * (TIMEOUT + 0.2)}


def vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Return words with the weights that they have in print: Zipf's law, seldom ones invented."""
    seen = [word for path in ARTICLES for word in path.read_text(encoding="utf-8").split()]
    common = sorted(set(seen), key=seen.count, reverse=True)
    rare = ["".join(chance.choices("abdeghiklmnoprstuv", k=chance.randint(4, 10))) for _ in seen]
    words = common + rare
    return words, [1 / (rank + 3) for rank in range(len(words))]


def edited(words: list[str], share: float, chance: random.Random, pool: tuple) -> list[str]:
    """Return the words with a share of them replaced, deleted or followed by another."""
    changed = []
    for word in words:
        if chance.random() >= share:
            changed.append(word)
            continue
        kept = chance.choice(["replaced", "replaced", "deleted", "inserted"])
        changed += [word] * (kept == "inserted")
        changed += chance.choices(*pool) * (kept != "deleted")
    return changed


def plain(old: str, new: str) -> None:
    """Diff on words as diff-match-patch alone does it."""
    sides = [Words(old).keys, Words(new).keys]
    codes = {word: chr(0xF0000 + n) for n, word in enumerate(dict.fromkeys(sides[0] + sides[1]))}
    differ = diff_match_patch()
    differ.Diff_Timeout = 0
    diffs = differ.diff_main(*("".join(codes[word] for word in side) for side in sides), False)
    differ.diff_cleanupSemantic(diffs)


def best_ms(work: Callable[[], object], runs: int) -> float:
    """Return how long `work` takes in the best of `runs`; the others tell of the machine."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begun))
    return min(times)


def main() -> None:
    chance = random.Random(SEED)
    pool = vocabulary(chance)
    words = chance.choices(*pool, k=WORDS)
    print(f"{'changed':>8} {'ours ms':>9} {'plain ms':>9} {'ratio':>7} {'target ms':>10}")
    for share, target in TARGETS_MS.items():
        old, new = " ".join(words), " ".join(edited(words, share, chance, pool))
        ours = best_ms(lambda old=old, new=new: compare(old, new), RUNS)
        theirs = best_ms(lambda old=old, new=new: plain(old, new), 1)
        verdict = "pass" if ours <= target else "FAIL"
        print(
            f"{share:>8.0%} {ours:>9.1f} {theirs:>9.1f} {ours / theirs:>7.3f} {target:>7.0f}"
            f" {verdict}"
        )


if __name__ == "__main__":
    main()
