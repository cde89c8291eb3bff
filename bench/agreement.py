"""Measure agreement beside other packages, and on half a million tags.

    python bench/agreement.py [--quick]

Figures: ours and those of `krippendorff`, and of `pygamma-agreement` if it is installed, on the
same invented codings in the same run: both numbers, and our time over theirs. They have to be equal
to three decimals; γ draws random codings, so ours and theirs are two estimates.

Speed: 20 coders who each made 50 tags in each of 500 articles of 5,000 characters, in 100 stories,
26 codes. First all measures of the whole with 1,000 bootstrap samples, then those of every story,
code and pair of coders as well, as the page stores them. Target: less than a minute. `--quick`
takes 50 articles, and the targets do not count.
"""

import argparse
import logging
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import krippendorff
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from annotations.agreement.codings import Codings
from annotations.agreement.everything import MEASURES
from annotations.agreement.figures import figure_of
from annotations.agreement.gamma import Unusable, disorders, gamma_figure, load_package
from annotations.agreement.nominal import ALPHA, Ratings, tables
from annotations.agreement.parts import Plan

CODERS, ARTICLES, TAGS, STORIES, CODES, LENGTH = 20, 500, 50, 100, 26, 5_000
TARGET_S, SAMPLES, SEED, RUNS = 60, 1_000, 5, 3
Result = TypeVar("Result")


