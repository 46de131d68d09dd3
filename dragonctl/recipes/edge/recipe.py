"""The steps: code, trust, version, association; and what is refused before the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.aws import iam_documents
from dragonctl.engine.model import Done, Json, Reading, State, Step
from dragonctl.engine.pending import NEW_VERSION
from dragonctl.engine.plan import Plan
from dragonctl.engine.reversal import Keep
from dragonctl.errors import DragonError, UsageError
from dragonctl.recipes.edge.limits import REGION, VIEWER_MEMORY_MB, VIEWER_SECONDS, broken_limits
from dragonctl.recipes.functions.creation import granted, role_of
from dragonctl.recipes.functions.options import Code
from dragonctl.recipes.functions.publication import publication
from dragonctl.recipes.place import Place
from dragonctl.recipes.prices import EDGE_GB_SECOND, MILLION_EDGE_REQUESTS, NOT_VERIFIED, dollars
from dragonctl.resources.cloudfront_association import (
    FUNCTION,
    Association,
    associations,
    find_behavior,
    patterns,
)
from dragonctl.resources.iam_inline_policy import InlinePolicy
from dragonctl.resources.iam_role import Role
from dragonctl.resources.lambda_configuration import ARCHITECTURES, CODE, HANDLER, RUNTIME, TRACING
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.lambda_new_function import NewFunction
from dragonctl.resources.lambda_version import NewestVersion, publishable
from dragonctl.resources.role_rights import role_name

SERVICES = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")
REPLICAS = Keep(
    "CloudFront keeps replicas of it for hours after its association is gone, and Lambda"
    " deletes no function that has them; delete it tomorrow"
)
NEEDED = Keep("the function, which stays while it has replicas, needs it")


@dataclass(frozen=True)
class EdgeFunction:
    """A function for the edge.

    ``raw``: its configuration in us-east-1 (None: it is missing, and will be made);
    ``distribution``: GetDistribution's configuration (None: there is none of that id).
    """

    name: str
    code: Code
    zip_bytes: int
    raw: Mapping[str, Any] | None
    distribution: Mapping[str, Any] | None
    association: Association


def cost(_: Plan) -> Iterator[str]:
    """What a function at the edge costs: it is billed as it is called."""
    yield (
        f"At the edge a million requests cost {dollars(MILLION_EDGE_REQUESTS)}, and each second of"
        f" 1 GB of memory ${EDGE_GB_SECOND:.8f} ({NOT_VERIFIED})."
    )


def edge_steps(edge: EdgeFunction, place: Place) -> list[Step]:
    """The steps, once nothing breaks a limit. Raises :class:`DragonError` where something does."""
    refuse(edge)
    steps = [*(_existing(edge) if edge.raw else _made(edge, place))]
    source = (FunctionSettings if edge.raw else NewFunction)(edge.name).identifier
    steps += publication(edge.name, (), source)
    version = NewestVersion(edge.name).identifier
    others = tuple(step.resource.identifier for step in steps)
    where = "the default behaviour" if edge.association.path == "*" else edge.association.path
    title = f"{edge.association.event} of {where} in distribution {edge.association.distribution}"
    return [*steps, _associated(title, edge, version, others)]


def _associated(title: str, edge: EdgeFunction, version: str, others: tuple[str, ...]) -> Step:
    want = _Published(version)
    # Viewers' requests go through what is known to be there.
    return Step(title, edge.association, want, after=others, waits_for_read_back=True)


def refuse(edge: EdgeFunction) -> None:
    """Whatever CloudFront would refuse, in one message, before anything is written."""
    config, at = edge.distribution, edge.association
    if config is None:
        raise DragonError(
            f"There is no CloudFront distribution {at.distribution} in this account.",
            "An edge-optimised API's distribution is AWS's own: nothing can be attached to it. Put"
            " one of yours before the API's regional endpoint.",
            code="NoSuchDistribution",
        )
    behavior = find_behavior(config, at.path)
    if behavior is None:
        raise UsageError(
            f"Distribution {at.distribution} has no behaviour for the path {at.path!r}.",
            f"It has: {', '.join(patterns(config))}.",
            option="--path",
        )
    broken = list(broken_limits(edge.raw or _new(edge), at.event, edge.zip_bytes))
    if at.event.startswith("viewer") and _cloudfront_functions(behavior):
        broken.append("a CloudFront Function runs at a viewer event of that behaviour already")
    if broken:
        raise DragonError(
            f"{edge.name} cannot run at {at.event}: {'; '.join(broken)}.",
            "Change that first: nothing was changed here.",
            code="EdgeLimits",
        )


def present_function(edge: EdgeFunction) -> str | None:
    """The ARN of somebody else's version that runs at the event now; it would be replaced."""
    behavior = find_behavior(
        edge.distribution or {"DefaultCacheBehavior": {}}, edge.association.path
    )
    for one in associations(behavior or {}):
        arn = str(one[FUNCTION])
        if one["EventType"] == edge.association.event and arn.split(":")[6] != edge.name:
            return arn
    return None


