"""Every command once, on one application whose names are long, each with AWS's answers to it.

:func:`told` runs them one after the other in pipes, and keeps for each the state folder that it
found, so that it can be run again as it was.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dragonctl.cli.catalogue import command_names
from tests.applications import small
from tests.faults.commands import furnish, with_distribution
from tests.faults.laboratory import Laboratory, environment
from tests.terminal.emulator import Line, Piped
from tests.terminal.replaying import Answers

NAME = "orders-of-the-society-of-dragon-keepers"
_WORDS = {
    "setup-observability": f"setup-observability --api {NAME} --data-trace",
    "enable-cache": f"enable-cache --api {NAME}",
    "send": f"send GET /things/1 --api {NAME}",
    "status": f"status --api {NAME}",
    "logs": f"logs --api {NAME}",
    "query": f"query cold-starts --api {NAME}",
    "why": f"why {{request}} --api {NAME}",
    "traces": f"traces --api {NAME}",
    "service-map": f"service-map --api {NAME}",
    "cache-stats": f"cache-stats --api {NAME}",
    "set-sampling": "set-sampling --rate 1 --method POST --path /things",
    "policy": f"policy setup-observability --api {NAME}",
    "flush-cache": f"flush-cache --api {NAME}",
    "disable-cache": f"disable-cache --api {NAME}",
    "set-endpoint": f"set-endpoint --api {NAME} --type edge",
    "setup-alarms": f"setup-alarms --api {NAME} --notify someone@example.com",
    "setup-dashboard": f"setup-dashboard --api {NAME}",
    "deploy-function": f"deploy-function small-work --function-name {NAME}-work --alias live",
    "deploy-edge": "deploy-edge stamp --event viewer-response --distribution {distribution}",
    "undo": "undo --yes",
    "local": "local status",
    "create-app": "create-app",
    "delete-app": "delete-app --yes",
}
"""How a command is typed, in the order of the story; one that is not here is typed by its name."""


@dataclass(frozen=True)
class Told:
    """One command of the story: how it ended in pipes, and the line that ends so again.

    ``found`` and ``left`` are copies of the state folder, from before and from after.
    """

    piped: Piped
    line: Line
    found: Path
    left: Path

    @property
    def home(self) -> Path:
        """The state folder."""
        return Path(self.line.environment["DRAGONCTL_STATE_DIR"])

    def again(self) -> Line:
        """The same line in the same state."""
        shutil.rmtree(self.home)
        shutil.copytree(self.found, self.home, symlinks=True)
        return self.line

    def journal(self, home: Path | None = None) -> list[str]:
        """What the run has written down, in an order of its own: steps end as they end."""
        before = {path.name for path in (self.found / "runs").glob("*.jsonl")}
        made = ((home or self.home) / "runs").glob("*.jsonl")
        lines = [
            json.loads(line)
            for path in made
            if path.name not in before
            for line in path.read_text().splitlines(keepends=True)
            if line.endswith("\n")  # the last one may be being written
        ]
        told = ("event", "step", "operation", "outcome", "changes")
        return sorted(json.dumps({name: line.get(name) for name in told}) for line in lines)


def names() -> list[str]:
    """All commands there are: those of the story in its order, then the others.

    Without the demo: it plays these, on a server that it starts.
    """
    return [*_WORDS, *(name for name in command_names() if name not in (*_WORDS, "demo"))]


@contextmanager
def told(lab: Laboratory, folder: Path) -> Iterator[dict[str, Told]]:
    """Tell the story."""
    furnish(lab.folder)
    lab.fresh(lambda builder: (with_distribution(builder), small.build(builder, NAME))[1])
    known = {"distribution": lab.typed(["{distribution}"])[0], "request": ""}
    story = {}
    for name in names():
        words = tuple(_WORDS.get(name, name).format(**known).split())
        found, left, answers = (folder / f"{name}.{kind}" for kind in ("found", "left", "answers"))
        shutil.copytree(lab.home, found, symlinks=True)
        around = environment(lab.proxy.url, lab.home)
        piped = Line(words, around, lab.folder, Answers(answers, recording=True)).in_pipe()
        answers.touch()
        shutil.copytree(lab.home, left, symlinks=True)
        story[name] = Told(piped, Line(words, around, lab.folder, Answers(answers)), found, left)
        if name == "send":
            known["request"] = re.search(r"request +(\S+)", piped.stdout)[1]
    yield story
