"""The things that an application consists of, as resources: the same for making and deleting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dragonctl.engine.model import Resource
from dragonctl.recipes.sample.manifest import ApiSpec, InvokePermission, Manifest
from dragonctl.resources.apigateway_rest_api import RestApi
from dragonctl.resources.iam_role import Role
from dragonctl.resources.lambda_new_function import NewFunction
from dragonctl.resources.lambda_permission import Permission
from dragonctl.resources.s3_bucket import Bucket
from dragonctl.resources.ssm_parameter import Parameter
from dragonctl.resources.states_definition import MachineDefinition

_WORDS = {
    Bucket: "Bucket",
    MachineDefinition: "State machine",
    NewFunction: "Function",
    Parameter: "Parameter",
    RestApi: "API",
    Role: "Role",
}


def title_of(thing: Resource) -> str:
    """What people call one of the application's things: ``State machine MyStateMachine``."""
    name = thing.identifier.partition("/")[2]
    return f"{_WORDS[type(thing)]} {name.rpartition(':')[2]}"


def api_of(manifest: Manifest, api: ApiSpec) -> RestApi:
    """One of the application's APIs."""
    return RestApi(api.name, manifest.name)


def bucket_of(manifest: Manifest) -> Bucket | None:
    """The bucket of the application's data."""
    data = manifest.data
    return Bucket(data.bucket, manifest.place.region) if data else None


def permission_of(api: ApiSpec, invocation: InvokePermission) -> Permission:
    """The API's permission to invoke a function for one method."""
    words = f"dragonctl-{api.name}-{invocation.method}-{invocation.path}"
    return Permission(invocation.function, re.sub(r"[^A-Za-z0-9_]+", "-", words).strip("-"))


def tagged_things(manifest: Manifest) -> Iterator[Resource]:
    """All that carries the application's tag; the rest lives inside one of these."""
    yield from (Role(role.name) for role in manifest.roles)
    bucket = bucket_of(manifest)
    if bucket:
        yield bucket
    yield from (Parameter(name) for name in manifest.parameters)
    yield from (NewFunction(function.name) for function in manifest.functions)
    yield from (MachineDefinition(machine.arn) for machine in manifest.machines)
    yield from (api_of(manifest, api) for api in manifest.apis)
