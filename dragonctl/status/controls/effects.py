"""Which controls a plan meets that were not met, and which its own changes fail."""

from __future__ import annotations

from collections.abc import Iterator

from dragonctl.engine.model import Reading
from dragonctl.engine.plan import Plan, Planned
from dragonctl.status.controls.model import Control, Shown
from dragonctl.status.controls.tables import FUNCTION, GROUP, MACHINE, STAGE
from dragonctl.status.problem import CommandContext

_CONTROLS = {
    "apigateway-stage": STAGE,
    "lambda-function": FUNCTION,
    "states-machine": MACHINE,
    "logs-group": GROUP,
}


def effects(plan: Plan, context: CommandContext) -> Iterator[str]:
    """Sentences for a person: what an auditor will say after this plan, where it changes that.

    ``context``: how the user reached what is planned for.
    A control counts as met only if nothing that the plan speaks of fails it afterwards.
    """
    verdicts = [one for item in plan.items for one in _verdicts(item)]
    failing = {name for control, _, after in verdicts if after is False for name in control.ids}
    met = dict.fromkeys(
        name
        for control, before, after in verdicts
        if before is not True and after and control.words
        for name in control.ids
        if name not in failing
    )
    if met:
        yield f"Meets the controls {', '.join(met)} (`dragonctl status --controls` shows all)."
    failed = dict.fromkeys(
        control for control, before, after in verdicts if before is not False and after is False
    )
    for control in failed:
        way = control.why or f"`{context.command(*control.words)}` meets it"
        yield f"Fails {' and '.join(control.ids)}, which ask for {control.title}: {way}."


def _verdicts(item: Planned) -> Iterator[tuple[Control, bool | None, bool | None]]:
    """What each control says of the thing before and afterwards; a change's, or as it stands."""
    controls = _CONTROLS.get(item.step.resource.kind, ())
    if item.error or item.outcome is None:
        return
    before, after = _shown(item.have), _shown(item.outcome)
    for control in controls:
        verdict = control.judge(after)
        yield control, control.judge(before) if item.have else None, verdict


def _shown(reading: Reading | None) -> Shown:
    return {**reading.facts.get("raw", {}), **reading.state} if reading else {}
