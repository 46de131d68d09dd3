"""The whole recipe: rows of the console, in the order in which a person would do them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dragonctl.application.nouns import App
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.recipes.observability import (
    api,
    functions,
    machines,
    publishing,
    roles,
    signals,
)
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.privacy import privacy_warnings
from dragonctl.recipes.observability.survey import ObservabilitySurvey
from dragonctl.recipes.recipe import Recipe


def observability(app: App, survey: ObservabilitySurvey, options: Options) -> Recipe:
    """The steps that make the application observable. Pure."""
    options = replace(options, strangers=survey.strangers)
    verdict = roles.judge(app, survey, options)
    layer_choices = functions.able(app, survey.layer_choices, verdict)
    steps: list[Step] = []
    if app.apis:
        steps += api.account_steps(app, survey, options)
    for one in app.apis:
        steps += api.stage_steps(app, one, options)
    steps += roles.role_steps(app, survey, verdict)
    steps += machines.machine_steps(app, verdict, options)
    steps += signals.discovery_steps(app, layer_choices)
    steps += functions.function_steps(app, verdict, options, layer_choices)
    unreached = publishing.frozen(app, verdict, options, layer_choices)
    steps += publishing.publishing_steps(unreached, options)
    warnings = [
        *app.warnings,
        *api.account_warnings(app, survey, options),
        *roles.role_warnings(survey, verdict),
        *signals.signals_warnings(app, layer_choices),
        *machines.machine_warnings(app, options),
        *publishing.publishing_warnings(unreached, options),
        *privacy_warnings(app, verdict, options),
    ]
    notes = (
        *api.account_notes(app, survey, options),
        *api.silenced_notes(app, options),
        *signals.signals_notes(app, layer_choices),
    )
    left = "what needs it was left (--no-role-changes goes on without)"
    errors = (
        *roles.role_errors(survey.rights, verdict, left),
        *publishing.publishing_errors(unreached, options),
        *(one.error for one in survey.layer_choices.values() if one.error),
    )
    return Recipe(tuple(_once(steps)), tuple(warnings), notes, errors)


def _once(steps: list[Step]) -> Iterable[Step]:
    """One step for each thing: stages, functions and machines may share a log group or a role."""
    by_name: dict[str, Step] = {}
    for step in steps:
        name = step.resource.identifier
        by_name[name] = _both(by_name[name], step) if name in by_name else step
    return by_name.values()


def _both(first: Step, second: Step) -> Step:
    return replace(
        first,
        want=_Both(first, second),
        after=(*first.after, *second.after),
        waits_for_read_back=first.waits_for_read_back or second.waits_for_read_back,
        serves=(*first.serves, *second.serves),
    )


@dataclass(frozen=True)
class _Both:
    """What two steps want of the same thing."""

    first: Step
    second: Step

    def __call__(self, have: Reading | None, done: Done) -> State:
        wanted = (step.wanted(have, done) or {} for step in (self.first, self.second))
        return {field: value for state in wanted for field, value in state.items()}
