"""The application taken away again: what carries its tag, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from dragonctl.engine.model import Json, Reader, Reading, Resource, State, Step
from dragonctl.engine.reversal import Keep
from dragonctl.recipes.sample.inventory import api_of, bucket_of, title_of
from dragonctl.recipes.sample.manifest import Manifest
from dragonctl.recipes.sample.ownership import is_ours, standing
from dragonctl.recipes.sample.regions import serves_others, without
from dragonctl.resources.iam_inline_policy import InlinePolicy
from dragonctl.resources.iam_role import Role
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.lambda_new_function import NewFunction
from dragonctl.resources.log_group_names import function_group
from dragonctl.resources.role_rights import ABSENT
from dragonctl.resources.s3_bucket import Bucket
from dragonctl.resources.s3_object import DataObject
from dragonctl.resources.ssm_parameter import Parameter
from dragonctl.resources.states_definition import MachineDefinition

_KEEP = Keep("`dragonctl create-app` makes the application again")


def deletion(aws: Reader, manifest: Manifest) -> list[Step]:
    """The steps that delete what is there of the application and carries its tag."""
    return list(_steps(aws, manifest, _ours(standing(aws, manifest), manifest)))


def _ours(there: Mapping[Resource, Reading | None], manifest: Manifest) -> dict[Resource, Reading]:
    """What carries the application's tag of what is there."""
    return {
        thing: reading
        for thing, reading in there.items()
        if reading and is_ours(reading, manifest.name)
    }


def _steps(aws: Reader, manifest: Manifest, ours: Mapping[Resource, Reading]) -> Iterator[Step]:
    """What uses a thing goes before it: the API first, the roles last."""
    apis = [api_of(manifest, api) for api in manifest.apis]
    before = tuple(api.identifier for api in apis)
    users = tuple(one.identifier for one in ours if not isinstance(one, Role | Bucket | Parameter))
    for api in apis:
        if api in ours:
            yield _gone(f"API {api.name}, its stages and deployments", api)
    for thing in ours:
        if isinstance(thing, MachineDefinition | NewFunction):
            yield _gone(title_of(thing), thing, after=before)
    inline = _inline(aws, ours)
    for thing in ours:
        if isinstance(thing, Role):
            yield from _role(aws, thing, ours[thing], inline[thing], users)
        elif isinstance(thing, Parameter):
            yield _gone(title_of(thing), thing, after=users)
    yield from _data(manifest, ours, users)


def _role(
    aws: Reader,
    role: Role,
    reading: Reading,
    policies: Mapping[InlinePolicy, Json],
    users: tuple[str, ...],
) -> Iterator[Step]:
    """A role goes with all that is in it or attached to it: AWS deletes no other.

    One that serves the same application in another region loses what it says for this one.
    """
    if _serves_others(aws, reading, policies):
        yield from _withdrawn(aws.region, role, reading, policies, users)
        return
    inside: list[Resource] = [*policies, RolePolicies(role.name)]
    for thing in inside:
        title = "Inline policy" if isinstance(thing, InlinePolicy) else "Attached policies"
        yield _gone(f"{title} of {role.name}", thing, after=users)
    before = tuple(thing.identifier for thing in inside)
    yield _gone(title_of(role), role, after=(*users, *before))


def _inline(aws: Reader, things: Iterable[Resource]) -> dict[Role, dict[InlinePolicy, Json]]:
    """Of each role among the things its inline policies and their documents, read at once."""
    roles = [thing for thing in things if isinstance(thing, Role)]
    read = aws.concurrently(*(partial(_inline_of, aws, role) for role in roles))
    return dict(zip(roles, read, strict=True))


def _inline_of(aws: Reader, role: Role) -> dict[InlinePolicy, Json]:
    names = aws.pages("iam", "ListRolePolicies", "PolicyNames", absent=ABSENT, RoleName=role.name)
    policies = [InlinePolicy(role.name, name) for name in names or []]
    readings = aws.concurrently(*(partial(policy.read, aws) for policy in policies))
    pairs = zip(policies, readings, strict=True)
    return {one: have.state["document"] for one, have in pairs if have}


