"""One application of all that a folder defines: its APIs, machines, and what these name."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dragonctl.engine.model import Json
from dragonctl.recipes.foreign import apis, machines, naming
from dragonctl.recipes.foreign.apis import DocumentNames, NamedThings
from dragonctl.recipes.foreign.code import function_spec, is_stand_in
from dragonctl.recipes.foreign.documents import Document, Documents, read_folder
from dragonctl.recipes.foreign.intrinsics import plain
from dragonctl.recipes.place import Place
from dragonctl.recipes.sample.manifest import (
    ApiSpec,
    InvokePermission,
    MachineSpec,
    Manifest,
    RoleSpec,
)

_OF_FUNCTIONS, _OF_MACHINES = "LocalFunctions", "LocalStateMachines"
_MAY: dict[str, tuple[str, ...]] = {
    _OF_FUNCTIONS: (
        "logs:*",
        "xray:*",
        "s3:*",
        "dynamodb:*",
        "sqs:*",
        "sns:*",
        "ssm:*",
        "states:*",
    ),
    _OF_MACHINES: (
        *("lambda:InvokeFunction", "states:*", "logs:*", "xray:*", "s3:*", "dynamodb:*"),
        *("sqs:*", "sns:*", "events:*"),
    ),
}
_API_MAY = (
    "lambda:InvokeFunction",
    "states:StartExecution",
    "states:StartSyncExecution",
    "states:DescribeExecution",
    "states:StopExecution",
)


@dataclass(frozen=True)
class Foreign:
    """Somebody else's application; ``notes`` say what of it is not as it was."""

    manifest: Manifest
    notes: tuple[str, ...]


def load_foreign(folder: Path, place: Place) -> Foreign:
    """Read a folder; DragonError where it holds no definition."""
    documents = read_folder(folder)
    found = NamedThings()
    names = DocumentNames(place, found)
    contents = {one.name: plain(copy.deepcopy(one.content), place) for one in _all(documents)}
    found.machines = _named_machines(documents, contents)
    made_apis = _apis(documents, contents, names)
    definitions = {
        machine.name: machines.settle(contents[machine.name], names, machine.name)
        for machine in documents.machines
    }
    prefix = naming.name_of(documents.folder.resolve().name) or "foreign"
    manifest = Manifest(
        name=prefix,
        apis=made_apis,
        roles=tuple(_roles(found, place, prefix)),
        functions=tuple(
            function_spec(name, documents.folder, f"{prefix}-{_OF_FUNCTIONS}")
            for name in sorted(found.functions)
        ),
        machines=tuple(_machines(documents, definitions, found, place, prefix)),
        data=None,
        parameters={},
        place=place,
    )
    return Foreign(manifest, (*documents.passed_over, *found.notes, *_without_code(manifest)))


def _all(documents: Documents) -> tuple[Document, ...]:
    return (*documents.apis, *documents.machines)


def _named_machines(documents: Documents, contents: dict[str, Json]) -> dict[str, str]:
    """File's stem -> the name of its machine: what a document calls it, else the stem."""
    stems: dict[str, str] = {}
    for one in documents.machines:
        stem = naming.unique(naming.name_of(one.stem) or "machine", stems)
        stems[stem] = stem
    probe = NamedThings(machines=dict(stems))
    for one in documents.apis:
        _Named(documents, probe).look(contents[one.name])
    return {stem: probe.machines[stem] for stem in stems}


class _Named(DocumentNames):
    """Looks through a copy for what the APIs call the machines, and takes those names over."""

    def __init__(self, documents: Documents, probe: NamedThings) -> None:
        super().__init__(Place("0" * 12, "us-east-1"), probe)
        self.documents = documents

    def look(self, content: Json) -> None:
        """Rename each machine that the document's templates mean."""
        apis.settle(copy.deepcopy(content), self)

    def machine(self, written: str) -> str:
        """The machine, called from now on as it is written here."""
        name = naming.name_of(written)
        stem = naming.same(name, self.found.machines)
        if stem is not None and name and name not in self.found.machines.values():
            self.found.machines[stem] = name
        return written


def _apis(
    documents: Documents, contents: dict[str, Json], names: DocumentNames
) -> tuple[ApiSpec, ...]:
    made: dict[str, ApiSpec] = {}
    for one in documents.apis:
        before = set(names.found.functions)
        names.found.functions.clear()
        document = apis.settle(contents[one.name], names)
        called = sorted(names.found.functions)
        names.found.functions |= before
        title = naming.unique(_title(document, one), made)
        document["info"] = {"version": "1", **_info(document), "title": title}
        made[title] = ApiSpec(
            name=title,
            endpoint="REGIONAL",
            document=document,
            stages=(apis.stage_of(document),),
            invocations=tuple(InvokePermission(function, "*", "") for function in called),
        )
    return tuple(made.values())


def _info(document: dict[str, Json]) -> dict[str, Json]:
    info = document.get("info")
    return info if isinstance(info, dict) else {}


def _title(document: dict[str, Json], file: Document) -> str:
    title = _info(document).get("title")
    return str(title) if title and "${" not in str(title) else file.stem


def _machines(
    documents: Documents,
    definitions: dict[str, Json],
    found: NamedThings,
    place: Place,
    prefix: str,
) -> Iterator[MachineSpec]:
    names = list(found.machines.values())
    for one, name in zip(documents.machines, names, strict=True):
        kind = "EXPRESS" if name in found.synchronous else "STANDARD"
        arn = place.arn("states", f"stateMachine:{name}")
        yield MachineSpec(arn, name, kind, f"{prefix}-{_OF_MACHINES}", definitions[one.name])


def _roles(found: NamedThings, place: Place, prefix: str) -> Iterator[RoleSpec]:
    """The roles that the documents name, for API Gateway; one for functions, one for machines."""
    for name in sorted(found.roles):
        yield _role(name, "apigateway", _API_MAY, place)
    if found.functions:
        yield _role(f"{prefix}-{_OF_FUNCTIONS}", "lambda", _MAY[_OF_FUNCTIONS], place)
    if found.machines:
        yield _role(f"{prefix}-{_OF_MACHINES}", "states", _MAY[_OF_MACHINES], place)


def _role(name: str, service: str, actions: tuple[str, ...], place: Place) -> RoleSpec:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    rights = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return RoleSpec(
        name=name,
        arn=place.arn("iam", f"role/{name}", region=False),
        description="Made for the local AWS by dragonctl create-app --definitions.",
        trust={"Version": "2012-10-17", "Statement": [trust]},
        policy_name="OnTheLocalAws",
        policy={"Version": "2012-10-17", "Statement": [rights]},
    )


def _without_code(manifest: Manifest) -> Iterator[str]:
    names = [function.name for function in manifest.functions if is_stand_in(function)]
    if names:
        yield (
            f"There is no code here for {', '.join(names)}: calls of them are refused by name. "
            "Put it into lambdas/NAME/ beside the definitions before the application is created."
        )
