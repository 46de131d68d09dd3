"""A stage of a REST API: logs, tracing, metrics, cache, and the overrides of single methods.

Method settings live under a key such as ``*/*`` or ``~1dragons/GET``; a field of ours is
``<key>/<suffix>`` with the suffixes of UpdateStage's patch paths (``logging/loglevel``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Table, state_of
from dragonctl.engine.model import Call, Json, Reader, Reading, Resource, State, Tags
from dragonctl.resources.apigateway_rest_api import api_tags, read_stages
from dragonctl.resources.apigateway_stage_fields import (
    ACCESS_LOG,
    ALL_METHODS,
    FIELDS,
    SETTINGS,
)
from dragonctl.resources.log_group_names import execution_group, group_name
from dragonctl.resources.logs_group import LogGroupSettings

_TAG = "tags/"
# AWS refuses larger updates ("Update size too large …"); 80 is what is known to pass.
_OPERATIONS_PER_CALL = 80
_BUSY = {
    "CREATE_IN_PROGRESS": "the cache cluster is being made",
    "DELETE_IN_PROGRESS": "the cache cluster is being removed",
    "FLUSH_IN_PROGRESS": "the cache is being flushed",
}
_CLUSTER = ("cacheClusterEnabled", "cacheClusterSize")
_CACHING = "/caching/enabled"
_CLUSTER_SECONDS = 240.0  # API Gateway developer guide, "Cache settings for REST APIs"

Patch = dict[str, str]


@dataclass(frozen=True)
class Stage(Resource):
    """A stage of an API.

    State: ``tracingEnabled``, ``accessLogSettings/…``, ``cacheCluster…``, ``deploymentId``,
    ``tags/<key>`` and ``<method key>/<setting>``. Facts: ``raw``, what GetStages shows.
    """

    kind: ClassVar[str] = "apigateway-stage"
    noun: ClassVar[str] = "stage"
    table: ClassVar[Table] = FIELDS
    api: str
    stage: str

    def read(self, aws: Reader) -> Reading | None:
        """GetStages: one call for all stages of the API, which discovery has made already."""
        raw = read_stages(aws, self.api).get(self.stage)
        if raw is None:
            return None
        facts = {"raw": raw, "partition": aws.partition, "region": aws.region}
        return Reading(stage_state(raw), facts)

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """One UpdateStage (more above 80 operations), and tags where they differ."""
        if want is None:
            yield Call("apigateway", "DeleteStage", self._name)
            return
        if have is None and "deploymentId" not in want:
            return  # a stage is made of a deployment; without one there is nothing to make
        if have is None:
            yield self._creation(want)
            have = Reading({"deploymentId": want["deploymentId"], **_tags(want)})
        wrong = self._wrong(have.state, want)
        yield from map(self._update, _updates(_patches(have.state, wrong)))
        yield from self._tagging(have, wrong)

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """The stage's own, then its API's."""
        return (have.facts["raw"].get("tags") or {}, *api_tags(aws, self.api))

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """An absent method setting is as good as AWS's default, but for a method's own caching.

        A method without an override is cached where ``*/*`` says so: off has to be written.
        """
        if have is None and want is False and _is_own_caching(field):
            return False
        default = _default_of(field)
        if default is None:
            return bool(have == want or (have is None and want is False))
        if want is None and field.rpartition("/")[0].endswith("throttling"):
            return True  # the account's own limits come back, whatever they are
        return bool((default if have is None else have) == (default if want is None else want))

    def differs(self, field: str, have: State, want: State) -> bool:
        """A method whose whole override goes is cached as ``*/*`` says, whatever it said itself."""
        goes = _is_own_caching(field) and have.get(field) is not None
        entry = _entry(have, _key_of(field)) if goes else ()
        if entry and all(name in want and want[name] is None for name in entry):
            return True
        return super().differs(field, have, want)

    def _wrong(self, state: State, want: State) -> dict[str, Json]:
        """What must be written: a new entry whole, since AWS may fill it from ``*/*``."""
        wrong = {
            field: value
            for field, value in want.items()
            if not self.holds(field, state.get(field), value)
            # Taking away what was added differs, even where both show AWS's default.
            or (value is None and state.get(field) is not None)
        }
        begun = {_key_of(field) for field, value in wrong.items() if value is not None}
        begun -= {"", *method_keys(state)}
        return {
            field: value
            for field, value in want.items()
            if field in wrong or (value is not None and _key_of(field) in begun)
        }

    def expected(self, have: Reading | None, want: State | None) -> State | None:
        """With the ten defaults that AWS adds to a new method entry."""
        state = dict(have.state) if have else {}
        for key in {_key_of(field) for field in want or {} if _key_of(field)}:
            if not _entry(state, key) and _entry(want or {}, key):
                state |= {f"{key}/{suffix}": row.absent for suffix, row in SETTINGS.items()}
        return {**state, **(want or {})}

    def answered(self, call: Call, answer: Mapping[str, Any]) -> Reading | None:
        """UpdateStage answers with the whole stage."""
        if call.operation != "UpdateStage":
            return None
        return Reading(stage_state(answer), {"raw": answer})

    def settled(self, reading: Reading) -> str | None:
        """A cache cluster takes minutes to come and go."""
        return busy_with(reading.facts["raw"])

    def expected_seconds(self, reading: Reading) -> float | None:
        """A cluster takes about four minutes; a flush a moment."""
        is_flushed = reading.facts["raw"].get("cacheClusterStatus") == "FLUSH_IN_PROGRESS"
        return None if is_flushed else _CLUSTER_SECONDS

    def relies_on(self, field: str, have: Reading) -> tuple[str, ...]:
        """Logs need their groups."""
        if field in ACCESS_LOG:
            name = group_name(have.state[ACCESS_LOG[0]])
        elif field.endswith("/logging/loglevel") and have.state.get(field) in ("ERROR", "INFO"):
            name = execution_group(self.api, self.stage)
        else:
            return ()
        return (LogGroupSettings(name).identifier,)

    def birth(self, reading: Reading) -> str:
        """``createdDate``: UpdateStage changes ``lastUpdatedDate`` alone."""
        return str((reading.facts.get("raw") or {}).get("createdDate") or "")

    def outlasting(self, fields: Collection[str], now: State) -> Iterable[str]:
        """A method's own settings: none of them follows ``*/*``."""
        general = [
            one for one in fields if _key_of(one) == ALL_METHODS and now.get(one) is not None
        ]
        return [
            own
            for key in method_keys(now)
            for field in general
            if (own := field.replace(ALL_METHODS, key, 1)) not in fields
            and now.get(own) == now[field]
        ]

    def needed_since(self, was: State, then: State) -> Mapping[str, str]:
        """A cluster, by methods that cache and did not before it was there."""
        if then.get(_CLUSTER[0]):
            return {}
        on = [one for one in then if one.endswith(_CACHING) and then[one] and not was.get(one)]
        why = f"{', '.join(map(self.label, on))} was switched on since"
        return dict.fromkeys(_CLUSTER, why) if on else {}

    @property
    def _name(self) -> dict[str, str]:
        return {"restApiId": self.api, "stageName": self.stage}

    def _creation(self, want: State) -> Call:
        tags = {field.removeprefix(_TAG): value for field, value in _tags(want).items()}
        params = {**self._name, "deploymentId": want["deploymentId"], "tags": tags}
        return Call("apigateway", "CreateStage", params)

    def _update(self, patches: list[Patch]) -> Call:
        return Call("apigateway", "UpdateStage", {**self._name, "patchOperations": patches})

    def _tagging(self, have: Reading, want: State) -> Iterator[Call]:
        tags = {key.removeprefix(_TAG): value for key, value in _tags(want).items()}
        if not tags:
            return
        added = {key: value for key, value in tags.items() if value is not None}
        removed = [key for key, value in tags.items() if value is None]
        arn = stage_arn(have.facts["partition"], have.facts["region"], self.api, self.stage)
        if added:
            yield Call("apigateway", "TagResource", {"resourceArn": arn, "tags": added})
        if removed:
            yield Call("apigateway", "UntagResource", {"resourceArn": arn, "tagKeys": removed})


def busy_with(raw: Mapping[str, Any]) -> str | None:
    """What API Gateway is doing to the cache of a stage (GetStages' item), in words; or None."""
    return _BUSY.get(raw.get("cacheClusterStatus", ""))


def stage_arn(partition: str, region: str, api: str, stage: str) -> str:
    """The ARN under which a stage is tagged and authorised: it has no account."""
    return f"arn:{partition}:apigateway:{region}::/restapis/{api}/stages/{stage}"


def stage_state(raw: Mapping[str, Any]) -> dict[str, Json]:
    """A stage as AWS shows it, as fields. Both spellings of a method key are known."""
    state: dict[str, Json] = state_of(FIELDS, raw)
    if not state["cacheClusterEnabled"]:
        state["cacheClusterSize"] = None  # AWS may show the size of a cluster that is gone
    state |= {f"{_TAG}{key}": value for key, value in (raw.get("tags") or {}).items()}
    for key, settings in (raw.get("methodSettings") or {}).items():
        for suffix, row in SETTINGS.items():
            if row.path in settings:
                state[f"{patch_key(key)}/{suffix}"] = settings[row.path]
    return state


def patch_key(key: str) -> str:
    """A method key as AWS takes it in a patch path: ``/a/{b}/GET`` becomes ``~1a~1{b}/GET``.

    A key without further slashes is kept as it was addressed when made: ``dragons/GET`` and
    ``~1dragons/GET`` may be two entries, and each is written under its own name.
    """
    path, _, method = key.rpartition("/")
    if "/" not in path:
        return key if path else f"~1/{method}"
    return f"{escaped(path)}/{method}"


def escaped(path: str) -> str:
    """A resource path as a JSON pointer's segment: ``~`` is ``~0``, then ``/`` is ``~1``."""
    return path.replace("~", "~0").replace("/", "~1")


def method_key(method: str, path: str) -> str:
    """The key of a method's settings: ``GET``, ``/a/{b}`` -> ``~1a~1{b}/GET``."""
    return f"{escaped(path)}/{method}"


def method_keys(state: State) -> list[str]:
    """The keys that have method settings, ``*/*`` included."""
    return list(dict.fromkeys(key for key in map(_key_of, state) if key))


def keys_of(method: str, path: str, state: State) -> list[str]:
    """The keys of a method's settings: ours, and another spelling that somebody has used.

    Both may exist side by side. ``ANY`` has no settings of its own: those of GET are meant.
    """
    verb = "GET" if method == "ANY" else method
    ours, plain = method_key(verb, path), f"{path.lstrip('/')}/{verb}"
    return [ours, plain] if plain != ours and _entry(state, plain) else [ours]


def caches(state: State, method: str, path: str) -> bool:
    """Whether a stage answers a method from its cache, once it has a cluster.

    By the method's own settings or, where it has none and for GET alone, by those of ``*/*``
    (API Gateway developer guide, "Cache settings for REST APIs").
    """
    own = [key for key in keys_of(method, path, state) if f"{key}{_CACHING}" in state]
    everywhere = [ALL_METHODS] if method in ("ANY", "GET") else []
    return any(
        state.get(f"{key}{_CACHING}") and state.get(f"{key}/caching/ttlInSeconds") != 0
        for key in own or everywhere
    )


def _updates(groups: Iterable[list[Patch]]) -> Iterator[list[Patch]]:
    """The fewest updates that hold these groups, each group whole.

    Between two updates traffic goes on, and a run may end there: no entry is ever half written.
    """
    update: list[Patch] = []
    for group in groups:
        if update and len(update) + len(group) > _OPERATIONS_PER_CALL:
            yield update
            update = []
        update = [*update, *group]
    if update:
        yield update


def _patches(state: State, want: State) -> Iterator[list[Patch]]:
    """Patch operations in groups; those that unset first: a key goes before it is written anew."""
    rebuilt = {_key_of(field) for field, value in want.items() if value is None} - {""}
    for key in sorted(rebuilt):
        yield [{"op": "remove", "path": f"/{key}"}, *_rebuild(key, state, want)]
    yield list(_access_log(state, want))
    groups: dict[str, list[tuple[str, Json]]] = {}
    for field, value in want.items():
        if value is None or field.startswith((_TAG, *ACCESS_LOG)) or _key_of(field) in rebuilt:
            continue
        groups.setdefault(_key_of(field) or field, []).append((field, value))
    for group in sorted(groups.values(), key=lambda group: min(map(_turn, group))):
        yield [_replace(field, value) for field, value in group]


def _turn(item: tuple[str, Json]) -> int:
    """No update may let a method cache under a key that is not served, and none may wait.

    So caching ends before the deployment changes and begins after it; the cluster comes last,
    because a stage takes no other change while its cluster does. ``*/*`` follows single methods:
    a run that ends between two updates must not leave a stage that logs with methods that are off
    (they would count as silenced on purpose).
    """
    field, value = item
    if field.endswith(_CACHING) and not value:
        return 0
    usual = 3 if field.startswith(f"{ALL_METHODS}/") else 2
    return {"deploymentId": 1, "cacheClusterSize": 4, "cacheClusterEnabled": 5}.get(field, usual)


def _rebuild(key: str, state: State, want: State) -> Iterator[Patch]:
    """What else the entry holds: AWS removes whole entries only."""
    for field, value in {**_entry(state, key), **_entry(want, key)}.items():
        if value is not None:
            yield _replace(field, value)


def _tags(state: State) -> dict[str, Json]:
    return {field: value for field, value in state.items() if field.startswith(_TAG)}


def _access_log(state: State, want: State) -> Iterator[Patch]:
    """AWS removes both settings at once: one that was there alone is written anew."""
    fields = {field: want[field] for field in ACCESS_LOG if field in want}
    if None in fields.values():
        yield {"op": "remove", "path": "/accessLogSettings"}
        fields = {field: state.get(field) for field in ACCESS_LOG} | fields
    yield from (_replace(field, value) for field, value in fields.items() if value is not None)


def _replace(field: str, value: Json) -> Patch:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return {"op": "replace", "path": f"/{field}", "value": text}


def _entry(state: State, key: str) -> dict[str, Json]:
    fields = (f"{key}/{suffix}" for suffix in SETTINGS)
    return {field: state[field] for field in fields if field in state}


def _key_of(field: str) -> str:
    """The method key in a field's name; empty for the stage's own fields."""
    parts = field.split("/")
    return "/".join(parts[:2]) if "/".join(parts[2:]) in SETTINGS else ""


def _is_own_caching(field: str) -> bool:
    return field.endswith(_CACHING) and field != f"{ALL_METHODS}{_CACHING}"


def _default_of(field: str) -> Json:
    suffix = "/".join(field.split("/")[2:])
    return SETTINGS[suffix].absent if suffix in SETTINGS else None