def _serves_others(aws: Reader, role: Reading, policies: Mapping[InlinePolicy, Json]) -> bool:
    documents = (role.state["trust"], *policies.values())
    return any(serves_others(document, aws.region) for document in documents)


def _withdrawn(
    region: str,
    role: Role,
    reading: Reading,
    policies: Mapping[InlinePolicy, Json],
    users: tuple[str, ...],
) -> Iterator[Step]:
    for policy, document in policies.items():
        want = {"document": without(document, region)}
        title = f"Inline policy of role {role.name} in {region}"
        yield _taken(title, policy, want, users)
    trust = {"trust": without(reading.state["trust"], region)}
    yield _taken(f"Whom {role.name} trusts in {region}", role, trust, users)


def _data(
    manifest: Manifest, ours: Mapping[Resource, Reading], users: tuple[str, ...]
) -> Iterator[Step]:
    bucket = bucket_of(manifest)
    if bucket is None or bucket not in ours or manifest.data is None:
        return
    if _other_keys(manifest, ours[bucket]):
        return
    data = DataObject(bucket.name, manifest.data.key)
    yield _gone("The data", data, after=users)
    yield _gone("Bucket of the data", bucket, after=(data.identifier,))


def _other_keys(manifest: Manifest, bucket: Reading) -> list[str]:
    data = manifest.data
    return [key for key in bucket.facts["keys"] if data and key != data.key]


def _gone(title: str, resource: Resource, after: tuple[str, ...] = ()) -> Step:
    return _taken(title, resource, None, after)


def _taken(title: str, resource: Resource, want: State | None, after: tuple[str, ...]) -> Step:
    """What uses a thing must be known to be gone before the thing goes."""
    return Step(title, resource, want, after=after, waits_for_read_back=True, undo=_KEEP)


def leftovers(aws: Reader, manifest: Manifest) -> list[str]:
    """Sentences on what stays: log groups, a bucket with other objects, what is not ours."""
    standing_now = standing(aws, manifest)
    foreign = [
        f"{title_of(thing)} stays: create-app did not make it."
        for thing, reading in standing_now.items()
        if reading and not is_ours(reading, manifest.name)
    ]
    bucket = bucket_of(manifest)
    reading = standing_now.get(bucket) if bucket else None
    if bucket and reading and (others := _other_keys(manifest, reading)):
        foreign.append(f"The bucket {bucket.name} stays: it holds other objects ({others[0]}).")
    groups = aws.concurrently(
        *(partial(_groups, aws, prefix) for prefix in _prefixes(manifest, standing_now))
    )
    names = sorted({name for found in groups for name in found})
    ours = _ours(standing_now, manifest)
    foreign += [
        f"Role {role.name} stays: the application in another region has it too."
        for role, policies in _inline(aws, ours).items()
        if _serves_others(aws, ours[role], policies)
    ]
    if names:
        foreign.append(f"Log groups stay, with their events: {', '.join(names)}.")
    return foreign


def _prefixes(manifest: Manifest, standing_now: Mapping[Resource, Reading | None]) -> list[str]:
    """The application's log groups; where a name ends in ``/``, all that begin so."""
    groups = [function_group(function.name) for function in manifest.functions]
    groups += [f"/aws/vendedlogs/states/{machine.name}-Logs" for machine in manifest.machines]
    for each in manifest.apis:
        reading = standing_now.get(api_of(manifest, each))
        if reading:
            api = reading.facts["id"]
            groups += [f"API-Gateway-Execution-Logs_{api}/", f"/aws/apigateway/{api}/"]
    return groups


def _groups(aws: Reader, prefix: str) -> list[str]:
    found = aws.pages("logs", "DescribeLogGroups", "logGroups", logGroupNamePrefix=prefix)
    names = [group["logGroupName"] for group in found or []]
    return [name for name in names if name == prefix or prefix.endswith("/")]
