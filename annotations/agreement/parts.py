"""Figures of codings as a whole and of their parts: stories, outlets, codes, pairs of coders.

Each is pooled: the sum of a part's statistics, never an average of what its own parts gave.
"""

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from annotations.agreement.codings import Codings
from annotations.agreement.figures import Figure, Measure, figures_of
from annotations.agreement.matching import Pairs
from annotations.agreement.which import CODES, confusions, matches

WHOLE, STORY, OUTLET, CODE, PAIR = "whole", "story", "outlet", "code", "pair"
MANY_SPANS = 100_000  # from which on pairs are computed two at a time
BLAS_THREADS = "OPENBLAS_NUM_THREADS"
PARTS = (WHOLE, STORY, OUTLET, CODE, PAIR)


Taken = tuple[list[Measure], np.ndarray]  # measures, and the statistics that they share


@dataclass(frozen=True, slots=True)
class Part:
    """What a figure is of: the indices of a story, an outlet, a code or two coders."""

    kind: str
    of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be computed: of which codings, by which measures, and how sure.

    `counts` says which codes a figure of all codes is about; `outlets` which each text is of.
    """

    codings: Codings
    counts: np.ndarray  # bool [codes]
    outlets: np.ndarray  # [texts]
    measures: Sequence[Measure]
    samples: int = 1000
    seed: int = 0

    @property
    def steps(self) -> int:
        """Return how many parts there are to compute, about."""
        coders = self.codings.coded.shape[1]
        return 2 + len(set(self.outlets.tolist())) + coders * (coders - 1) // 2

    def figures(self) -> Iterator[tuple[Part, list[Figure]]]:
        """Yield the figures of the whole first, then those of each part that has any tags."""
        counted = self.codings.select(spans=self.counts[self.codings.code])
        both = counted.coded.T.astype(np.int64) @ counted.coded
        pairs = [pair for pair in combinations(range(len(both)), 2) if both[pair]]
        with at_once(self, counted) as compute:
            of_pairs = compute(pairs)  # where there are processes, they begin here
            yield from self._whole(counted)
            if not self.counts.all():
                rest = self.codings.select(spans=~self.counts[self.codings.code])
                yield from self._codes(rest, self._taken(rest))
            for pair, figures in zip(pairs, of_pairs, strict=True):
                yield Part(PAIR, pair), figures

    def _whole(self, counted: Codings) -> Iterator[tuple[Part, list[Figure]]]:
        """Yield the whole, its stories and its outlets, all from the texts' statistics."""
        outlets, outlet_of = np.unique(self.outlets, return_inverse=True)
        both = np.stack([counted.stories, outlet_of], axis=1)
        # What is added up over an outlet's texts of a story is added up over either.
        cells, cell_of = np.unique(both, axis=0, return_inverse=True)
        fine = self._taken(replace(counted, stories=cell_of.reshape(-1)))
        whole = [(measures, added(sums, cells[:, 0])) for measures, sums in fine]
        yield Part(WHOLE), self._figures(whole, counted.coder_count)
        for story in range(counted.story_count):
            one = [(measures, sums[story : story + 1]) for measures, sums in whole]
            coded = counted.coded[counted.stories == story]
            yield Part(STORY, (story,)), self._figures(one, coders_in(coded))
        for number, outlet in enumerate(outlets.tolist()):
            theirs = [(measures, sums[cells[:, 1] == number]) for measures, sums in fine]
            coded = counted.coded[outlet_of == number]
            yield Part(OUTLET, (outlet,)), self._figures(theirs, coders_in(coded))
        yield from self._codes(counted, whole)

    def _codes(
        self, codings: Codings, taken: Sequence[Taken]
    ) -> Iterator[tuple[Part, list[Figure]]]:
        for code in np.unique(codings.code).tolist():
            of_code = [([one.of_code(code) for one in measures], sums) for measures, sums in taken]
            yield Part(CODE, (code,)), self._figures(of_code, codings.coder_count)

    def of_pair(self, counted: Codings, pair: tuple[int, int]) -> list[Figure]:
        """Return the figures of two coders."""
        part = counted.of_pair(*pair)
        return self._figures(self._taken(part, of_codes=False), 2)

    def _taken(self, codings: Codings, *, of_codes: bool = True) -> list[Taken]:
        """Return the measures with their statistics, those that share them together.

        Without `of_codes` the layers of single codes are left out where figures of all codes do
        not need them: of hundreds of pairs they would take most of the time.
        """
        of_any = codings if of_codes else replace(codings, codes=0, parents=())
        shared: dict[int, Taken] = {}
        for measure in self.measures:
            sums = measure.statistics(of_any if measure.question == "noticed" else codings)
            shared.setdefault(id(sums), ([], sums))[0].append(measure)
        return list(shared.values())

    def _figures(self, taken: Sequence[Taken], coders: int) -> list[Figure]:
        """Return the figures in the order of the measures."""
        found = {
            figure.measure: figure
            for measures, sums in taken
            for figure in figures_of(
                measures, sums, samples=self.samples, seed=self.seed, coders=coders
            )
        }
        return [found[measure.key] for measure in self.measures]


