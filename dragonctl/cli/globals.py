"""The options of every command, as far as they were given."""

from __future__ import annotations

import os
from dataclasses import dataclass

import click

LINE = "dragonctl.line"
"""The key of the whole command line, without the program's name, in the root context's ``meta``."""


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

    def words(self) -> list[str]:
        """The options that say where AWS is, as they were given: a printed command needs them."""
        given = {
            "--profile": self.profile,
            "--region": self.region,
            "--endpoint-url": self.endpoint_url,
        }
        named = [word for option, value in given.items() if value for word in (option, value)]
        return [*named, *(["--local"] if self.local else [])]

    @property
    def is_local(self) -> bool:
        """Whether the local AWS is meant: an option wins over the environment."""
        if self.local or self.endpoint_url:
            return self.local
        return os.environ.get("DRAGONCTL_LOCAL", "") not in ("", "0")


def globals_of(context: click.Context) -> Globals:
    """What was given so far."""
    found: Globals = context.find_root().meta.setdefault("dragonctl.globals", Globals())
    return found
