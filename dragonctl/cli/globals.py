"""The options of every command, as far as they were given."""

from __future__ import annotations

import os
from dataclasses import dataclass

import click

from dragonctl.errors import UsageError

LOCAL = "DRAGONCTL_LOCAL"
"""The environment variable that means --local."""
_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")

PLACE = ("--profile", "--region", "--endpoint-url")
"""The options that mean an account or an endpoint of AWS."""
GLOBALS = "dragonctl.globals"
"""The key of these in the root context's ``meta``."""
BEGAN = "dragonctl.began"
"""The key of the time from which what is planned counts, in the root context's ``meta``."""
KEPT = "dragonctl.kept-plan"
"""The key of the plan that is being carried out, in the root context's ``meta``."""
KEPT_FILE = "dragonctl.kept-plan-file"
"""The key of the file that it was read from, in the root context's ``meta``."""
OUT = "dragonctl.out"
"""The key of the file that is to keep the plan, in the root context's ``meta``."""
WORDS = "dragonctl.words"
"""The key of the words that were typed behind the command's name, in its context's ``meta``."""
SESSION = "dragonctl.session"
"""The key of the command's session in the root context's ``meta``."""


@dataclass(frozen=True)
class Globals:
    """The options of every command, given before or after its name."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    local: bool = False
    output: str = "text"
    debug: bool = False

    @property
    def json(self) -> bool:
        """Whether stdout carries one JSON document and nothing else."""
        return self.output == "json"

    @property
    def is_local(self) -> bool:
        """Whether the local AWS is meant: an option wins over the environment."""
        if self.local or self.endpoint_url:
            return self.local
        return local_by_environment()

    @property
    def places(self) -> list[str]:
        """Those of :data:`PLACE` that were given."""
        given = (self.profile, self.region, self.endpoint_url)
        return [option for option, value in zip(PLACE, given, strict=True) if value is not None]

    def check_local(self) -> None:
        """UsageError where only the environment says which AWS is meant, in no word that is known.

        Until it is refused, the local AWS is meant, which costs nothing.
        """
        word = os.environ.get(LOCAL, "")
        if not (self.local or self.endpoint_url or word.lower() in (*_ON, *_OFF)):
            raise UsageError(f"{LOCAL} is {word!r}: it takes {', '.join(_ON)}, or 0 for AWS.")


def local_by_environment() -> bool:
    """Whether the environment means the local AWS."""
    return os.environ.get(LOCAL, "").lower() not in _OFF


def globals_of(context: click.Context) -> Globals:
    """What was given so far."""
    found: Globals = context.find_root().meta.setdefault(GLOBALS, Globals())
    return found
