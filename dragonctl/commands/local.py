"""``local``: Start or stop the local AWS, or show whether it runs."""

from __future__ import annotations

import json

import click

from dragonctl.cli.globals import globals_of
from dragonctl.cli.options import command
from dragonctl.cli.values import OneOf
from dragonctl.errors import UsageError


@command(
    epilog="""\b
Examples:
  dragonctl local up
  dragonctl local up --allow-origin http://localhost:3000
  dragonctl create-app --local
  dragonctl local down
"""
)
@click.argument("action", type=OneOf(["up", "down", "status"]), metavar="up|down|status")
@click.option(
    "--allow-origin",
    "allow_origins",
    multiple=True,
    metavar="URL",
    help="Let web pages of this origin call the stages. Repeatable.",
)
@click.pass_context
def local(context: click.Context, action: str, allow_origins: tuple[str, ...]) -> int:
    """Start or stop the local AWS, or show whether it runs.

    It listens on 127.0.0.1 alone and keeps what it holds between `down` and `up`. Commands use it
    with --local, or with DRAGONCTL_LOCAL=1 in the environment. Web pages can call its stages only
    from an origin that --allow-origin names.
    """
    from dragonctl.cli.printed import Printed
    from dragonctl.local import callers, control
    from dragonctl.terminal.local import show_local

    if allow_origins and action != "up":
        raise UsageError("--allow-origin goes with `dragonctl local up` alone.")
    origins = [callers.origin(one) for one in allow_origins]
    ended = control.down() if action == "down" else False
    server = control.up(origins) if action == "up" else control.status()
    about = {
        "command": "local",
        "action": action,
        "local": True,
        "running": server is not None,
        "ended": ended,
        "endpoint": server.endpoint if server else None,
        "account": server.account if server else None,
        "region": server.region if server else None,
        "moto": server.moto if server else None,
        "pid": server.pid if server else None,
        "allow_origins": list(server.allow_origins) if server else [],
        "set_aside": server.set_aside if server else None,
    }
    if globals_of(context).json:
        click.echo(json.dumps(about, indent=2))
    else:
        show_local(about, Printed.current().command("local", "up"))
    return 0