def timed(work: Callable[[], Result], runs: int = RUNS) -> tuple[Result, float]:
    """Return what `work` returns, and the seconds of the best of `runs`."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begun)
    return result, min(times)


def invented(coders: int, articles: int, tags: int, stories: int) -> Codings:
    """Return codings of places that are there to be seen: most coders see most of them.

    Of a coder's tags one in five stands anywhere, three in ten are off by some characters, and one
    in five has another code.
    """
    chance = np.random.default_rng(SEED)
    seen = (articles, 2 * tags)
    places = chance.integers(0, LENGTH - 100, seen), chance.integers(5, 80, seen)
    meant = chance.integers(0, CODES, seen)
    columns = []
    for coder in range(coders):
        chosen = np.argsort(chance.random(seen) + np.linspace(0, 1, 2 * tags), axis=1)[:, :tags]
        start, long, code = (np.take_along_axis(of, chosen, 1) for of in (*places, meant))
        elsewhere, off, other = (chance.random(start.shape) < p for p in (0.2, 0.3, 0.2))
        start = np.where(elsewhere, chance.integers(0, LENGTH - 100, start.shape), start)
        start = np.maximum(start + off * chance.integers(-3, 4, start.shape), 0)
        end = np.minimum(
            start + np.maximum(long + off * chance.integers(-5, 6, long.shape), 1), LENGTH
        )
        code = np.where(other, chance.integers(0, CODES, code.shape), code)
        text = np.repeat(np.arange(articles), tags)
        columns.append([text, np.full(text.shape, coder), start.ravel(), end.ravel(), code.ravel()])
    ends = np.arange(100, LENGTH + 1, 100)
    return Codings(
        np.full(articles, LENGTH),
        np.arange(articles) % stories,
        np.ones((articles, coders), dtype=bool),
        *np.concatenate(columns, axis=1),
        codes=CODES,
        parents=(-1,) * 5 + tuple(code % 5 for code in range(CODES - 5)),
        units=(np.stack([ends - 100, ends], axis=1),) * articles,
    ).without_duplicates()


def compare_alpha(units: int, coders: int, codes: int) -> None:
    """Print α of units × coders, a fifth of them missing, beside that of `krippendorff`."""
    chance = np.random.default_rng(SEED)
    meant = chance.integers(0, codes, (units, 1))
    values = np.where(
        chance.random((units, coders)) < 0.7, meant, chance.integers(0, codes, (units, coders))
    )
    values[chance.random(values.shape) < 0.2] = -1
    ratings = Ratings(values, np.zeros(units, dtype=int), codes)
    ours, took = timed(lambda: float(ALPHA.value(tables(ratings).sum(axis=0))))
    given = np.where(values < 0, np.nan, values).T
    theirs, took_theirs = timed(
        lambda: krippendorff.alpha(given, level_of_measurement="nominal", value_domain=range(codes))
    )
    print_pair(
        f"α of {units:,} units, {coders} coders, {codes} codes", ours, theirs, took, took_theirs
    )


def compare_gamma() -> None:
    """Print γ of one text and two coders beside that of `pygamma-agreement`, if it is there."""
    try:
        package = load_package()
    except Unusable as problem:
        print(f"γ was not compared. {problem}")
        return
    from pyannote.core import Segment

    codings = invented(2, 1, 30, 1)
    continuum = package.Continuum()
    for coder, start, end, code in zip(
        codings.coder, codings.start, codings.end, codings.code, strict=True
    ):
        continuum.add(f"{coder:06}", Segment(int(start), int(end)), f"{code:06}")
    disorders(codings, draws=1)  # compiled before anybody is timed
    ours, took = timed(lambda: gamma_figure(codings, draws=30).value, 1)
    np.random.seed(SEED)
    logging.disable(logging.WARNING)  # it says for each alignment which solver it lacks
    theirs, took_theirs = timed(lambda: continuum.compute_gamma(n_samples=30).gamma, 1)
    logging.disable(logging.NOTSET)
    print_pair("γ of 1 text, 2 coders, 60 tags", ours, theirs, took, took_theirs, tolerance=0.05)


def print_pair(
    what: str,
    ours: float,
    theirs: float,
    took: float,
    took_theirs: float,
    tolerance: float = 0.0005,
) -> None:
    verdict = "pass" if abs(ours - theirs) < tolerance else "FAIL"
    times = f"{took:>8.3f} {took_theirs:>8.3f} {took / took_theirs:>7.2f}"
    print(f"{what:<40} {ours:>8.4f} {theirs:>8.4f} {times} {verdict}")


def measure_speed(articles: int) -> None:
    """Print the seconds of each statistic, of the whole, and of the whole with all its parts."""
    codings = invented(CODERS, articles, TAGS, min(STORIES, articles))
    print(
        f"\n{CODERS} coders, {articles} articles, {len(codings.code):,} tags, {SAMPLES:,} samples"
    )
    whole = 0.0
    for measure in MEASURES:
        begun = time.perf_counter()
        figure = figure_of(
            measure, measure.statistics(codings), samples=SAMPLES, seed=SEED, coders=CODERS
        )
        took = time.perf_counter() - begun
        whole += took
        value = "undefined" if figure.value is None else f"{figure.value:.4f}"
        print(f"  {measure.key:<24} {value:>10} {took:>8.2f} s")
    fresh = codings.select(spans=np.ones(len(codings.code), dtype=bool))
    outlets = np.arange(articles) % 5
    plan = Plan(fresh, np.ones(CODES, dtype=bool), outlets, MEASURES, SAMPLES, SEED)
    count, took = timed(lambda: sum(len(figures) for _, figures in plan.figures()), 1)
    for name, seconds in (("the whole", whole), (f"with all parts, {count:,} figures", took)):
        verdict = "pass" if seconds < TARGET_S else "FAIL"
        print(f"{name:<40} {seconds:>8.1f} s, target {TARGET_S} s {verdict}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"peak memory {peak:,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the articles")
    arguments = parser.parse_args()
    print(f"{'':<40} {'ours':>8} {'theirs':>8} {'ours s':>8} {'theirs s':>8} {'ratio':>7}")
    for size in ((100, 3, 2), (3_700, 5, 2), (30_000, 20, 26)):
        compare_alpha(*size)
    compare_gamma()
    measure_speed(ARTICLES // 10 if arguments.quick else ARTICLES)


if __name__ == "__main__":
    main()
