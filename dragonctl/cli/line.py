"""A command line as it was typed, read without click: one that click refuses is read as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import click

from dragonctl.cli.catalogue import command_named, command_names
from dragonctl.cli.options import global_parameters

LINE = "dragonctl.line"
"""The key of the whole command line, without the program's name, in the root context's ``meta``."""


@dataclass(frozen=True)
class CommandLine:
    """The words of one command line, without the program's name."""

    words: tuple[str, ...]

    @classmethod
    def current(cls) -> CommandLine:
        """The line that is being carried out; an empty one outside of any command."""
        context = click.get_current_context(silent=True)
        return cls(tuple(context.find_root().meta.get(LINE, ())) if context else ())

    @cached_property
    def command(self) -> str:
        """The command that it names; "" where it names none."""
        words = self._parts(_valued_of(""))
        return next((word for word, _ in words if word in command_names()), "")

    @cached_property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Its long options with their values ("" for a flag), in the order in which they stand."""
        parts = self._parts(_valued_of(self.command))
        return tuple(part for part in parts if part[0].startswith("-"))

    @property
    def wants_json(self) -> bool:
        """Whether its answer is one JSON document."""
        return self.values("--output", "-o")[-1:] == ["json"]

    @property
    def wants_json_lines(self) -> bool:
        """Whether each document stands on one line: whoever follows a log reads line by line."""
        follows = self.has("--follow") or self.has("-f")
        return self.wants_json and (follows or self.command == "logs")

    def values(self, *names: str) -> list[str]:
        """What was given for one option, each time that it stands there."""
        return [value for name, value in self.options if name in names and value]

    def has(self, option: str) -> bool:
        """Whether an option stands there."""
        return any(name == option for name, _ in self.options)

    def _parts(self, valued: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Word by word; an option that takes a value with its value."""
        words = iter(self.words)
        for word in words:
            if word == "--":
                return
            name, equals, value = word.partition("=") if word[:2] == "--" else (word, "", "")
            if name[:2] in valued and len(name) > 2 and name[:2] != "--":  # noqa: PLR2004 (-ojson)
                yield name[:2], name[2:]
            else:
                yield name, value if equals or name not in valued else next(words, "")


def line_of(arguments: Sequence[str]) -> CommandLine:
    """The line of these arguments."""
    return CommandLine(tuple(arguments))


@cache
def option_names(command: str) -> frozenset[str]:
    """The options that a command takes, by every name that they have."""
    if not command:
        return frozenset()
    return frozenset(name for one in command_named(command).params for name in one.opts)


def is_local_alone(command: str) -> bool:
    """Whether a command goes to the local AWS, whatever place the line names: it takes none."""
    return bool(command) and bool(getattr(command_named(command), "local_alone", False))


@cache
def _valued_of(command: str) -> frozenset[str]:
    """The options that take a value: those of all commands, and of this one if it is named."""
    own = command_named(command).params if command else []
    return _valued([*global_parameters(), *own])


def _valued(parameters: Sequence[click.Parameter]) -> frozenset[str]:
    return frozenset(
        name
        for one in parameters
        if isinstance(one, click.Option) and not one.is_flag and not one.count
        for name in one.opts
    )
