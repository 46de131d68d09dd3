"""``apply``: Carry out a plan that was kept, and nothing else."""

from __future__ import annotations

import click

from dragonctl.cli.options import command, how_options, not_empty


@command(
    epilog="""\b
Examples:
  dragonctl setup-observability --dry-run --out plan.json
  dragonctl setup-observability --dry-run --output markdown    # for the ticket
  dragonctl apply plan.json
"""
)
@click.argument("file", type=click.Path(dir_okay=False), callback=not_empty)
@how_options
def apply(file: str, dry_run: bool, check: bool, yes: bool, no_wait: bool) -> int:
    """Carry out the plan in FILE, kept by --dry-run --out, and nothing else.

    First it works out anew what the command would change now. If that differs from FILE in any
    change, or in account, region or endpoint, it shows the differences and changes nothing (exit
    1). If AWS holds all of it already, there is nothing to do. If an earlier apply of FILE was
    interrupted, this one does the rest. `dragonctl undo` takes it back.
    """
    from pathlib import Path

    from dragonctl.cli.applying import carry_out
    from dragonctl.cli.kept_plan import read

    path = Path(file)
    return carry_out(read(path), path, dry_run=dry_run, check=check, yes=yes, no_wait=no_wait)
