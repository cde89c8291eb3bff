"""All measures in the order in which they are shown, and how to read each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotations.agreement.figures import Figure, Measure, figures_of
from annotations.agreement.gamma import GAMMA, Gamma, Progress, gamma_figure
from annotations.agreement.noticed import NOTICED
from annotations.agreement.unitizing import UNITIZING
from annotations.agreement.where import WHERE_F1
from annotations.agreement.which import WHICH

if TYPE_CHECKING:
    import numpy as np

    from annotations.agreement.codings import Codings

MEASURES: tuple[Measure, ...] = (*NOTICED, *UNITIZING, *WHERE_F1, *WHICH)
NAMED: dict[str, Measure | Gamma] = {**{one.key: one for one in MEASURES}, GAMMA.key: GAMMA}

CHANCE = "0 is what chance would give, 1 is complete agreement"
READING = {
    "noticed_alpha": f"{CHANCE}; below 0 coders avoid each other's choices.",
    "noticed_percentage": "High by itself where few sentences are tagged: read it beside α.",
    "noticed_positive": "Where one coder noticed something, how often another did.",
    "noticed_negative": "Where one coder noticed nothing, how often another did not either.",
    "noticed_fleiss_kappa": f"{CHANCE}. Like α, without its correction for small numbers.",
    "noticed_ac1": f"{CHANCE}, if coders guess where they are unsure; high where tags are rare.",
    "noticed_cohen_kappa": f"{CHANCE}, given how much each of the two coders tags.",
    "noticed_scott_pi": f"{CHANCE}, given how much the two coders tag together.",
    "where_alpha_u": f"{CHANCE}. Boundaries that differ a lot count far more than a little.",
    "where_u": f"{CHANCE}, in length of text, codes and untagged text together.",
    "where_tagged": f"{CHANCE}, in length of text tagged or not, whatever the code.",
    "where_cu": f"{CHANCE}, in codes on the text that two coders both tagged.",
    "where_f1_exact": "The share of tags that another coder has with the same code and boundaries.",
    "where_f1_overlap": "The same, with part of the credit where part of the words is shared.",
    "where_f1_half": "The share of tags of which another coder has half, with the same code.",
    "which_alpha": f"{CHANCE}, in the codes of tags that overlap.",
    "which_alpha_levels": f"{CHANCE}. A confusion under one upper code counts half of another.",
    "which_percentage": "How often tags that overlap have the same code; chance is not taken off.",
    GAMMA.key: f"{CHANCE}. Places and codes count the same, over the best alignment of all coders.",
}


def figures(
    codings: Codings,
    *,
    samples: int = 1000,
    seed: int = 0,
    gamma: bool = False,
    code: int | None = None,
    progress: Progress | None = None,
) -> list[Figure]:
    """Return the figures of all measures, of all codes' tags or of one code's.

    `codings` are such as `without_duplicates` returns. γ comes last, if it is asked for;
    `progress` is told of its texts.
    """
    chosen = [measure if code is None else measure.of_code(code) for measure in MEASURES]
    shared: dict[int, tuple[list[Measure], np.ndarray]] = {}
    for measure in chosen:
        statistics = measure.statistics(codings)
        shared.setdefault(id(statistics), ([], statistics))[0].append(measure)
    by_key = {
        figure.measure: figure
        for measures, statistics in shared.values()
        for figure in figures_of(
            measures, statistics, samples=samples, seed=seed, coders=codings.coder_count
        )
    }
    found = [by_key[measure.key] for measure in chosen]
    if gamma:
        of_code = codings if code is None else codings.of_code(code)
        found.append(gamma_figure(of_code, samples=samples, seed=seed, progress=progress))
    return found
