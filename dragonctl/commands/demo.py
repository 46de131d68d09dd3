"""``demo``: Show it all on a sample application and a local AWS."""

from __future__ import annotations

import json

import click

from dragonctl.cli.globals import globals_of
from dragonctl.cli.options import command


@command(
    local_alone=True,
    epilog="""\b
Examples:
  dragonctl demo
  dragonctl demo --verbose
  dragonctl demo --undo
""",
)
@click.option(
    "--undo",
    "back",
    is_flag=True,
    help="Take back every run on the local AWS since the demo began, yours included.",
)
@click.option("--verbose", is_flag=True, help="Show all that each command prints.")
@click.pass_context
def demo(context: click.Context, back: bool, verbose: bool) -> int:
    """Show it all on the sample application: a local AWS, no account, in seconds.

    Each step shows the command line that you would type, and the lines of its answer that matter.
    Nothing outside the local AWS is touched, whatever credentials there are.
    """
    from dragonctl.cli.demo import ACTS, NEXT, acts_back, begin, forget, play, recall
    from dragonctl.cli.printed import Printed

    as_json, printed = globals_of(context).json, Printed.current()
    begun = recall()
    if back:
        code, played = play(acts_back(begun) if begun else [], as_json=as_json)
    else:
        if begun:
            _say_known(printed.command("demo", "--undo"))
        begin()
        code, played = play(ACTS, as_json=as_json, verbose=verbose)
    if back and code == 0:
        forget()
    if as_json:
        click.echo(
            json.dumps({"command": "demo", "local": True, "undo": back, "acts": played}, indent=2)
        )
    elif code == 0:
        from dragonctl.terminal.console import say
        from dragonctl.terminal.demo import closing

        if not back:
            lines = [(printed.command(*words.split()), meaning) for words, meaning in NEXT]
            closing("Go on from here:", lines)
        elif not played:
            say(f"There is no demo to take back. Begin one with: {printed.command('demo')}")
    return code


def _say_known(undo: str) -> None:
    """What a second demo finds: the story's new dragon is none any more."""
    from dragonctl.terminal.console import tell

    tell(
        f"The last demo is still there, so Jon is known already and not added: {undo} begins anew."
    )
