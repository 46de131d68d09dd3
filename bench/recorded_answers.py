"""How many of AWS's recorded answers the local AWS gives, beside stock moto and ministack.

``python -m bench.recorded_answers RUNNER [--of NAME]... [--area AREA]... [--ministack PROGRAM]
[--write]``: the runner is a script that makes the recorded calls at an endpoint (``--endpoint URL
--kind KIND --account NUMBER``; without them at a local AWS of its own, started with the command in
``$DRAGONCTL``), of one area alone with ``--area``, and prints a line ``AREA EQUAL/ALL``. ministack
is installed in an environment of its own (``pip install ministack``); ``PROGRAM`` is its command.
``--write`` puts the table into ``docs/local-aws.md``; what ``--of`` and ``--area`` leave out stays.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Self

PAGE = Path(__file__).parent.parent / "docs" / "local-aws.md"
BEGIN, END = "<!-- score: made by bench.recorded_answers -->", "<!-- end of score -->"
_BIN = Path(sys.executable).parent
_LINE = re.compile(r"^(?:([a-z][a-z0-9-]*) +)?(\d+)/(\d+)$", re.MULTILINE)
_START_SECONDS = 300
_HANGS_SECONDS = 60
_PAUSE_SECONDS = 2
_SUM = "all"
COLUMNS = ("dragonctl", "moto", "ministack")
# What the others never become is not waited for as long as what the local AWS becomes.
_IMPATIENT = {"REPLAY_TRIES": "3"}
Score = dict[str, tuple[int, int]]
"""Area -> (equal, all); the sum under ``all``."""


def main() -> None:
    """Measure what is asked for, print the table, write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runner", type=Path)
    parser.add_argument("--of", action="append", choices=COLUMNS)
    parser.add_argument("--area", action="append")
    parser.add_argument("--ministack", type=Path, default=_BIN / "ministack")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    before, written, after = parts(PAGE.read_text())
    scores = known(written)
    areas = asked.area or [area for area in scores[COLUMNS[0]] if area != _SUM]
    for name in asked.of or COLUMNS:
        scores[name].pop(_SUM, None)
        for area in areas:
            scores[name][area] = measured(name, area, asked)[area]
        scores[name][_SUM] = summed(scores[name].values())
    shown = table(scores)
    print(shown)
    if asked.write:
        PAGE.write_text(f"{before}{BEGIN}\n{shown}\n{END}{after}")


def measured(name: str, area: str, asked: argparse.Namespace) -> Score:
    """The score of one of the three in one area; what one area breaks is whole for the next."""
    if name == "dragonctl":
        return replayed(asked.runner, {"DRAGONCTL": str(_BIN / "dragonctl")}, "--area", area)
    port = _free_port()
    endpoint = ("--area", area, "--endpoint", f"http://127.0.0.1:{port}")
    if name == "moto":
        command = [str(_BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
        with Foreign(command, {}, port):
            whose = ("--kind", "localstack", "--account", "123456789012")
            return replayed(asked.runner, _IMPATIENT, *endpoint, *whose)
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    with Foreign([str(asked.ministack)], settings, port):
        whose = ("--kind", "ministack", "--account", "000000000000")
        return replayed(asked.runner, _IMPATIENT, *endpoint, *whose)


def summed(scores: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """All areas together."""
    equal, every = zip(*scores, strict=True)
    return sum(equal), sum(every)


def parts(page: str) -> tuple[str, str, str]:
    """The page before the table, the table, the page after it."""
    before, _, rest = page.partition(BEGIN)
    written, _, after = rest.partition(END)
    return before, written.strip(), after


def known(written: str) -> dict[str, Score]:
    """The columns of a table that :func:`table` made."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in written.split("\n")]
    scores: dict[str, Score] = {name: {} for name in COLUMNS}
    for area, *cells, every in rows[2:]:
        for name, cell in zip(COLUMNS, cells, strict=True):
            if cell.isdecimal():
                scores[name][area] = (int(cell), int(every))
    return scores


def replayed(runner: Path, environment: dict[str, str], *arguments: str) -> Score:
    """What the runner prints."""
    done = subprocess.run(
        [sys.executable, str(runner), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return read(done.stdout)


def read(printed: str) -> Score:
    """The score in the last lines of what the runner printed."""
    return {name or _SUM: (int(equal), int(every)) for name, equal, every in _LINE.findall(printed)}


def table(scores: dict[str, Score]) -> str:
    """One row an area, one column each."""
    lines = [f"| area | {' | '.join(COLUMNS)} | of |", f"|---|{'---:|' * (len(COLUMNS) + 1)}"]
    for area, (_, every) in scores[COLUMNS[0]].items():
        cells = " | ".join(str(scores[name].get(area, ("-", 0))[0]) for name in COLUMNS)
        lines.append(f"| {area} | {cells} | {every} |")
    return "\n".join(lines)


class Foreign:
    """A server of another maker, in a home of its own, for as long as the block runs.

    One that answers nothing any more is started anew: what it was asked then has no answer.
    """

    def __init__(self, command: list[str], environment: dict[str, str], port: int) -> None:
        self._command = command
        self._home = tempfile.TemporaryDirectory()
        self._environment = {**os.environ, "HOME": self._home.name, **environment}
        self._url = f"http://127.0.0.1:{port}/"
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Start it, and wait until it answers."""
        self._start()
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._over.set()
        self._watcher.join()
        self._end()
        self._home.cleanup()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            cwd=self._home.name,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + _START_SECONDS
        while not self._answers(_PAUSE_SECONDS):
            if time.monotonic() > end:
                raise SystemExit(f"nothing answers at {self._url}")
            time.sleep(_PAUSE_SECONDS)

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _watch(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            if not self._answers(_HANGS_SECONDS):
                self._end()
                self._start()

    def _answers(self, seconds: float) -> bool:
        try:
            urllib.request.urlopen(self._url, timeout=seconds).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