@contextmanager
def at_once(plan: Plan, counted: Codings) -> Iterator[Callable[[list], Iterable]]:
    """Return what computes the figures of pairs: two at a time if there is much to compute."""
    if len(counted.text) < MANY_SPANS:
        yield lambda pairs: (plan.of_pair(counted, pair) for pair in pairs)
        return
    with NamedTemporaryFile() as file:
        # By a file: a process that died before it read as much from a pipe would never be missed.
        pickle.dump((plan, counted), file)
        file.flush()
        # Processes of their own, not copies of this one, which has threads and connections.
        context = get_context("spawn")
        with (
            _one_thread_each(),
            ProcessPoolExecutor(2, context, initializer=_take, initargs=(file.name,)) as pool,
        ):
            yield lambda pairs: pool.map(_of_pair, pairs, chunksize=3)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Have processes that begin now multiply matrices in one thread: two wait for each other."""
    before = os.environ.get(BLAS_THREADS)
    os.environ[BLAS_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[BLAS_THREADS]
        else:
            os.environ[BLAS_THREADS] = before


_TAKEN: dict[str, Any] = {}


def _take(path: str) -> None:
    """Keep in a process of its own what all its pairs are computed from."""
    plan, counted = pickle.loads(Path(path).read_bytes())  # noqa: S301 - we have just written it
    _TAKEN.update(plan=plan, counted=counted)


def _of_pair(pair: tuple[int, int]) -> list[Figure]:
    figures: list[Figure] = _TAKEN["plan"].of_pair(_TAKEN["counted"], pair)
    return figures


def added(sums: np.ndarray, stories: np.ndarray) -> np.ndarray:
    """Return statistics summed over the cells of each story, given the story of each cell."""
    of_story = np.zeros((int(stories.max(initial=-1)) + 1, *sums.shape[1:]), dtype=sums.dtype)
    np.add.at(of_story, stories, sums)
    return of_story


def coders_in(coded: np.ndarray) -> int:
    """Return how many coders coded one of the texts, [texts, coders]."""
    return int(coded.any(axis=0).sum())


def confusion_of(codings: Codings, *, ordered: bool = False) -> np.ndarray:
    """Return [codes + 1, codes + 1] counts of matched spans by the codes of both.

    The last row and column are spans without a partner. `ordered`, for two coders, puts the first
    in the rows; otherwise both orders are summed and no pair of spans counts twice on the diagonal.
    """
    counted = np.zeros((codings.codes + 1, codings.codes + 1), dtype=np.int64)
    counted[:-1, :-1] = confusions(codings)[:, CODES].sum(axis=0)
    codings, pairs = matches(codings)
    others = partners_left(codings, pairs)
    if ordered:
        for coder, cells in enumerate((counted[:-1, -1], counted[-1, :-1])):
            theirs = codings.coder == coder
            np.add.at(cells, codings.code[theirs], others[theirs])
        return counted
    counted += counted.T - np.diag(np.diag(counted))
    np.add.at(counted[:, -1], codings.code, others)
    counted[-1, :-1] = counted[:-1, -1]
    return counted


def partners_left(codings: Codings, pairs: Pairs) -> np.ndarray:
    """Return of each span with how many other coders of its text it was not matched."""
    others = codings.coded.sum(axis=1)[codings.text] - 1
    others -= np.bincount(pairs.first, minlength=len(others))
    return others - np.bincount(pairs.second, minlength=len(others))
