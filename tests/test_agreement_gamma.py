import logging
import sys

import numpy as np
import pytest

from annotations.agreement import gamma
from annotations.agreement.codings import Codings
from annotations.agreement.gamma import INSTALL, Unusable, gamma_figure, load_package


def is_installed():
    try:
        load_package()
    except Unusable:
        return False
    return True


needs_package = pytest.mark.skipif(not is_installed(), reason="the extra 'gamma' is not installed")


def codings(*spans, texts=1, coders=2):
    """Return codings of (text, coder, start, end, code)."""
    return Codings(
        np.full(texts, 200),
        np.arange(texts),
        np.ones((texts, coders), dtype=bool),
        *np.array(spans, dtype=np.int64).reshape(-1, 5).T,
        codes=4,
        parents=(-1,) * 4,
        units=(np.array([[0, 200]]),) * texts,
    )


def differing(text, coder, moved):
    """Return three tags of a coder, the second of them moved."""
    return [
        (text, coder, 0, 45, 0),
        (text, coder, 60 + moved, 75 + moved, 1),
        (text, coder, 120, 150, 2),
    ]


PAIR = [*differing(0, 0, 0), *differing(0, 1, 5)]


@pytest.fixture
def fresh(monkeypatch):
    """Have the package looked for anew, now and afterwards."""
    gamma._loaded.cache_clear()
    yield monkeypatch
    gamma._loaded.cache_clear()


def test_missing_package_is_a_reason_that_says_how_to_install_it(fresh):
    fresh.setattr("importlib.util.find_spec", lambda name: None)
    figure = gamma_figure(codings(*PAIR))
    assert (figure.measure, figure.value, figure.reason) == ("where_gamma", None, INSTALL)


def test_damaged_package_is_a_reason_too(fresh, tmp_path):
    (tmp_path / "pygamma_agreement.py").write_text("raise OSError('bad magic number')")
    fresh.syspath_prepend(str(tmp_path))
    fresh.delitem(sys.modules, "pygamma_agreement", raising=False)
    reason = gamma_figure(codings(*PAIR)).reason
    assert reason == "pygamma-agreement is installed and cannot be used: bad magic number"


def test_texts_of_one_coder_each_are_a_reason():
    alone = codings(*PAIR).of_coders([0])
    assert gamma_figure(alone).reason == "no text was coded by two coders"


def test_what_would_take_too_long_is_not_begun(monkeypatch):
    many = codings(*(tag for coder in range(9) for tag in differing(0, coder, 1)), coders=9)
    assert "choose two coders" in gamma_figure(many).reason
    monkeypatch.setattr(gamma, "MOST_TEXTS", 1)
    texts = codings(*PAIR, *((1, *tag[1:]) for tag in PAIR), texts=2)
    assert "more than 1 texts" in gamma_figure(texts).reason


@needs_package
def test_gamma_of_one_text_is_the_packages():
    package = load_package()
    from pyannote.core import Segment

    continuum = package.Continuum()
    for _, coder, start, end, code in PAIR:
        continuum.add(str(coder), Segment(start, end), str(code))
    observed = continuum.get_best_alignment(package.CombinedCategoricalDissimilarity()).disorder
    tags = continuum.avg_num_annotations_per_annotator
    sums = gamma.disorders(codings(*PAIR), draws=200)
    assert sums[0, 0] == pytest.approx(observed * tags)
    np.random.seed(1)
    theirs = continuum.compute_gamma(n_samples=200).gamma
    assert gamma_figure(codings(*PAIR), draws=200).value == pytest.approx(theirs, abs=0.05)


@needs_package
def test_same_seed_gives_the_same_gamma_and_leaves_numpy_and_the_log_alone(caplog):
    np.random.seed(5)
    expected = np.random.random(2)[1]
    np.random.seed(5)
    np.random.random()
    handlers = list(logging.getLogger().handlers)
    one, other = (gamma_figure(codings(*PAIR), draws=5, seed=3) for _ in range(2))
    assert one == other
    assert np.random.random() == expected
    assert logging.getLogger().handlers == handlers
    assert not caplog.records


@needs_package
def test_disorders_of_texts_add_up_and_their_stories_are_resampled():
    spans = [
        tag for text in (0, 1) for coder in (0, 1) for tag in differing(text, coder, 8 * coder)
    ]
    told = []
    two = codings(*spans, texts=2)
    figure = gamma_figure(two, draws=5, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
    assert (figure.units, figure.stories, figure.coders) == (12, 2, 2)
    assert figure.low <= figure.value <= figure.high < 1


@needs_package
def test_coder_without_a_tag_counts_and_texts_without_any_do_not():
    only_one = gamma.disorders(codings(*differing(0, 0, 0), texts=2), draws=5)
    assert only_one[0, 0] > 0
    assert only_one[1].tolist() == [0, 0, 0]
    assert gamma_figure(codings(), draws=5).reason.startswith("nobody tagged")
