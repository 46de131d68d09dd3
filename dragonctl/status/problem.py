"""What is wrong with one thing, in a sentence, and the command that fixes it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
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


_OF_NO_API = frozenset({"deploy-function"})


def _bare(*words: str) -> str:
    return shlex.join(["dragonctl", *words])


@dataclass(frozen=True)
class CommandContext:
    """How the user reached this application: what the command that fixes it repeats.

    ``build`` makes a command line of its words, with the options that say where AWS is and which
    APIs are meant; ``stages`` were named, ``apis`` too or ``several`` found.
    """

    build: Callable[..., str] = _bare
    apis: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    several: bool = False

    def command(self, verb: str, *more: str, api: str = "", stage: str = "") -> str:
        """A command line of dragonctl, ready to be typed.

        ``api`` (an id) is said where ``several`` were meant, ``stage`` always.
        """
        words = [verb]
        if verb in _OF_NO_API:
            return self.build(verb, *more)
        if self.several and api:
            words += ["--api", api]
        elif self.several and not self.apis:
            words.append("--all")
        words += [word for one in (stage and [stage]) or self.stages for word in ("--stage", one)]
        return self.build(*words, *more)

    def setup(self, *more: str, api: str = "", stage: str = "") -> str:
        """The command line of ``setup-observability``."""
        return self.command("setup-observability", *more, api=api, stage=stage)
