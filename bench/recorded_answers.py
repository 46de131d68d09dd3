"""How many of AWS's recorded answers the local AWS gives, beside stock moto and ministack.

``python -m bench.recorded_answers RUNNER [--write]``: the runner is a script that makes the
recorded calls at an endpoint (``--endpoint URL --kind KIND --account NUMBER``; without them at a
local AWS of its own, started with the command in ``$DRAGONCTL``) and prints one line
``AREA EQUAL/ALL`` for each area, the sum last. ``--write`` puts the table into
``docs/local-aws.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "local-aws.md"
BEGIN, END = "<!-- score: made by bench.recorded_answers -->", "<!-- end of score -->"
_BIN = Path(sys.executable).parent
_LINE = re.compile(r"^(?:([a-z][a-z0-9-]*) +)?(\d+)/(\d+)$", re.MULTILINE)
_START_SECONDS = 60
# What the others never become is not waited for as long as what the local AWS becomes.
_IMPATIENT = {"REPLAY_TRIES": "3"}
Score = dict[str, tuple[int, int]]
"""Area -> (equal, all); the sum under ``all``."""


def main() -> None:
    """Measure all three, print the table, write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runner", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    scores = {"dragonctl": replayed(asked.runner, {"DRAGONCTL": str(_BIN / "dragonctl")})}
    port = _free_port()
    with serving([str(_BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], {}, port):
        scores["moto"] = replayed(asked.runner, _IMPATIENT, port, "localstack", "123456789012")
    port = _free_port()
    quiet = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    with serving([str(_BIN / "ministack")], quiet, port):
        scores["ministack"] = replayed(asked.runner, _IMPATIENT, port, "ministack", "000000000000")
    said = table(scores)
    print(said)
    if asked.write:
        page = PAGE.read_text()
        before, _, rest = page.partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n{said}\n{END}{after}")


def replayed(
    runner: Path,
    environment: dict[str, str],
    port: int | None = None,
    kind: str = "",
    account: str = "",
) -> Score:
    """What the runner prints for one of them."""
    at = ["--endpoint", f"http://127.0.0.1:{port}", "--kind", kind, "--account", account]
    done = subprocess.run(
        [sys.executable, str(runner), *(at if port else [])],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return read(done.stdout)


def read(printed: str) -> Score:
    """The score in the last lines of what the runner printed."""
    return {
        name or "all": (int(equal), int(every)) for name, equal, every in _LINE.findall(printed)
    }


def table(scores: dict[str, Score]) -> str:
    """One row an area, one column each."""
    names = list(scores)
    lines = [f"| area | {' | '.join(names)} | of |", f"|---|{'---:|' * (len(names) + 1)}"]
    for area, (_, every) in scores[names[0]].items():
        cells = " | ".join(str(scores[one].get(area, ("-", 0))[0]) for one in names)
        lines.append(f"| {area} | {cells} | {every} |")
    return "\n".join(lines)


@contextlib.contextmanager
def serving(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    """A server of another maker, in a home of its own, for as long as the block runs."""
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            command,
            env={**os.environ, "HOME": home, **environment},
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(port)
            yield
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            process.wait()


def _wait(port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"nothing answers on port {port}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
