"""The steps of a first run, whether or not it has happened: what `policy` is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dragonctl.engine.model import Reader, Step
from dragonctl.recipes.functions.creation import Place
from dragonctl.recipes.functions.options import FunctionOptions
from dragonctl.recipes.functions.recipe import Deployment, deploy
from dragonctl.recipes.observability.roles import tracing_need
from dragonctl.resources.iam_role_policies import RolePolicies, attached
from dragonctl.resources.role_rights import attached_policies, role_name


def first_run_steps(
    aws: Reader, deployments: Sequence[Deployment], options: FunctionOptions, place: Place
) -> list[Step]:
    """The recipe, and the rights of roles that a run has mended already.

    What a step reads only while it works, the code that it overwrites, is read here too.
    """
    steps, _ = deploy(deployments, options, place)
    given = {step.resource.identifier for step in steps}
    for deployment in deployments:
        aws.get("lambda", "GetFunction", FunctionName=deployment.name)
    return [*steps, *(s for s in _mended(aws, deployments) if s.resource.identifier not in given)]


def roles_of(deployments: Sequence[Deployment]) -> Mapping[str, str]:
    """The ARNs of the functions' roles, by name."""
    arns = [deployment.existing.function.role for deployment in deployments if deployment.existing]
    return {role_name(arn): arn for arn in arns}


def _mended(aws: Reader, deployments: Sequence[Deployment]) -> Iterator[Step]:
    for role in roles_of(deployments):
        policy = tracing_need(role, aws.partition).policy
        if policy in {one["PolicyArn"] for one in attached_policies(aws, role)}:
            yield Step(f"Rights of role {role}", RolePolicies(role), attached(policy))
