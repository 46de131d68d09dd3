"""Every command that is printed for somebody to type: it works as it is printed.

It carries what the run itself was given of where to look (``--profile``, ``--region``,
``--endpoint-url``, ``--local``, ``--api``, ``--all``) and of what it is about (``--function``,
``--state-machine``, ``--no-discover``), as far as that command takes it. Texts that
are written where no command line is known (hints, warnings, reasons) hold a command between
backquotes, with ``dragonctl`` before it, and are completed here when they are told.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

import click

from dragonctl.cli.catalogue import command_names
from dragonctl.cli.globals import PLACE, globals_of
from dragonctl.cli.line import CommandLine, is_local_alone, option_names
from dragonctl.cli.local_switch import endpoint

_IN_TEXT = re.compile(r"`dragonctl ([^`\n]+)`")
_AWS_IN_TEXT = re.compile(r"`(aws [a-z][^`\n]*)`")
_AWS_ACCESS = ("configure", "sso", "login")
_CHOSEN = ("--function", "--state-machine")
_ALONE = "--no-discover"
_SELECTION = frozenset({*_CHOSEN, _ALONE})


class Printed:
    """Builds the commands that a run prints, out of the line that it was started with."""

    def __init__(self, line: CommandLine, local_endpoint: str = "") -> None:
        self.line = line
        self.local_endpoint = local_endpoint
        """Where the local AWS listens, if it is meant: the AWS CLI does not know ``--local``."""

    @classmethod
    def current(cls) -> Printed:
        """For the command that is being carried out."""
        context = click.get_current_context(silent=True)
        is_local = context is not None and globals_of(context).is_local
        return cls(CommandLine.current(), endpoint() if is_local else "")

    def command(self, *words: str) -> str:
        """``dragonctl`` with these words and what it needs besides, quoted for a shell.

        What the words say themselves is not said again.
        """
        return shlex.join(["dragonctl", *words, *self._more(words)])

    def line_as_typed(self) -> str:
        """The line that the run was started with, quoted for a shell."""
        return shlex.join(["dragonctl", *self.line.words])

    def completed(self, command: str) -> str:
        """A whole command line of dragonctl or of the AWS CLI, complete; else as it is."""
        if command.startswith("aws "):
            return self._of_the_aws_cli(command)
        words = shlex.split(command) if command.startswith("dragonctl ") else []
        return self.command(*words[1:]) if words else command

    def again(self, apis: Sequence[str]) -> str:
        """The same line for these APIs, by their ids, and no others."""
        chosen = [word for api in apis for word in ("--api", api)]
        return shlex.join(["dragonctl", *_without_apis(self.line.words), *chosen])

    def filled(self, text: str) -> str:
        """A text with each ```dragonctl …``` or ```aws …``` complete; complete ones stay."""
        text = _AWS_IN_TEXT.sub(lambda found: f"`{self._of_the_aws_cli(found[1])}`", text)
        return _IN_TEXT.sub(self._completed, text)

    def all_filled(self, texts: Iterable[str]) -> list[str]:
        """The same of several texts."""
        return [self.filled(text) for text in texts]

    def _completed(self, found: re.Match[str]) -> str:
        try:
            words = shlex.split(found[1])
        except ValueError:  # no command of ours: what AWS says may stand between backquotes, too
            return found[0]
        return f"`{self.command(*words)}`" if words and words[0] in command_names() else found[0]

    def _of_the_aws_cli(self, command: str) -> str:
        """The same place for the AWS CLI; to log in or to configure takes a profile alone."""
        typed, mark, comment = command.partition("   #")
        words = typed.split()
        if "list-profiles" in words:
            return command
        options = PLACE[:1] if words[1] in _AWS_ACCESS else PLACE
        named = {word.partition("=")[0] for word in words}
        given = {option: self.line.values(option)[-1:] for option in options}
        if self.local_endpoint and "--endpoint-url" in given:
            given["--endpoint-url"] = [self.local_endpoint]
        more = [
            word
            for option, values in given.items()
            for value in values
            if option not in named
            for word in (option, value)
        ]
        return f"{' '.join([typed, *map(shlex.quote, more)])}{mark}{comment}"

    def _more(self, words: Sequence[str]) -> Iterator[str]:
        named = {word.partition("=")[0] for word in words}
        command = next((word for word in words if word in command_names()), "")
        if is_local_alone(command):
            return
        for option in PLACE:
            for value in self.line.values(option)[-1:]:
                yield from () if option in named else (option, value)
        if self.line.has("--local") and not {"--local", "--endpoint-url"} & named:
            yield "--local"
        yield from self._selected(named, option_names(command))
        if {"--api", "--all"} & named or "--api" not in option_names(command):
            return
        apis, takes_several = self.line.values("--api"), "--all" in option_names(command)
        for api in apis if takes_several or len(set(apis)) == 1 else ():
            yield from ("--api", api)
        if self.line.has("--all") and takes_several:
            yield "--all"

    def _selected(self, named: AbstractSet[str], takes: AbstractSet[str]) -> Iterator[str]:
        """The functions and state machines that the run was given, and whether they are all."""
        if named & _SELECTION or not takes >= _SELECTION:
            return
        for option in _CHOSEN:
            for value in self.line.values(option):
                yield from (option, value)
        if self.line.has(_ALONE):
            yield _ALONE


def _without_apis(line: Sequence[str]) -> Iterator[str]:
    words = iter(line)
    for word in words:
        if word == "--api":
            next(words, None)
        elif word != "--all" and not word.startswith("--api="):
            yield word
