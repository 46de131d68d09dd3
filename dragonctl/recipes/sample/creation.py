"""What an application needs, in the order of the console: data, roles, functions, machine, API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.recipes.sample.inventory import api_of, bucket_of, permission_of
from dragonctl.recipes.sample.manifest import (
    ApiSpec,
    FunctionSpec,
    InvokePermission,
    MachineSpec,
    Manifest,
    RoleSpec,
)
from dragonctl.recipes.sample.regions import besides
from dragonctl.resources.apigateway_definition import (
    API_ID,
    DEFINITION,
    DOCUMENT,
    ApiDefinition,
    Deployment,
)
from dragonctl.resources.apigateway_made_stage import DEPLOYMENT, MadeStage
from dragonctl.resources.creation_tags import DEFINITION_TAG, app_field, digest, tag_fields
from dragonctl.resources.iam_inline_policy import InlinePolicy
from dragonctl.resources.iam_role import Role
from dragonctl.resources.lambda_new_function import ZIP, NewFunction
from dragonctl.resources.s3_object import DataObject, uploaded
from dragonctl.resources.ssm_parameter import Parameter
from dragonctl.resources.states_definition import MachineDefinition


@dataclass(frozen=True)
class Zip:
    """A function's code: Lambda's ``CodeSha256``, the bytes, and the handler in it."""

    sha256: str
    content: bytes
    handler: str


Zips = Mapping[str, Zip]


def creation(manifest: Manifest, zips: Zips) -> list[Step]:
    """The steps that make the application. ``zips``: the code of functions that are missing."""
    return [
        *_data(manifest),
        *_parameters(manifest),
        *(step for role in manifest.roles for step in _role(manifest, role)),
        *(
            _function(manifest, function, zips[function.name])
            for function in manifest.functions
            if function.name in zips
        ),
        *(_machine(manifest, machine) for machine in manifest.machines),
        *(step for api in manifest.apis for step in _api(manifest, api)),
    ]


def only_new(want: State) -> Callable[[Reading | None, Done], State]:
    """Wanted of a thing that is made; one that exists is left to whoever changed it since."""
    return lambda have, _: want if have is None else {}


def _data(manifest: Manifest) -> Iterator[Step]:
    bucket = bucket_of(manifest)
    if bucket is None or manifest.data is None:
        return
    yield Step("Bucket of the data", bucket, {"name": bucket.name, **app_field(manifest.name)})
    yield Step(
        "The data",
        DataObject(bucket.name, manifest.data.key),
        only_new(uploaded(manifest.data.text)),
        after=(bucket.identifier,),
        waits_for_read_back=True,  # a bucket with objects and without our tag is another's
    )


def _parameters(manifest: Manifest) -> Iterator[Step]:
    for name, value in manifest.parameters.items():
        want = {"value": value, **app_field(manifest.name)}
        yield Step(f"Parameter {name}", Parameter(name), want)


def _role(manifest: Manifest, spec: RoleSpec) -> Iterator[Step]:
    """A role and its rights, beside what they say for the same application in other regions."""
    role, region = Role(spec.name), manifest.place.region
    want = {"description": spec.description, **app_field(manifest.name)}

    def trusted(have: Reading | None, _: Done) -> State:
        return {**want, "trust": besides(spec.trust, have and have.state["trust"], region)}

    def allowed(have: Reading | None, _: Done) -> State:
        return {"document": besides(spec.policy, have and have.state["document"], region)}

    yield Step(f"Role {spec.name}", role, trusted)
    yield Step(
        f"Inline policy of role {spec.name}",
        InlinePolicy(spec.name, spec.policy_name),
        allowed,
        after=(role.identifier,),
    )


def _role_steps(manifest: Manifest, name: str) -> tuple[str, ...]:
    """The identifiers of a role and of its policy."""
    policies = (role.policy_name for role in manifest.roles if role.name == name)
    return (Role(name).identifier, *(InlinePolicy(name, policy).identifier for policy in policies))


def _function(manifest: Manifest, spec: FunctionSpec, code: Zip) -> Step:
    want: dict[str, Any] = {
        "Role": manifest.place.arn("iam", f"role/{spec.role}", region=False),
        "Runtime": spec.runtime,
        "Handler": code.handler,
        "MemorySize": spec.memory,
        "Timeout": spec.timeout,
        "Architectures": [spec.architecture],
        "CodeSha256": code.sha256,
        **app_field(manifest.name),
        ZIP: code.content,
    }
    return Step(
        f"Function {spec.name}",
        NewFunction(spec.name),
        only_new(want),
        after=_role_steps(manifest, spec.role),
        waits_for_read_back=True,  # it must be able to assume its role from its first call on
    )


def _machine(manifest: Manifest, spec: MachineSpec) -> Step:
    want = {
        "definition": spec.definition,
        "roleArn": manifest.place.arn("iam", f"role/{spec.role}", region=False),
        "type": spec.type,
        **app_field(manifest.name),
    }
    return Step(
        f"State machine {spec.name}",
        MachineDefinition(spec.arn),
        want,
        after=_role_steps(manifest, spec.role),
        waits_for_read_back=True,  # it must be able to assume its role from its first call on
    )


def _api(manifest: Manifest, api: ApiSpec) -> Iterator[Step]:
    """The API from its document, who may be invoked by it, and what is deployed of it."""
    made = api_of(manifest, api)
    endpoint = only_new({"endpoint": api.endpoint, **app_field(manifest.name)})
    yield Step(f"API {api.name}", made, endpoint)
    yield _methods(manifest, api)
    yield from (_permission(manifest, api, invocation) for invocation in api.invocations)
    yield from _deployed(manifest, api)


def _methods(manifest: Manifest, spec: ApiSpec) -> Step:
    api, definition_digest = api_of(manifest, spec), digest(spec.document)

    def definition(_: Reading | None, done: Done) -> State:
        facts = _facts(done, api.identifier)
        return {
            DEFINITION: definition_digest,
            API_ID: facts.get("id"),
            "arn": facts.get("arn"),
            DOCUMENT: spec.document,
        }

    return Step(
        f"Methods of {spec.name}, from its OpenAPI document",
        ApiDefinition(spec.name, manifest.name),
        definition,
        after=(api.identifier, *(n for r in manifest.roles for n in _role_steps(manifest, r.name))),
    )


def _permission(manifest: Manifest, spec: ApiSpec, invocation: InvokePermission) -> Step:
    api = api_of(manifest, spec)

    def want(_: Reading | None, done: Done) -> State:
        found = _facts(done, api.identifier).get("id")
        path = f"{found}/*/{invocation.method}{invocation.path}"
        source = manifest.place.arn("execute-api", path) if found else None
        return {"service": "apigateway.amazonaws.com", "source": source}

    return Step(
        f"{invocation} may invoke {invocation.function}",
        permission_of(spec, invocation),
        want,
        after=(NewFunction(invocation.function).identifier, api.identifier),
    )


def _deployed(manifest: Manifest, spec: ApiSpec) -> Iterator[Step]:
    name, app, definition_digest = spec.name, manifest.name, digest(spec.document)
    api, definition, deployment = (
        api_of(manifest, spec),
        ApiDefinition(name, app),
        Deployment(name, app),
    )

    def deployed(_: Reading | None, done: Done) -> State:
        return {DEFINITION: definition_digest, API_ID: _facts(done, api.identifier).get("id")}

    yield Step(
        "Deployment",
        deployment,
        deployed,
        after=(definition.identifier,),
        waits_for_read_back=True,  # it freezes what the API holds, whatever that is
    )
    tags = {**app_field(app), **tag_fields({DEFINITION_TAG: definition_digest})}

    def stage(have: Reading | None, done: Done) -> State:
        """A stage that somebody has put on a later deployment since stays there."""
        if have and have.state.get(f"tags/{DEFINITION_TAG}") == definition_digest:
            return tags
        found = _facts(done, api.identifier).get("id")
        served = _facts(done, deployment.identifier).get("id")
        return {API_ID: found, DEPLOYMENT: served, **tags}

    for one in spec.stages:
        made = MadeStage(name, app, one)
        # A stage serves what is known to be there.
        needs = (deployment.identifier,)
        yield Step(f"Stage {one}", made, stage, after=needs, waits_for_read_back=True)


def _facts(done: Done, identifier: str) -> Mapping[str, Any]:
    """What is known of a thing; nothing in a dry run of its creation."""
    reading = done.get(identifier)
    return reading.facts if reading else {}
