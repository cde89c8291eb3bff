"""Fuzz every parser with coverage guidance: `python bench/fuzz.py [NAME …] [--seconds N]`.

Wants atheris (requirements-fuzz.txt), in an environment of its own. Each parser runs in a process
of its own, from the good files of `fuzzed.py` on; no database. Only our own modules are
instrumented: expat, lxml, zlib and json are C, where coverage of Python says nothing. A finding is
an exception that is no refusal, an input that takes over LONGEST seconds, and one that takes the
process over MEMORY. Their inputs are kept with the tracebacks. Ends with 1 if there is one.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

LONGEST = 5.0  # seconds of processor time that an input of at most MOST bytes may take
MEMORY = 2_048  # MB
MOST = 4_096  # bytes of an input
END = re.compile(r"#\d+\s+(?:INITED|pulse|REDUCE|NEW|RELOAD).*?cov: (\d+) ft: (\d+) corp: (\d+)")


class Watch:
    """Feeds a parser, and keeps what it must not do, and its slowest input.

    Ends the process when that has had its seconds of processor time: by the clock, a busy machine
    would make a test of nothing.
    """

    def __init__(self, name: str, seconds: int, folder: Path) -> None:
        from fuzzed import PARSERS, REFUSALS

        self._feed, self.refusals = PARSERS[name][0], REFUSALS
        self._folder, self._seconds = folder, seconds
        self._runs, self._slowest, self._input = 0, 0.0, b""
        self._seen: set[str] = set()

    def __call__(self, data: bytes) -> None:
        begun = time.process_time()
        try:
            self._feed(data)
        except self.refusals:
            pass
        except Exception as error:  # noqa: BLE001 - whatever is no refusal is a finding
            last = traceback.extract_tb(error.__traceback__)[-1]
            self._keep(f"{type(error).__name__} {last.filename}:{last.lineno}", data)
        took = time.process_time() - begun
        if took > LONGEST:
            self._keep(f"takes {took:.0f} s", data)
        self._runs += 1
        if took > self._slowest:
            self._slowest, self._input = took, data
        if time.process_time() > self._seconds:
            (self._folder / "slowest").write_bytes(self._input)
            said = {"runs": self._runs, "slowest": self._slowest, "size": len(self._input)}
            (self._folder / "said.json").write_text(json.dumps(said))
            os._exit(0)

    def _keep(self, kind: str, data: bytes) -> None:
        if kind in self._seen:
            return
        self._seen.add(kind)
        path = self._folder / f"finding-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{kind}\n{data!r}\n\n{traceback.format_exc()}")


def fuzz(name: str, seconds: int, folder: Path) -> None:
    """Fuzz one parser in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["annotations", "sources"]):
        import fuzzed

        # Readers are imported when they are used: now, or they would not be instrumented.
        for key in fuzzed.KEYS:
            fuzzed.formats._module(fuzzed.MODULES[key])
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, good in enumerate(fuzzed.PARSERS[name][1]()):
        (corpus / f"good-{number}").write_bytes(good)
    arguments = [
        *(sys.argv[0], str(corpus), f"-max_len={MOST}", "-len_control=0"),
        *(f"-rss_limit_mb={MEMORY}", "-timeout=60", f"-artifact_prefix={folder}/"),
    ]
    atheris.Setup(arguments, Watch(name, seconds, folder))
    atheris.Fuzz()


def run(name: str, seconds: int, folder: Path) -> int:
    """Fuzz one parser in a process of its own, print how it went, and return the findings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "said.json").unlink(missing_ok=True)
    command = [sys.executable, __file__, name, f"--seconds={seconds}", f"--inside={folder}"]
    with (folder / "log.txt").open("w+") as log:
        subprocess.run(command, stdout=log, stderr=log, check=False)
        log.seek(0)
        covered = END.findall(log.read())
    coverage, features, corpus = map(int, covered[-1] if covered else (0, 0, 0))
    told = folder / "said.json"
    said = {"runs": 0, "slowest": 0.0, "size": 0}
    said |= json.loads(told.read_text()) if told.exists() else {}
    found = sorted(
        path
        for path in folder.iterdir()
        if path.name.startswith(("finding-", "crash-", "oom-", "timeout-")) and not path.suffix
    )
    print(
        f"{name:<15} {said['runs']:>9,} runs {said['runs'] / seconds:>7,.0f}/s  "
        f"{coverage:>5,} edges {features:>6,} features {corpus:>5,} inputs kept  slowest "
        f"{1000 * said['slowest']:>5,.0f} ms ({said['size']:,} bytes)  {len(found)} findings",
        flush=True,
    )
    for path in found:
        print(f"    {path}: {path.read_bytes()[:200]!r}", flush=True)
    if not told.exists():
        print(f"    It did not come to its end: {folder}/log.txt", flush=True)
    return len(found) or int(not told.exists())


def main() -> None:
    """Fuzz the parsers that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=int, default=180, help="processor time of each")
    parser.add_argument("--keep", type=Path, help="folder for inputs; else a temporary one")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        fuzz(given.names[0], given.seconds, given.inside)
        return
    from fuzzed import PARSERS

    if unknown := set(given.names) - set(PARSERS):
        parser.error(f"No parser {', '.join(unknown)}. There are: {', '.join(PARSERS)}.")
    folder = given.keep or Path(tempfile.mkdtemp(prefix="parallax-fuzz-"))
    found = sum(
        run(name, given.seconds, folder.absolute() / name) for name in given.names or PARSERS
    )
    print(f"{found} findings, in {folder}" if found else "Nothing found.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
