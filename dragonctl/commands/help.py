"""``help``: Show what a command does, with its options and examples."""

from __future__ import annotations

import json

import click

from dragonctl.cli.globals import globals_of
from dragonctl.cli.options import command, complete_commands, not_empty


@command(
    configured=False,
    epilog="""\b
Examples:
  dragonctl help
  dragonctl help setup-observability
""",
)
@click.argument(
    "name",
    metavar="[COMMAND]",
    required=False,
    shell_complete=complete_commands,
    callback=not_empty,
)
@click.pass_context
def help(context: click.Context, name: str | None) -> int:  # noqa: A001 (it is the command's name)
    """Show what COMMAND does, as its --help does; without one, list the commands."""
    root = context.find_root()
    text = root.get_help()
    if name:
        assert isinstance(root.command, click.Group)
        _, found, _ = root.command.resolve_command(root, [name])
        assert found
        text = found.context_class(found, info_name=name, parent=root).get_help()
    if globals_of(context).json:
        text = json.dumps({"command": name, "help": text}, indent=2)
    click.echo(text)
    return 0
