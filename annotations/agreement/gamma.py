"""γ: where and which at once, by the package pygamma-agreement, which is an optional extra.

Mathet, Widlöcher & Métivier 2015 align the units of all coders so that their disorder is least,
and compare it with the least disorder of random codings. The package does both, with its own
defaults: position and code weigh the same, and random codings have the lengths, gaps and codes of
the real ones. It is slow, takes some 400 MB, and ten seconds to import: nothing else imports it.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from annotations.agreement.figures import Figure, figure_of
from annotations.agreement.nominal import ratio
from annotations.agreement.where import NO_PAIR, NOBODY_TAGGED

if TYPE_CHECKING:
    from annotations.agreement.codings import Codings

PACKAGE = "pygamma_agreement"
INSTALL = "γ needs an optional package: pip install -r requirements-gamma.txt"
DRAWS = 30  # random codings of each text, as in the package
# A text's possible alignments are the product of its coders' tags, each with one more for "none".
LARGEST = 100_000
MOST_TEXTS = 400

Progress = Callable[[int, int], None]


class Unusable(Exception):
    """There is no γ; the message says why, to the user."""


@dataclass(frozen=True)
class Gamma:
    """1 - observed disorder / that of random codings, each summed over texts first.

    The disorder of a text is weighted by the mean number of tags of its coders: so a corpus is
    pooled, and of one text it is the published coefficient.
    """

    key: str = "where_gamma"
    question: str = "where"
    title: str = "γ (places and codes)"
    source: str = (
        "Mathet, Widlöcher & Métivier 2015, Computational Linguistics 41:437–479; computed by "
        "pygamma-agreement (Titeux & Riad 2021, JOSS 6:2989)"
    )

    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return the figure of [..., (observed, expected, tags)]."""
        return 1 - ratio(pooled[..., 0], pooled[..., 1])

    def reason(self, pooled: np.ndarray) -> str:
        """Return why the figure is undefined."""
        if np.isfinite(self.value(pooled)):
            return ""
        return "random codings agree as much as can be" if pooled[2] else NOBODY_TAGGED

    def units(self, pooled: np.ndarray) -> int:
        """Return how many tags were aligned."""
        return round(float(pooled[2]))


GAMMA = Gamma()


def gamma_figure(
    codings: Codings,
    *,
    samples: int = 1000,
    seed: int = 0,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Figure:
    """Return γ with its interval, or the reason why there is none. Never raises.

    `progress` is told how many texts are done, of how many.
    """
    coders = codings.coder_count
    try:
        sums = disorders(codings, seed=seed, draws=draws, progress=progress)
    except Unusable as problem:
        return Figure(GAMMA.key, None, None, None, 0, 0, coders, reason=str(problem))
    return figure_of(GAMMA, sums, samples=samples, seed=seed, coders=coders)


def disorders(
    codings: Codings, *, seed: int = 0, draws: int = DRAWS, progress: Progress | None = None
) -> np.ndarray:
    """Return [stories, (observed, expected, tags)] of the texts that two coders or more coded.

    Raises Unusable.
    """
    codings = codings.without_duplicates()
    texts = _alignable(codings)
    package = load_package()
    dissimilarity = package.CombinedCategoricalDissimilarity()
    sums = np.zeros((codings.story_count, 3))
    with _seeded_and_silent() as seed_anew:
        for done, text in enumerate(texts, 1):
            seed_anew([seed, int(text)])
            continuum = _continuum(package, codings, int(text))
            try:
                sums[codings.stories[text]] += _disorder(package, continuum, dissimilarity, draws)
            except Exception as error:
                raise Unusable(f"pygamma-agreement failed: {error}"[:200]) from error
            if progress:
                progress(done, len(texts))
    return sums


def is_installed() -> bool:
    """Return whether the package is there, without importing it."""
    return importlib.util.find_spec(PACKAGE) is not None


def load_package() -> Any:
    """Return pygamma-agreement, imported once. Raises Unusable if it is not there or damaged."""
    package, reason = _loaded()
    if reason:
        raise Unusable(reason)
    return package


@cache
def _loaded() -> tuple[Any, str]:
    if not is_installed():
        return None, INSTALL
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(PACKAGE), ""
    except Exception as error:  # noqa: BLE001 - damaged compiled parts raise anything
        return None, f"pygamma-agreement is installed and cannot be used: {error}"[:200]


def _alignable(codings: Codings) -> np.ndarray:
    """Return the texts to align. Raises Unusable if nothing can be, or it would take too long."""
    shared = codings.coded.sum(axis=1) > 1
    if not shared.any():
        raise Unusable(NO_PAIR)
    tags = np.zeros(codings.coded.shape, int)
    np.add.at(tags, (codings.text, codings.coder), 1)
    possible = np.prod(tags.astype(float) + 1, axis=1)
    texts = np.flatnonzero(shared & (possible > 1))
    if possible[texts].max(initial=0) > LARGEST:
        raise Unusable("γ would take too long for so many coders and tags: choose two coders")
    if len(texts) > MOST_TEXTS:
        raise Unusable(f"γ would take too long for more than {MOST_TEXTS} texts: choose a story")
    return texts


def _continuum(package: Any, codings: Codings, text: int) -> Any:
    """Return the codings of a text in the package's form."""
    segment = importlib.import_module("pyannote.core").Segment
    continuum = package.Continuum()
    for coder in np.flatnonzero(codings.coded[text]):
        continuum.add_annotator(f"{coder:06}")
    for span in np.flatnonzero(codings.text == text):
        place = segment(int(codings.start[span]), int(codings.end[span]))
        continuum.add(f"{codings.coder[span]:06}", place, f"{codings.code[span]:06}")
    return continuum


def _disorder(package: Any, continuum: Any, dissimilarity: Any, draws: int) -> tuple[float, ...]:
    """Return the observed and the expected disorder of a text, times tags by coder, and tags."""
    sampler = package.StatisticalContinuumSampler()
    sampler.init_sampling(continuum)
    drawn = (sampler.sample_from_continuum for _ in range(draws))
    by_chance = [float(one.get_best_alignment(dissimilarity).disorder) for one in drawn]
    observed = float(continuum.get_best_alignment(dissimilarity).disorder)
    tags = float(continuum.avg_num_annotations_per_annotator)
    return observed * tags, float(np.mean(by_chance)) * tags, continuum.num_units


@contextmanager
def _seeded_and_silent() -> Iterator[Callable[[list[int]], None]]:
    """Yield what seeds the package's draws; restore the global state of numpy and of logging.

    The package draws from numpy's global state, and says on the root logger, for every alignment,
    that one of its solvers is not installed.
    """

    def is_others(record: logging.LogRecord) -> bool:
        return PACKAGE not in record.pathname

    root, state = logging.getLogger(), np.random.get_state()
    handler = logging.NullHandler()  # without any, the first message would install a loud one
    root.addHandler(handler)
    root.addFilter(is_others)
    try:
        yield lambda seeds: np.random.seed(np.random.SeedSequence(seeds).generate_state(4))
    finally:
        root.removeFilter(is_others)
        root.removeHandler(handler)
        np.random.set_state(state)
