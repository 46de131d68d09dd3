"""What ``dragonctl.toml`` says of a command's options, checked against what the command takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import click
import msgspec

from dragonctl.cli.catalogue import command_names
from dragonctl.config import check, find, load
from dragonctl.errors import UsageError

# How a thing is done, not what is wanted: that is typed each time.
_NEVER = {"help", "dry_run", "check", "yes", "no_wait", "debug", "output", "local"}

Flag = Annotated[bool, msgspec.Meta(description="true or false")]
Whole = Annotated[int | str, msgspec.Meta(description="a whole number")]
Plain = Annotated[int | float | str, msgspec.Meta(description="a text or a number")]
Wholes = Annotated[
    int | str | list[int | str],
    msgspec.Meta(description="a whole number or a list of whole numbers"),
]
Plains = Annotated[
    int | float | str | list[int | float | str],
    msgspec.Meta(description="a text, a number or a list of them"),
]


def defaults_for(command: click.Command) -> dict[str, Any]:
    """The options of a command that the file sets, by click's parameter names; checked.

    Raises :class:`~dragonctl.errors.UsageError` where the file holds what no command takes.
    """
    document = load()
    _check_tables(document)
    options = {_name(parameter): parameter for parameter in command.params}
    defaults = dict(_selection(document, command, options))
    for key, value in _table(document, command.name or "").items():
        name = key.replace("-", "_")
        option = options.get(name)
        if option is None or option.name is None or name in _NEVER:
            raise UsageError(
                f"{find()} has an unknown option {key!r} in [{command.name}].",
                f"It may hold: {', '.join(sorted(set(options) - _NEVER))}.",
            )
        check(value, _kind_of(option), f"In {find()}, {key} of [{command.name}]")
        several = option.multiple and not isinstance(value, list)
        defaults[option.name] = [value] if several else value
    return defaults


def _selection(
    document: Mapping[str, Any], command: click.Command, options: Mapping[str, click.Parameter]
) -> list[tuple[str, Any]]:
    """The top level's ``api`` and ``stage``, for a command that takes them."""
    taken = {parameter.name for parameter in command.params}
    return [
        (
            name,
            [document[key]]
            if options[key].multiple and isinstance(document[key], str)
            else document[key],
        )
        for key, name in (("api", "api"), ("stage", "stages"))
        if key in document and name in taken
    ]


def _check_tables(document: Mapping[str, Any]) -> None:
    names = command_names()
    for key, value in document.items():
        if isinstance(value, dict) and key.replace("_", "-") not in names:
            raise UsageError(
                f"{find()} has a table [{key}], which is not a command.",
                f"The commands are: {', '.join(names)}.",
            )


def _table(document: Mapping[str, Any], command: str) -> Mapping[str, Any]:
    names = [one for one in dict.fromkeys((command, command.replace("-", "_"))) if one in document]
    if len(names) > 1:
        raise UsageError(f"{find()} has both [{names[0]}] and [{names[1]}].", "Keep one of them.")
    table = document[names[0]] if names else {}
    return table if isinstance(table, dict) else {}


def _name(parameter: click.Parameter) -> str:
    """The long option's name with ``_``: what a person writes in the file."""
    longest = max((one for one in parameter.opts), key=len)
    return longest.lstrip("-").replace("-", "_")


def _kind_of(option: click.Parameter) -> Any:
    """The type of what the file may say of an option: click would cut 60.5 down to 60."""
    if getattr(option, "is_flag", False):
        return Flag
    if option.type.name.startswith("integer"):
        return Wholes if option.multiple else Whole
    return Plains if option.multiple else Plain
