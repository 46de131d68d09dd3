"""What differs between two readings of an account, and which of a command's changes names it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.corpus.shape import Json
from tests.strict.gateway import LEAVES

UNSTEADY = {
    "createdDate", "lastUpdatedDate", "LastModified", "RevisionId", "revisionId", "CodeSize",
    "State", "StateReason", "StateReasonCode", "LastUpdateStatus", "updateDate", "creationDate",
    "cacheClusterStatus", "ResponseMetadata", "id", "lastUpdatedTime", "unzipped", "made", "breaks",
}  # fmt: skip
"""What changes by itself, or follows from the rest."""
DEFAULTS: dict[str, Json] = {name: default for name, _, default in LEAVES.values()}
LEAF_OF = {name: leaf for leaf, (name, _, _) in LEAVES.items()}
UNLIMITED = {"throttlingBurstLimit": (-1, 5000), "throttlingRateLimit": (-1.0, 10000.0)}
LOGGING_OFF = ("OFF", None, False)

Path = tuple[str, ...]
_LEFT = re.compile(r"(\S+) was left as it is: .")


@dataclass(frozen=True)
class Movement:
    """One value that differs: where, and what stood there before and stands there after."""

    path: Path
    before: Json
    after: Json

    def __str__(self) -> str:
        return f"{'/'.join(self.path)}: {_short(self.before)} -> {_short(self.after)}"


def _short(value: Json) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def moved(before: Json, after: Json) -> list[Movement]:
    """What differs. A setting that appears with the value that was in force has not moved."""
    left, right = dict(_leaves((), before)), dict(_leaves((), after))
    paths = sorted(left.keys() | right.keys())
    pairs = [Movement(path, _in_force(path, left), _in_force(path, right)) for path in paths]
    return [one for one in pairs if one.before != one.after]


def _in_force(path: Path, leaves: dict[Path, Json]) -> Json:
    """Of a method's own setting that is not there: what the stage's setting for all says."""
    if path in leaves or len(path) < 3 or path[-3] != "methodSettings":
        return leaves.get(path)
    every = (*path[:-2], "*/*", path[-1])
    return leaves.get(every, _setting(path[-1], None))


def _leaves(path: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    if isinstance(value, dict):
        for key, inner in _known(path, value).items():
            if key not in UNSTEADY:
                yield from _leaves((*path, str(key)), inner)
    elif value not in (None, "", [], False) or (len(path) > 2 and path[-3] == "methodSettings"):
        yield path, value


def _known(path: Path, value: dict[str, Json]) -> dict[str, Json]:
    """A part of the account with nothing in it that stands for the same in two ways."""
    for pattern, known in _KNOWN:
        if len(pattern) == len(path) and all(map(fnmatchcase, path, pattern)):
            return known(value)
    return {key: _text(one) for key, one in value.items()}


def _text(value: Json) -> Json:
    """A list as a text: its parts are not looked at one by one."""
    is_list = isinstance(value, list) and value
    return json.dumps(value, sort_keys=True, default=str) if is_list else value


def _api(value: dict[str, Json]) -> dict[str, Json]:
    methods = {
        f"{verb} {one['path']}": _method(method)
        for one in value["resources"]
        for verb, method in (one.get("resourceMethods") or {}).items()
    }
    parts = {key: _text(one) for key, one in value.items() if key != "resources"}
    return {**parts, "methods": methods}


def _method(value: dict[str, Json]) -> dict[str, Json]:
    integration = dict(value.get("methodIntegration") or {})
    key = dict.fromkeys(integration.get("cacheKeyParameters") or [], True)
    declared = {
        name: "required" if required else "optional"
        for name, required in (value.get("requestParameters") or {}).items()
    }
    return {**value, "requestParameters": declared,
            "methodIntegration": {**integration, "cacheKeyParameters": key}}  # fmt: skip


def _stage(value: dict[str, Json]) -> dict[str, Json]:
    settings = {
        spelled(key): {name: _setting(name, entry.get(name)) for name in DEFAULTS}
        for key, entry in (value.get("methodSettings") or {}).items()
    }
    # The size of a cluster that is gone is still shown.
    gone = () if value.get("cacheClusterEnabled") else ("cacheClusterSize",)
    rest = {key: one for key, one in value.items() if key not in gone}
    return {**rest, "methodSettings": settings}


def spelled(key: str) -> str:
    """A key of method settings in the one way that both spellings of it come to."""
    path, _, verb = key.replace("~1", "/").replace("~0", "~").rpartition("/")
    return key if key == "*/*" else f"/{path.lstrip('/')}/{verb}"


def _setting(name: str, value: Json) -> Json:
    if name in UNLIMITED:
        return None if value in (None, *UNLIMITED[name]) else value
    if name == "loggingLevel":
        return value or "OFF"
    return DEFAULTS[name] if value is None else value


def _machine(value: dict[str, Json]) -> dict[str, Json]:
    logging = dict(value.get("loggingConfiguration") or {})
    destinations = logging.pop("destinations", None) or []
    groups = [one["cloudWatchLogsLogGroup"]["logGroupArn"] for one in destinations]
    shown = {
        "level": logging.get("level") if logging.get("level") not in LOGGING_OFF else None,
        "includeExecutionData": logging.get("includeExecutionData") or None,
        "logGroupArn": " ".join(groups),
    }
    versions = (value.get("versions") or {}).items()
    aliases = (value.get("aliases") or {}).items()
    return {
        **value,
        "loggingConfiguration": shown,
        "tags": _text(value.get("tags")),
        "versions": {number: {"is": True, **_machine(one)} for number, one in versions},
        "aliases": {name: _text(one) for name, one in aliases},
    }


def _function(value: dict[str, Json]) -> dict[str, Json]:
    """What a function is set to; its code is no command's here."""
    return {key: _text(one) for key, one in value.items() if key != "CodeSha256"}


