"""What is wrong with one thing, in a sentence, and the command that mends it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """``subject`` and ``clause`` make a sentence: "Stage prod: full data is still logged".

    ``resource`` is the thing's identifier; ``fix`` a command line, or what to do by hand.
    """

    resource: str
    subject: str
    clause: str
    fix: str

    def document(self) -> dict[str, str]:
        """The item of ``problems``."""
        sentence = f"{self.subject}: {self.clause}."
        return {"resource": self.resource, "problem": sentence, "fix": self.fix}


@dataclass(frozen=True)
class CommandContext:
    """How the user reached this application: the options that a mending command repeats."""

    options: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    several: bool = False

    def command(self, verb: str, *more: str, api: str = "", stage: str = "") -> str:
        """A command line of dragonctl, ready to be typed.

        ``api`` (an id) is said where ``several`` were meant, ``stage`` always.
        """
        words = ["dragonctl", verb, *self.options]
        if self.several and api:
            words += ["--api", api]
        elif self.several and not self.apis:
            words.append("--all")
        else:
            words += _repeated("--api", self.apis)
        words += _repeated("--stage", (stage,) if stage else self.stages) + list(more)
        return shlex.join(words)

    def setup(self, *more: str, api: str = "", stage: str = "") -> str:
        """The command line of ``setup-observability``."""
        return self.command("setup-observability", *more, api=api, stage=stage)


def _repeated(option: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
