"""Who uses a role: functions and state machines, as far as AWS tells.

Published versions keep the role that they were published with, and are not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from operator import itemgetter

from dragonctl.aws import iam_documents
from dragonctl.engine.model import Done, Reader
from dragonctl.engine.refusals import not_known, told_if_denied, told_or_nothing
from dragonctl.errors import AwsError
from dragonctl.resources.lambda_configuration import TRACING as TRACING_MODE
from dragonctl.resources.lambda_configuration import layers_in
from dragonctl.resources.opentelemetry_layers import carries_opentelemetry, is_distribution
from dragonctl.resources.region_parts import (
    FUNCTION,
    MACHINE,
    Part,
    functions,
    machines,
)
from dragonctl.resources.role_rights import ABSENT
from dragonctl.resources.states_machine_fields import LEVEL, TRACING

XRAY_POLICY = "AWSXRayDaemonWriteAccess"
SIGNALS_POLICY = "CloudWatchLambdaApplicationSignalsExecutionRolePolicy"
LOGS_POLICY = "service-role/AWSLambdaBasicExecutionRole"
DELIVERY_POLICY = "StepFunctionsCWDelivery"


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


_READS = {"lambda.amazonaws.com": functions, "states.amazonaws.com": machines}
"""The services whose things have roles -> how these are read."""


def _never(_: Part) -> bool:
    return False


def _always(_: Part) -> bool:
    return True


def _traces(part: Part) -> bool:
    brings_tracer = any(carries_opentelemetry(arn) for arn, has in _layers(part) if has)
    return part.state[TRACING_MODE] == "Active" or brings_tracer


def _sends_signals(part: Part) -> bool:
    return any(is_distribution(arn) for arn, has in _layers(part) if has)


def _layers(part: Part) -> Iterable[tuple[str, str | None]]:
    return layers_in(part.state).items()


# What every function does, and what nobody knows, is needed by all.
_NEEDS: Mapping[tuple[str, str], Callable[[Part], bool]] = {
    (FUNCTION, XRAY_POLICY): _traces,
    (FUNCTION, SIGNALS_POLICY): _sends_signals,
    (FUNCTION, DELIVERY_POLICY): _never,
    (MACHINE, XRAY_POLICY): lambda part: bool(part.state[TRACING]),
    (MACHINE, SIGNALS_POLICY): _never,
    (MACHINE, _name(LOGS_POLICY)): _never,
    (MACHINE, DELIVERY_POLICY): lambda part: part.state[LEVEL] != "OFF",
}
"""Kind of thing, name of a policy -> whether a thing needs the policy."""


def policy_user(aws: Reader, role: str, policies: Iterable[str], done: Done) -> str | None:
    """Who needs one of the policies (ARNs) that are to be taken off a role, in words; None: nobody.

    The run's own (``done``) are nobody: what one of them cannot do without a policy, it could not
    before the run. A read that AWS refuses may hide somebody, which is said.
    """
    names = [_name(arn) for arn in policies]

    def used(part: Part) -> str | None:
        if part.is_ours:
            return None
        needed = [one for one in names if _NEEDS.get((part.kind, one), _always)(part)]
        return f"{part.words} uses {' and '.join(needed)}" if needed else None

    return _first(_users(aws, role, done), used)


def has_ours(aws: Reader, role: str, done: Done) -> bool:
    """Whether one of the run's own things (``done``) has the role, as far as AWS tells."""
    return any(isinstance(one, Part) and one.is_ours for one in _users(aws, role, done))


def role_user(aws: Reader, role: str, done: Done) -> str | None:
    """Who has a role that is to go, or to lose a policy of its own, in words; None: nobody."""
    return _first(_users(aws, role, done), lambda part: f"{part.words} has the role {role}")


def _first(found: Iterable[Part | str], used: Callable[[Part], str | None]) -> str | None:
    """The words for a user; else for what is not known."""
    told = [(isinstance(one, str), one if isinstance(one, str) else used(one)) for one in found]
    return next((words for _, words in sorted(told, key=itemgetter(0)) if words), None)


def _users(aws: Reader, role: str, done: Done) -> Iterator[Part | str]:
    """The things that have the role; a sentence where that is not known.

    Asked for are those of this region, of that in which the role was used last, and of those in
    which there were runs; of services that may assume the role.
    """
    answer = told_if_denied(lambda: aws.get("iam", "GetRole", absent=ABSENT, RoleName=role))
    if isinstance(answer, AwsError):
        yield _unknown(answer, aws.region)
        return
    found = (answer or {"Role": {}})["Role"]
    last = (found.get("RoleLastUsed") or {}).get("Region") or aws.region
    trust = found.get("AssumeRolePolicyDocument") or {}
    asked = [
        (region, partial(read, aws, *_where(aws, region, done)))
        for region in dict.fromkeys((aws.region, last, *sorted(aws.elsewhere)))
        for service, read in _READS.items()
        if iam_documents.trusts(trust, service)
    ]
    answers = aws.concurrently(
        *(
            partial(told_or_nothing, read, [], elsewhere=region != aws.region)
            for region, read in asked
        )
    )
    for (region, _), parts in zip(asked, answers, strict=True):
        if isinstance(parts, AwsError):
            yield _unknown(parts, region)
        else:
            yield from (part for part in parts if part.role == role)


def _where(aws: Reader, region: str, done: Done) -> tuple[Done, str | None]:
    """What a run does is known of its own region alone."""
    return (done, None) if region == aws.region else ({}, region)


def _unknown(error: AwsError, region: str) -> str:
    return not_known(f"who else uses it in {region}", error)
