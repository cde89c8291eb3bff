"""How far two codes of a codebook in levels are from each other."""

import numpy as np


def lineage(code: int, parents: tuple[int, ...]) -> frozenset[int]:
    """Return a code and the codes above it; a parent that leads back to the code ends the walk."""
    above = {code}
    while (code := parents[code]) >= 0 and code not in above:
        above.add(code)
    return frozenset(above)


def distances(parents: tuple[int, ...]) -> np.ndarray:
    """Return [codes, codes] distances: 0 for the same code, 1 for codes of different branches.

    1 - (codes that both stand under, themselves included) / (those of the deeper one). With two
    levels: 1/2 for two codes under one upper code, and 1/2 for a code and its own upper code, so
    that a confusion inside a branch counts half. The choice is ours (the nearest relative is MASI,
    Passonneau 2006, which also compares sets by what they share); without levels it is the nominal
    difference exactly.
    """
    lineages = [lineage(code, parents) for code in range(len(parents))]
    shared = np.array([[len(a & b) for b in lineages] for a in lineages], dtype=float)
    depths = np.array([len(codes) for codes in lineages], dtype=float)
    return 1 - shared.reshape(len(parents), len(parents)) / np.maximum.outer(depths, depths)
