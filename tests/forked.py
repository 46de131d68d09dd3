"""dragonctl in a process of its own, forked from one that has the imports behind it.

There are thousands of such runs. What a command sees of its start is as when it is typed: the
environment, the folder, the three streams and the signals; what an import costs is shown elsewhere
(``tests/test_start_up.py``).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dragonctl.cli.catalogue import command_names
from tests.hurry import hurry

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "__main__",
        "boto3",
        "botocore.client",
        "botocore.httpsession",
        "dragonctl.aws.client",
        "dragonctl.cli.root",
        "dragonctl.cli.change",
        "dragonctl.cli.view",
        "dragonctl.cli.session",
        "dragonctl.application.discovery",
        "dragonctl.recipes.observability",
        "dragonctl.terminal.console",
        "dragonctl.terminal.traces",
        "rich.live",
        "rich.table",
        *(f"dragonctl.commands.{name.replace('-', '_')}" for name in command_names()),
        "tests.forked",
        "tests.preloaded",
    ]
)


@dataclass(frozen=True)
class Ended:
    """How a process ended: exit code (negative: the signal), what it wrote, seconds."""

    returncode: int
    stdout: str
    stderr: str
    seconds: float


class Forked:
    """A command that has been started; its waits take a tenth of their time."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._outputs = [Path(tempfile.mkstemp()[1]) for _ in range(2)]
        self._started = time.monotonic()
        self._process = FORKS.Process(
            target=_become, args=(list(words), dict(environment), folder, self._outputs)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid or 0

    def send_signal(self, number: int) -> None:
        """Nothing is sent to one that has ended."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def end(self, timeout: float = 240) -> Ended:
        """Wait for its end; whoever is late is killed, and that stands in its stderr."""
        self._process.join(timeout)
        late = "" if self._process.exitcode is not None else f"\nstill running after {timeout} s"
        self._process.kill()
        self._process.join()
        seconds = time.monotonic() - self._started
        stdout, stderr = (path.read_text("utf-8") for path in self._outputs)
        for path in self._outputs:
            path.unlink()
        return Ended(self._process.exitcode or 0, stdout, stderr + late, seconds)


def _become(
    words: Sequence[str], environment: Mapping[str, str], folder: Path, outputs: Sequence[Path]
) -> None:
    """What the forked process does: be the command, in a user's environment, at those files."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # Whoever runs the tests in the background hands an ignored Ctrl-C on to every process.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, path in enumerate((os.devnull, *outputs)):
        os.dup2(os.open(path, os.O_RDWR), number)
    from dragonctl.cli.root import main

    hurry()
    main(list(words))
