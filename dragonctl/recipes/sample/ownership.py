"""What is ours: ``create-app`` and ``delete-app`` touch nothing that the tag does not name."""

from __future__ import annotations

from functools import partial

from dragonctl.engine.model import Reader, Reading, Resource
from dragonctl.errors import DragonError
from dragonctl.recipes.sample.inventory import tagged_things, title_of
from dragonctl.recipes.sample.manifest import FunctionSpec, Manifest
from dragonctl.resources.apigateway_rest_api import apis_named
from dragonctl.resources.creation_tags import APP_TAG, tags_of
from dragonctl.resources.lambda_new_function import NewFunction
from dragonctl.resources.s3_bucket import Bucket


def is_ours(reading: Reading, app: str) -> bool:
    """Whether it carries the application's tag."""
    return tags_of(reading.state).get(APP_TAG) == app


def is_free(resource: Resource, reading: Reading) -> bool:
    """Whether it may be taken for a creation that was cut short: a bucket comes before its tags."""
    return isinstance(resource, Bucket) and not tags_of(reading.state) and not reading.facts["keys"]


def standing(aws: Reader, manifest: Manifest) -> dict[Resource, Reading | None]:
    """How all that bears one of the application's names stands; read at the same time."""
    things = list(tagged_things(manifest))
    readings = aws.concurrently(*(partial(thing.read, aws) for thing in things))
    return dict(zip(things, readings, strict=True))


def missing_functions(aws: Reader, manifest: Manifest) -> list[FunctionSpec]:
    """The functions that are still to be made: only their code need be packaged."""
    found = standing(aws, manifest)
    return [
        function for function in manifest.functions if found[NewFunction(function.name)] is None
    ]


def refuse_foreign(aws: Reader, manifest: Manifest) -> None:
    """DragonError when a name is taken by something that ``create-app`` did not make."""
    foreign = [
        title_of(thing)
        for thing, reading in standing(aws, manifest).items()
        if reading and not is_ours(reading, manifest.name) and not is_free(thing, reading)
    ]
    foreign += [
        f"API {api['name']} ({api['id']})"
        for one in manifest.apis
        for api in apis_named(aws, one.name)
        if (api.get("tags") or {}).get(APP_TAG) != manifest.name
    ]
    if foreign:
        tag = f"{APP_TAG}={manifest.name}"
        raise DragonError(
            f"create-app did not make what is here already: {', '.join(foreign)}.",
            "Delete or rename it, use another region, or choose other names in definitions/."
            f" (What create-app made carries the tag {tag}.)",
            code="NotOurs",
        )
