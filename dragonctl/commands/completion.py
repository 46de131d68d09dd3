"""``completion``: Print the script that lets Tab complete in a shell."""

from __future__ import annotations

import json

import click

from dragonctl.cli.globals import globals_of
from dragonctl.cli.options import command
from dragonctl.cli.values import OneOf

SHELLS = ("bash", "zsh", "fish")


@command(
    configured=False,
    epilog="""\b
Examples:
  eval "$(dragonctl completion bash)"       # in ~/.bashrc
  eval "$(dragonctl completion zsh)"        # in ~/.zshrc, after compinit
  dragonctl completion fish | source        # in ~/.config/fish/config.fish
""",
)
@click.argument("shell", type=OneOf(SHELLS), metavar="bash|zsh|fish")
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script that lets Tab complete commands, options and names in a shell.

    Names come from AWS and are kept for a minute; if AWS does not answer within two seconds, none
    is offered.
    """
    from dragonctl.cli.shells import VARIABLE, get_completion_class

    root = context.find_root().command
    made = get_completion_class(shell)
    assert made
    script = made(root, {}, "dragonctl", VARIABLE).source()
    if globals_of(context).json:
        script = json.dumps({"shell": shell, "script": script}, indent=2)
    click.echo(script)
    return 0