_KNOWN: tuple[tuple[Path, Callable[[dict[str, Json]], dict[str, Json]]], ...] = (
    (("apigateway", "apis", "*"), _api),
    (("apigateway", "apis", "*", "stages", "*"), _stage),
    (("apigateway", "apis", "*", "deployments", "*"),
     lambda value: {"is": True, "description": value.get("description")}),
    (("iam", "roles", "*"),
     lambda value: {**value, "attached": dict.fromkeys(value["attached"], True)}),
    (("logs", "groups", "*"), lambda value: {"is": True, **value}),
    (("lambda", "functions", "*"), _function),
    (("lambda", "functions", "*", "qualifiers", "*"), _function),
    (("stepfunctions", "machines", "*"), _machine),
)  # fmt: skip


def unnamed(movements: list[Movement], changes: list[dict[str, Json]]) -> list[Movement]:
    """Those that none of a document's ``changes`` names."""
    fields = [(change["resource"], change["field"]) for change in changes]
    # With a cluster that is taken away goes its size; without one the size says nothing.
    fields += [
        (change["resource"], "cacheClusterSize") for change in changes
        if change["field"] == "cacheClusterEnabled" and not change["after"]
    ]  # fmt: skip
    named = [_path(*one) for one in fields]
    return [
        one for one in movements
        if not any(path and one.path[: len(path)] == path for path in named)
    ]  # fmt: skip


def kept(warnings: list[str]) -> list[Path]:
    """Where those things stand of which `undo` says that it left them, with the reason."""
    named = [found[1] for one in warnings if (found := _LEFT.match(one))]
    paths = [_path(resource, "/") for resource in named]
    return [tuple(part for part in path if part.strip("/")) for path in paths if path]


def _path(resource: str, field: str) -> Path:
    """Where in the account a change of this field shows; empty for what shows nowhere."""
    kind, _, name = resource.partition("/")
    found = _PATHS.get(kind)
    return found(name, field) if found else ()


def _of_method(*inner: str) -> Callable[[str, str], Path]:
    def path(name: str, field: str) -> Path:
        api, verb, rest = name.split("/", 2)
        return (*APIS, api, "methods", f"{verb} /{rest}", *inner, *field.split("/", 1))

    return path


def _of_stage(name: str, field: str) -> Path:
    api, _, stage = name.partition("/")
    return (*APIS, api, "stages", stage, *_stage_field(field))


def _named_last(name: str, between: str) -> Path:
    """``function/alias`` or ``machine's ARN:alias``."""
    owner, _, last = name.rpartition("/" if "/" in name else ":")
    return (owner, between, last)


APIS, MACHINES, FUNCTIONS = (
    ("apigateway", "apis"), ("stepfunctions", "machines"), ("lambda", "functions"),
)  # fmt: skip
_PATHS: dict[str, Callable[[str, str], Path]] = {
    "apigateway-account": lambda name, field: ("apigateway", "role"),
    "apigateway-stage": _of_stage,
    "apigateway-method": _of_method(),
    "apigateway-integration": _of_method("methodIntegration"),
    "apigateway-cache-deployment": lambda name, field: (*APIS, name.split("/")[0], "deployments"),
    "iam-role": lambda name, field: ("iam", "roles", name, field),
    "iam-role-policies": lambda name, field: (
        "iam", "roles", name, "attached", field.split("/", 1)[1],
    ),
    "iam-inline-policy": lambda name, field: ("iam", "roles", *_named_last(name, "inline")),
    "iam-policy": lambda name, field: ("iam", "policies", name),
    "logs-group": lambda name, field: ("logs", "groups", name),
    "states-machine": lambda name, field: (*MACHINES, name, *field.split("/")),
    "states-version": lambda name, field: (*MACHINES, name, "versions"),
    "states-alias": lambda name, field: (*MACHINES, *_named_last(name, "aliases")),
    "lambda-function": lambda name, field: (*FUNCTIONS, name, *field.split("/")),
    "lambda-version": lambda name, field: (*FUNCTIONS, name, "qualifiers"),
    "lambda-alias": lambda name, field: (*FUNCTIONS, *_named_last(name, "aliases")),
}  # fmt: skip
"""Kind of thing -> where a field of a thing of this name shows."""


def _stage_field(field: str) -> Path:
    key, _, leaf = field.rpartition("/")
    prefix, _, group = key.rpartition("/")
    name = LEAVES.get(f"{group}/{leaf}")
    if name and prefix:
        return ("methodSettings", spelled(prefix), name[0])
    return tuple(field.split("/", 1))
