"""Match the spans of two coders one to one, so that they overlap as much as they can in all.

How much two spans overlap is their intersection over their union. Of several best matchings the
one with most equal codes is taken, and of those the one that keeps the order of the text: neither
the order of the input nor that of the coders matters. Most spans have one partner, or one that no
rearrangement could better; those are found in arrays, for all texts and coders at once. What is
left is solved by the Hungarian method, a few spans at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from annotations.agreement.codings import Codings

# Far below the difference of two overlaps in an article, and far above a float's precision.
SAME_CODE = 1e-8
IN_ORDER = 1e-12
AT_ONCE = 2_000_000  # spans × coders that are looked at together: some 300 MB


@dataclass(frozen=True, slots=True)
class Pairs:
    """Spans of two coders that belong together, as indices into the spans of a `Codings`.

    `first` is the span of the coder with the lower index. In the order of `first`, then `second`.
    """

    first: np.ndarray
    second: np.ndarray
    overlap: np.ndarray  # intersection over union: more than 0, at most 1


def matched_pairs(codings: Codings, *, same_code: bool = False) -> Pairs:
    """Return the best matching of each two coders in each text that both coded.

    With `same_code` spans of different codes are never matched; else they may be, and an equal
    code decides only between equally good matchings. Each span counts, however often it was
    tagged: see `Codings.without_duplicates`.
    """
    order = np.lexsort((codings.coder, codings.code, codings.end, codings.start, codings.text))
    order = order[codings.coded[codings.text[order], codings.coder[order]]]
    found = [_matched(codings, part, same_code) for part in _parts(codings, order)]
    one, other = np.concatenate([np.zeros((2, 0), int), *found], axis=1)
    swapped = codings.coder[one] > codings.coder[other]
    first, second = np.where(swapped, other, one), np.where(swapped, one, other)
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    overlap = overlaps(
        codings.start[first], codings.end[first], codings.start[second], codings.end[second]
    )
    return Pairs(first, second, overlap)


def overlaps(
    start: np.ndarray, end: np.ndarray, other_start: np.ndarray, other_end: np.ndarray
) -> np.ndarray:
    """Return the intersection over the union of overlapping spans."""
    shared = np.minimum(end, other_end) - np.maximum(start, other_start)
    return shared / (np.maximum(end, other_end) - np.minimum(start, other_start))


def unmatched(codings: Codings, pairs: Pairs, first: int, second: int) -> np.ndarray:
    """Return the spans of two coders, in texts that both coded, without a partner in `pairs`."""
    theirs = np.isin(codings.coder, (first, second))
    both = codings.coded[:, first] & codings.coded[:, second]
    of_them = theirs[pairs.first] & theirs[pairs.second]
    taken = np.zeros(len(theirs), bool)
    taken[pairs.first[of_them]] = taken[pairs.second[of_them]] = True
    return np.flatnonzero(theirs & both[codings.text] & ~taken)


def _parts(codings: Codings, order: np.ndarray) -> Iterator[np.ndarray]:
    """Cut `order` between texts, so that what is computed for a part fits into memory."""
    most = max(AT_ONCE // max(codings.coded.shape[1], 1), 1)
    texts = codings.text[order]
    begun = 0
    while begun < len(order):
        stop = min(begun + most, len(order))
        if stop < len(order):
            lower = int(np.searchsorted(texts, texts[stop], "left"))
            upper = int(np.searchsorted(texts, texts[stop], "right"))
            stop = lower if lower > begun else upper  # a larger text is a part of its own
        yield order[begun:stop]
        begun = stop


@dataclass(frozen=True, slots=True)
class _Edges:
    """Overlapping spans of two coders, as edges of one graph for each text and two coders.

    A node is a span among those of one other coder: the span's place in the text's order, times
    the number of coders, plus the other coder.
    """

    nodes: np.ndarray  # [edges, 2]
    weight: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> "_Edges":
        return _Edges(self.nodes[chosen], self.weight[chosen])


def _matched(codings: Codings, part: np.ndarray, same_code: bool) -> np.ndarray:
    """Return which spans of `part` are matched, as [2, pairs] indices."""
    coders = codings.coded.shape[1]
    edges = _edges(codings, part, same_code)
    matched = [edges.nodes[:0]]
    taken = np.zeros(len(part) * coders, bool)
    while len(edges.nodes):
        sure = _unbeatable(edges, len(taken))
        if not sure.any():
            matched.append(edges.nodes[_solved(edges, coders)])
            break
        matched.append(edges.nodes[sure])
        taken[matched[-1]] = True
        edges = edges[~taken[edges.nodes].any(axis=1)]
    return part[np.concatenate(matched).T // coders]


def _edges(codings: Codings, part: np.ndarray, same_code: bool) -> _Edges:
    """Return the overlaps of different coders' spans. `part` is in the order of the texts."""
    # One axis for all texts: spans of different texts do not overlap on it.
    base = np.concatenate([[0], np.cumsum(codings.lengths, dtype=int)])[codings.text[part]]
    start, end = base + codings.start[part], base + codings.end[part]
    coder, code = codings.coder[part], codings.code[part]
    # A span is overlapped by those after it, up to the first that begins where it has ended.
    next_one = np.arange(1, len(part) + 1)
    followers = np.searchsorted(start, end, "left") - next_one
    one = np.repeat(next_one - 1, followers)
    nth = np.arange(len(one)) - np.repeat(np.cumsum(followers) - followers, followers)
    other = one + 1 + nth
    fits = coder[one] != coder[other]
    if same_code:
        fits &= code[one] == code[other]
    one, other = one[fits], other[fits]
    weight = overlaps(start[one], end[one], start[other], end[other])
    weight += SAME_CODE * (code[one] == code[other])
    coders = codings.coded.shape[1]
    return _Edges(np.stack([one * coders + coder[other], other * coders + coder[one]], 1), weight)


