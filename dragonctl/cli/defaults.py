"""What ``dragonctl.toml`` says of a command's options, checked against what the command takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import click
import msgspec

from dragonctl.cli.catalogue import command_names
from dragonctl.config import TopLevel, check, find, load
from dragonctl.errors import UsageError

_EACH_TIME = {
    "help", "dry_run", "check", "yes", "no_wait", "out", "debug", "output", "local",
    "package_only", "request", "undo",
}  # fmt: skip
"""Options that no file says: how a thing is done this time, or of which one of its kind."""

Flag = Annotated[bool, msgspec.Meta(description="true or false")]
Whole = Annotated[int | str, msgspec.Meta(description="a whole number")]
Plain = Annotated[int | float | str, msgspec.Meta(description="a text or a number")]
Wholes = Annotated[
    int | str | list[int | str],
    msgspec.Meta(description="a whole number or a list of whole numbers"),
]
_Filled = Annotated[str, msgspec.Meta(min_length=1)]  # no name or pattern is empty
Plains = Annotated[
    int | float | _Filled | list[int | float | _Filled],
    msgspec.Meta(description="a text, a number or a list of them"),
]


@dataclass(frozen=True)
class _Default:
    """What the file says of one option, and where in it."""

    option: click.Parameter
    value: Any
    place: str

    @property
    def for_click(self) -> Any:
        """The value as click takes it."""
        several = self.option.multiple and not isinstance(self.value, list)
        return [self.value] if several else self.value


def defaults_for(command: click.Command) -> dict[str, Any]:
    """The options of a command that the file sets, by click's parameter names; checked.

    Raises :class:`~dragonctl.errors.UsageError` where the file holds what no command takes.
    """
    return {one.option.name or "": one.for_click for one in _in_file(command)}


def place_of(command: click.Command, name: str) -> str:
    """Where the file says something of an option, ``log_level of [logs]``; "" where nowhere."""
    places = {one.option.name: one.place for one in _in_file(command)}
    return places.get(name, name if name in load() else "")


def _in_file(command: click.Command) -> Iterator[_Default]:
    """Option by option: first what stands above the tables, then the command's own table."""
    document = load()
    _check_tables(document)
    options = {_name(one): one for one in command.params if isinstance(one, click.Option)}
    for key, name in (("api", "api"), ("stage", "stages")):
        if key in document and key in options and options[key].name == name:
            yield _Default(options[key], document[key], key)
    for key, value in _table(document, command.name or "").items():
        place = f"{key} of [{command.name}]"
        option = _option(command, options, key)
        check(value, _kind_of(option), f"In {find()}, {place}")
        yield _Default(option, value, place)


def _option(command: click.Command, options: Mapping[str, click.Option], key: str) -> click.Option:
    """The option that a key of the command's table means; UsageError for none, or none of a file's.

    What has no option's form, such as the run that is taken back, is typed each time, too.
    """
    name = key.replace("-", "_")
    if name in options and name not in _EACH_TIME:
        return options[name]
    arguments = {one.name for one in command.params} - {one.name for one in options.values()}
    is_known = name in _EACH_TIME & {*options, "help"} or name in arguments
    what = f"{key!r} in [{command.name}], which is typed each time" if is_known else (
        f"an unknown option {key!r} in [{command.name}]"
    )  # fmt: skip
    known = ", ".join(sorted(set(options) - _EACH_TIME))
    raise UsageError(f"{find()} has {what}.", f"It may hold: {known}.")


def _check_tables(document: Mapping[str, Any]) -> None:
    """UsageError for what is neither a command's table nor one of the keys above the tables."""
    names, keys = command_names(), [one.name for one in msgspec.structs.fields(TopLevel)]
    for key, value in document.items():
        is_command, is_table = key.replace("_", "-") in names, isinstance(value, dict)
        if is_command and not is_table:
            raise UsageError(f"In {find()}, [{key}] must be a table, written once.")
        if is_table and not is_command:
            raise UsageError(
                f"{find()} has a table [{key}], which is not a command.",
                f"The commands are: {', '.join(names)}.",
            )
        if not is_table and key not in keys:
            raise UsageError(
                f"{find()} has an unknown key {key!r}.", f"It may hold: {', '.join(keys)}."
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
