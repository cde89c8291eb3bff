import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from annotations.finding.ranking import Ranker
from annotations.finding.ranking.meaning import ABSENT, DIMENSIONS, FILES, OFF, load_meaning

ROOT = Path(__file__).parent.parent
MEANING, _ = load_meaning()
installed = pytest.mark.skipif(MEANING is None, reason="the extra 'meaning' is not installed")

# Takes the fake files for the true ones, as their digests are not known to anybody else.
TRUSTING = """
import sys
from annotations.finding.ranking import meaning
meaning.FILES = dict(zip(meaning.FILES, sys.argv[1:]) if sys.argv[1:] else meaning.FILES.items())
print(meaning.load_meaning())
"""
BROKEN = """
class InferenceSession:
    def __init__(self, *args, **options):
        raise OSError("bad graph")

class SessionOptions:
    def add_session_config_entry(self, *args):
        pass
"""


def install(folder, **modules):
    """Install in `folder` what looks like the extra: files of the right names, and no model."""
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half a mo")
        (folder / name.partition("/")[0] / "__init__.py").write_text("raise SystemExit('imported')")
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(code)


def said(folder, *arguments):
    """Return what a process says in which `folder` comes before what is installed."""
    run = subprocess.run(
        [sys.executable, "-c", TRUSTING, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def test_truncated_file_is_told_and_the_package_is_not_imported(tmp_path):
    install(tmp_path)
    said_of_it = said(tmp_path)
    assert said_of_it.startswith("(None, 'The model that compares by meaning is installed, but")
    assert "model.onnx is damaged or of another version" in said_of_it


@pytest.mark.parametrize(("number", "what"), [(0, "model.onnx"), (1, "tokenizer.json")])
def test_missing_file_is_told(tmp_path, number, what):
    install(tmp_path)
    (tmp_path / [*FILES][number]).unlink()
    digest = hashlib.sha256(b"half a mo").hexdigest()
    assert f"{what} is missing" in said(tmp_path, digest, digest)


@pytest.mark.parametrize(
    ("modules", "reason"),
    [
        (
            {"onnxruntime": "raise ImportError('no such library')"},
            "its runtime is missing or damaged",
        ),
        ({"onnxruntime": "x ="}, "SyntaxError"),
        ({"onnxruntime": BROKEN, "tokenizers": "class Tokenizer: pass"}, "OSError: bad graph"),
    ],
)
def test_broken_runtime_is_told(tmp_path, modules, reason):
    install(tmp_path, **modules)
    digest = hashlib.sha256(b"half a mo").hexdigest()
    assert reason in said(tmp_path, digest, digest)


def test_what_is_switched_off_is_not_looked_for():
    assert load_meaning(wanted=False) == (None, OFF)


@pytest.mark.skipif(MEANING is not None, reason="the extra 'meaning' is installed")
def test_without_the_extra_its_absence_is_told():
    assert load_meaning() == (None, ABSENT)


@installed
def test_vectors_are_unit_or_zero_for_what_the_model_cannot_read():
    vectors = load_meaning()[0].of(
        ["The treaty was signed.", "", "…", "条約が署名された", "\ud800"]
    )
    assert vectors.shape == (5, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 0, 0, 0], abs=1e-5)
    assert load_meaning()[0].of([]).shape == (0, DIMENSIONS)


@installed
def test_vectors_do_not_depend_on_what_is_asked_with_them():
    texts = [
        f"The council met {number} times in {'very ' * number}long years." for number in range(40)
    ]
    alone = np.vstack([load_meaning()[0].of([text]) for text in texts])
    assert load_meaning()[0].of(texts) == pytest.approx(alone, abs=1e-5)


@installed
def test_what_is_known_is_not_computed_again():
    meaning = load_meaning()[0]
    meaning.known["a text"] = np.full(DIMENSIONS, 2, np.float32)
    assert meaning.of(["a text"])[0] == pytest.approx(2)
    assert "a text" not in load_meaning()[0].known


@installed
def test_meaning_finds_what_shares_no_word():
    story = ["Physicians worry about costs.", "The weather stays mild.", "Trains run late."]
    ranked = Ranker(story, load_meaning()[0]).rank(["Doctors fear high expenses"], story)
    assert ranked[0].number == 0
    assert ranked[0].score > 2 * ranked[1].score
    assert Ranker(story, load_meaning()[0]).similarities().max() <= 1


@installed
def test_story_that_the_model_cannot_read_is_ranked_by_wording():
    story = [
        "Договор подписали в Москве.",
        "Погода хорошая.",
        "Подписание договора прошло спокойно.",
    ]
    ranked = Ranker(story, load_meaning()[0]).rank(["Подписали договор"], story)
    assert [one.number for one in ranked] == [
        one.number for one in Ranker(story).rank(["Подписали договор"], story)
    ]
    assert min(one.score for one in ranked) >= 0
