"""The steps of a first run, whether or not it has happened: what `policy` is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader, Step
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.publishing import foreseen_publications
from dragonctl.recipes.observability.recipe import observability
from dragonctl.recipes.observability.roles import (
    RoleVerdict,
    needs,
    role_steps,
)
from dragonctl.recipes.observability.survey import ObservabilitySurvey
from dragonctl.resources.role_rights import attached_policies, role_name
from dragonctl.resources.role_users import LOGS_POLICY


def first_run_steps(
    aws: Reader, app: App, survey: ObservabilitySurvey, options: Options | None = None
) -> tuple[Step, ...]:
    """The recipe, and the rights of roles that a run has granted already.

    Once a role may do what it must, the recipe does not speak of it any more. What is attached to
    it as a run would have attached it counts as that run's doing.
    """
    options = options or Options()
    steps = observability(app, survey, replace(options, publish=False)).steps
    published = foreseen_publications(app) if options.publish else ()
    given = {step.resource.identifier for step in steps}
    granted = RoleVerdict(_granted(aws, app, survey, options), (), ())
    more = [
        step for step in role_steps(app, survey, granted) if step.resource.identifier not in given
    ]
    return (*steps, *more, *published)


def application_roles(app: App) -> Mapping[str, str]:
    """The ARNs of the roles of functions and machines, by name."""
    return {role_name(arn): arn for arn in app.roles}


def _granted(
    aws: Reader, app: App, survey: ObservabilitySurvey, options: Options
) -> dict[str, tuple[str, ...]]:
    """Role to the policies attached to it that meet one of its needs as a run would."""
    found: dict[str, list[str]] = {}
    for role, policy in dict.fromkeys(_remedies(app, survey, options)):
        if policy in {one["PolicyArn"] for one in attached_policies(aws, role)}:
            found.setdefault(role, []).append(policy)
    return {role: tuple(policies) for role, policies in found.items()}


def _remedies(app: App, survey: ObservabilitySurvey, options: Options) -> Iterator[tuple[str, str]]:
    """Each need's role and policy; Lambda's basic policy is there from the beginning, as a rule."""
    for need in needs(app, options, survey.layer_choices):
        if not need.policy.endswith(LOGS_POLICY):
            yield need.role, need.policy
