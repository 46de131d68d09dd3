"""``sampling``: Show the X-Ray sampling rules in the order they apply."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import command

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(epilog="\b\nExample:\n  dragonctl sampling")
def sampling() -> int:
    """Show the sampling rules of the account and region, and where the traces go.

    The first rule that matches a request decides: so many a second are traced, then a share.
    Where Transaction Search keeps the spans, X-Ray indexes a share of the traces.
    """
    from dragonctl.cli.session import Session
    from dragonctl.resources.xray_sampling_rule import read_rules
    from dragonctl.telemetry.traces.coverage import read_coverage
    from dragonctl.terminal.console import warn

    session = Session()
    rules = read_rules(session.reads)
    coverage = read_coverage(session.reads.need)
    warn(*session.overdue())
    if session.globals.json:
        document = {
            "account": session.reads.account, "region": session.aws.region, "rules": rules,
            "coverage": coverage.document(),
            **({"local": True} if session.label else {}),
        }  # fmt: skip
        click.echo(json.dumps(document, indent=2, default=str))
    else:
        from dragonctl.terminal.sampling import show_rules

        where = f"account {session.reads.account} · {session.aws.region}"
        show_rules(where, session.label, rules, coverage)
    return 0


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads is noted by the session: for `policy`."""
    from dragonctl.resources.xray_sampling_rule import read_rules
    from dragonctl.telemetry.calls import destination_calls

    read_rules(session.reads)
    session.reads.made.extend(destination_calls())
    return (), {}
