"""``set-sampling``: Set which share of the requests X-Ray traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import change_options, command, complete_methods
from dragonctl.cli.values import Number, WholeNumber

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


def _in_capitals(_: click.Context, __: click.Parameter, verb: str | None) -> str | None:
    """Callback of an HTTP method, as requests have it."""
    return verb and verb.upper()


@command(
    epilog="""\b
Examples:
  dragonctl set-sampling --rate 0.05 --reservoir 1            # the Default rule
  dragonctl set-sampling --rate 1 --method POST --path '/dragons' --service 'dragons/prod'
"""
)
@click.option(
    "--rate", type=Number(), metavar="SHARE",
    help="Trace this share, from 0 to 1, of the requests beyond the reservoir.",
)  # fmt: skip
@click.option(
    "--reservoir", type=WholeNumber(), metavar="N", help="Always trace N requests a second."
)
@click.option(
    "--method",
    metavar="VERB",
    callback=_in_capitals,
    shell_complete=complete_methods,
    help="Match only this HTTP method.",
)
@click.option("--path", metavar="PATTERN", help="Match only this URL path; it may hold * and ?.")
@click.option("--service", metavar="NAME", help="Match only this service: API/STAGE for a stage.")
@click.option(
    "--priority", type=WholeNumber(), metavar="N", show_default="1000 for a new rule",
    help="Try the rule in this order, 1 first.",
)  # fmt: skip
@click.option(
    "--name",
    metavar="NAME",
    show_default="made from what it matches",
    help="Give the rule this name.",
)
@change_options
def set_sampling(dry_run: bool, check: bool, yes: bool, no_wait: bool, **given: object) -> int:
    """Set an X-Ray sampling rule: the Default one, or one for some requests.

    The decision is made where a request enters, so a rule names an API's stage
    (service API/STAGE), not the functions behind it.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.recipes.sampling import Sampling, cost, sampling_steps
    from dragonctl.resources.xray_sampling_rule import read_rules

    asked = Sampling(**given)  # type: ignore[arg-type]
    tuple(sampling_steps(asked))  # what cannot be meant is told before AWS is asked

    def goal(session: Session) -> Goal:
        sampling = asked.named_apart_from(read_rules(session.reads))
        where = f"account {session.reads.account} · {session.aws.region}"
        steps = tuple(sampling_steps(sampling))
        return Goal(f"Sampling rule {sampling.rule} · {where}", steps, plan_notes=cost)

    return change("set-sampling", goal, How(dry_run, check, yes, no_wait))


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """A change of the Default rule, to a share that it has not: for `policy`."""
    from dragonctl.cli.first_run import assume
    from dragonctl.recipes.sampling import RATE, Sampling, sampling_steps
    from dragonctl.resources.xray_sampling_rule import DEFAULT, SamplingRule

    present = session.reads.of(SamplingRule(DEFAULT))
    rate = RATE / 2 if present and present.state["FixedRate"] == RATE else RATE
    assume("the Default rule; of another one, add the ARN and xray:CreateSamplingRule")
    return tuple(sampling_steps(Sampling(rate=rate))), {}
