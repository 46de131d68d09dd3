"""Which commands there are: one file each in ``commands/``, found without importing them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

_COMMANDS = Path(__file__).parent.parent / "commands"


@cache
def command_names() -> tuple[str, ...]:
    """The names of the commands, sorted."""
    files = (path.stem for path in _COMMANDS.glob("*.py"))
    return tuple(sorted(stem.replace("_", "-") for stem in files if stem[0] != "_"))


def command_named(name: str) -> click.Command:
    """The command of that name: the function of that name in the file of that name."""
    from importlib import import_module

    stem = name.replace("-", "_")
    found: click.Command = getattr(import_module(f"dragonctl.commands.{stem}"), stem)
    return found


def summary(name: str) -> str:
    """What the command does, verb first: the first line of its file, behind its name."""
    text = (_COMMANDS / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")
    line = text.split('"""', 2)[1].strip().splitlines()[0]
    return line.removeprefix(f"``{name}``: ").removesuffix('"""').rstrip(".").replace("``", "")