def _cloudfront_functions(behavior: Mapping[str, Any]) -> bool:
    items = (behavior.get("FunctionAssociations") or {}).get("Items") or ()
    return any(str(item["EventType"]).startswith("viewer") for item in items)


def _existing(edge: EdgeFunction) -> Iterator[Step]:
    role = Role(role_name(str((edge.raw or {})["Role"])))
    yield Step(f"Trust of role {role.name} for the edge", role, _trusting_besides, undo=NEEDED)
    function = FunctionSettings(edge.name)
    want = {CODE: edge.code.sha256}
    yield Step(f"Function {edge.name} in {REGION}", function, want, after=(role.identifier,))


def _made(edge: EdgeFunction, place: Place) -> Iterator[Step]:
    role = Role(role_of(edge.name))
    rights = InlinePolicy(role.name, "LogsOfTheEdge")
    yield Step(f"Role {role.name}", role, _trusting, undo=NEEDED)
    yield Step(
        f"Inline policy of role {role.name}: write the function's logs, in any region",
        rights,
        granted(_rights(edge.name, place)),
        after=(role.identifier,),
        undo=NEEDED,
    )
    want = {**_new(edge), "Role": place.arn("iam", f"role/{role.name}", region=False)}
    yield Step(
        f"Function {edge.name} in {REGION}",
        NewFunction(edge.name),
        {**want, CODE: edge.code.sha256},
        after=(role.identifier, rights.identifier),
        waits_for_read_back=True,  # it must be able to assume its role from its first call on
        undo=REPLICAS,
    )


def _new(edge: EdgeFunction) -> dict[str, Any]:
    """A new function within the strictest limits, those of viewer events."""
    return {
        RUNTIME: edge.code.target.runtime,
        HANDLER: edge.code.handler,
        "MemorySize": VIEWER_MEMORY_MB,
        "Timeout": VIEWER_SECONDS,
        ARCHITECTURES: [edge.code.target.architecture],
        TRACING: "PassThrough",
    }


def _rights(name: str, place: Place) -> Json:
    """A replica logs in its viewer's region, under the function's name with its home before it."""
    group = f"arn:{place.partition}:logs:*:{place.account}:log-group:/aws/lambda/{REGION}.{name}"
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": f"{group}:*"}],
    }


def _trusting_besides(have: Reading | None, done: Done) -> State:
    """The same of a role that somebody else made; it is not made anew where it is gone."""
    if have is None:
        raise DragonError(
            "The function's execution role does not exist any more.",
            "Give the function another role first: nothing was changed here.",
            code="NoRole",
        )
    return _trusting(have, done)


def _trusting(have: Reading | None, _done: Done) -> State:
    """Both services, added to whom the role trusts already."""
    statements = list(iam_documents.statements(have.state["trust"])) if have else []
    missing = [
        one
        for one in SERVICES
        if have is None or not iam_documents.trusts(have.state["trust"], one)
    ]
    if not missing:
        return {}
    for service in missing:
        principal = {"Service": service}
        statements.append({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
    base = have.state["trust"] if have else {"Version": "2012-10-17"}
    return {"trust": {**base, "Statement": statements}}


@dataclass(frozen=True)
class _Published:
    """The event runs the version that the step ``version`` leaves as the newest."""

    version: str

    def __call__(self, have: Reading | None, done: Done) -> State:
        newest = done.get(self.version)
        raw = newest.facts.get("raw") if newest else None
        if newest is None or not raw or publishable(raw) != newest.state:
            return {FUNCTION: NEW_VERSION}
        arn = str(raw["FunctionArn"])
        number = str(raw["Version"])
        return {FUNCTION: arn if arn.endswith(f":{number}") else f"{arn}:{number}"}
