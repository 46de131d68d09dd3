"""The steps of a first run, whether or not it has happened: what `policy` is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dragonctl.engine.model import Reader, Step
from dragonctl.recipes.functions.options import FunctionOptions
from dragonctl.recipes.functions.publication import foreseen_publication
from dragonctl.recipes.functions.recipe import FunctionDeployment, deploy, moved_aliases, zip_in_s3
from dragonctl.recipes.observability.roles import tracing_need
from dragonctl.recipes.place import Place
from dragonctl.resources.iam_role_policies import RolePolicies, attached
from dragonctl.resources.lambda_function import read_configuration
from dragonctl.resources.role_rights import attached_policies, role_name

_ABSENT = ("ResourceNotFoundException",)


def first_run_steps(
    aws: Reader, deployments: Sequence[FunctionDeployment], options: FunctionOptions, place: Place
) -> list[Step]:
    """The recipe, and the rights of roles that a run has granted already.

    What a step reads only while it works, the code that it overwrites, is read here too.
    """
    steps, _ = deploy(deployments, replace(options, publish=False, alias=None), place)
    for deployment in deployments:
        aws.get("lambda", "GetFunction", absent=_ABSENT, FunctionName=deployment.name)
        steps += _through_s3(deployment, options.bucket)
        if options.publishes:
            steps += _published(aws, deployment, options)
    given = {step.resource.identifier for step in steps}
    return [*steps, *(s for s in _granted(aws, deployments) if s.resource.identifier not in given)]


def _through_s3(deployment: FunctionDeployment, bucket: str | None) -> Iterator[Step]:
    """The zip that a run before has put there."""
    if bucket and not deployment.uploads:
        yield zip_in_s3(deployment, bucket)


def _published(
    aws: Reader, deployment: FunctionDeployment, options: FunctionOptions
) -> Iterator[Step]:
    """What is read of a version once it is published is read of the first one here."""
    read_configuration(aws, deployment.name, "1")
    aliases = moved_aliases(deployment, options)
    yield from foreseen_publication(deployment.name, deployment.code.sha256, aliases)


def roles_of(deployments: Sequence[FunctionDeployment]) -> Mapping[str, str]:
    """The ARNs of the functions' roles, by name."""
    arns = [deployment.existing.function.role for deployment in deployments if deployment.existing]
    return {role_name(arn): arn for arn in arns}


def _granted(aws: Reader, deployments: Sequence[FunctionDeployment]) -> Iterator[Step]:
    for role in roles_of(deployments):
        policy = tracing_need(role, aws.partition).policy
        if policy in {one["PolicyArn"] for one in attached_policies(aws, role)}:
            yield Step(f"Rights of role {role}", RolePolicies(role), attached(policy))