def _unbeatable(edges: _Edges, nodes: int) -> np.ndarray:
    """Return edges that some best matching has, without an end in common.

    They weigh no less than the two best together that could take their place: to put one in drives
    out two at the most. Identical spans of one code are always among them, since the overlap is 1
    minus a distance (Jaccard's) that obeys the triangle inequality.
    """
    # Of what is assigned to one place, the last stays: the heaviest, and of equals the first.
    lightest_first = len(edges.weight) - 1 - np.argsort(edges.weight[::-1], kind="stable")
    ends = edges.nodes[lightest_first].ravel()
    edge = np.repeat(lightest_first, 2)
    best = np.zeros(nodes, int)
    best[ends] = edge
    is_rival = best[ends] != edge
    rival = np.zeros(nodes)
    rival[ends[is_rival]] = edges.weight[edge[is_rival]]
    is_best = (best[edges.nodes] == np.arange(len(edges.weight))[:, None]).all(axis=1)
    return is_best & ((edges.weight > 1) | (edges.weight >= rival[edges.nodes].sum(axis=1)))


def _solved(edges: _Edges, coders: int) -> np.ndarray:
    """Return which edges the best matching has, each connected component solved by itself."""
    # The first node's other coder is the second's own: so the lower coder's node goes left.
    sides = np.sort(edges.nodes % coders, axis=1) == edges.nodes % coders
    nodes = np.where(sides, edges.nodes[:, ::-1], edges.nodes)
    names, numbers = np.unique(nodes, return_inverse=True)
    left, right = numbers.reshape(nodes.shape).T
    graph = coo_array((np.ones(len(left), bool), (left, right)), shape=(len(names), len(names)))
    component = connected_components(graph, directed=False)[1][left]
    row, column = _places(left, component), _places(right, component)
    grouped = np.argsort(component, kind="stable")
    borders = np.flatnonzero(np.diff(component[grouped])) + 1
    chosen = [
        group[_assigned(row[group], column[group], edges.weight[group])]
        for group in np.split(grouped, borders)
    ]
    return np.concatenate(chosen)


def _places(nodes: np.ndarray, component: np.ndarray) -> np.ndarray:
    """Number the nodes of each component anew, from 0 in their order."""
    names, numbers = np.unique(nodes, return_inverse=True)
    of_name = np.zeros(len(names), int)
    of_name[numbers] = component
    order = np.argsort(of_name, kind="stable")
    place = np.zeros(len(names), int)
    place[order] = np.arange(len(names)) - np.searchsorted(of_name[order], of_name[order])
    return place[numbers]


def _assigned(row: np.ndarray, column: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return which edges of one component the best matching has."""
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    worth = np.zeros((rows, columns))
    edge = np.full((rows, columns), -1)
    worth[row, column] = weight - IN_ORDER * (row / rows - column / columns) ** 2
    edge[row, column] = np.arange(len(weight))
    solved = edge[linear_sum_assignment(worth, maximize=True)]
    return solved[solved >= 0]
