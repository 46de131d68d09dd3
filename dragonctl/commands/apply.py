"""``apply``: Carry out a plan that was kept, and nothing else."""

from __future__ import annotations

import click

from dragonctl.cli.options import command, how_options


@command(
    epilog="""\b
Examples:
  dragonctl setup-observability --dry-run --out plan.json
  dragonctl setup-observability --dry-run --output markdown    # for the ticket
  dragonctl apply plan.json
"""
)
@click.argument("file", type=click.Path(dir_okay=False))
@how_options
def apply(file: str, dry_run: bool, check: bool, yes: bool, no_wait: bool) -> int:
    """Carry out the plan in FILE, kept by --dry-run --out, and nothing else.

    The plan is worked out anew with what was typed then. Where a change differs from the kept one,
    or another account, region or endpoint is meant, nothing is changed and the difference is shown
    (exit 1). Where all of it is so already there is nothing to do. What an interrupted apply of the
    same plan has done is no difference. dragonctl undo takes it back.
    """
    from pathlib import Path

    from dragonctl.cli.applying import carry_out
    from dragonctl.cli.kept_plan import read

    path = Path(file)
    return carry_out(read(path), path, dry_run=dry_run, check=check, yes=yes, no_wait=no_wait)
