"""Traces as X-Ray compiles them: late subsegments in their place, inferred segments added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from dragonctl.local import backends, state

Document = dict[str, Any]
CALLS = ("aws", "remote")
"""Namespaces of subsegments that call another service; the SDK's own work is ``local``."""
_SERVICES = {
    "dynamodb": "DynamoDB",
    "events": "Events",
    "kms": "KMS",
    "lambda": "Lambda",
    "s3": "S3",
    "secretsmanager": "SecretsManager",
    "sns": "SNS",
    "sqs": "SQS",
    "ssm": "SSM",
    "states": "StepFunctions",
    "sts": "STS",
}


@dataclass(frozen=True)
class Segment:
    """One segment, its subsegments inside; ``caller`` is the segment that led to it, if known."""

    document: Document
    caller: str | None

    @property
    def name(self) -> str:
        """The service's name."""
        return str(self.document["name"])

    @property
    def type(self) -> str:
        """The service's type: its origin, or ``remote`` where it told none."""
        return str(self.document.get("origin") or "remote")

    @property
    def start(self) -> float:
        """Epoch seconds."""
        return float(self.document["start_time"])

    @property
    def end(self) -> float:
        """Epoch seconds; of what is still in progress, its start."""
        return float(self.document.get("end_time") or self.start)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start

    def flag(self, name: str) -> bool:
        """``error``, ``fault`` or ``throttle``."""
        return bool(self.document.get(name))

    @property
    def ok(self) -> bool:
        """Whether none of the flags is set."""
        return not (self.flag("error") or self.flag("fault") or self.flag("throttle"))

    @property
    def http(self) -> Document:
        """Request and response fields in one map."""
        fields = self.document.get("http") or {}
        return {**(fields.get("request") or {}), **(fields.get("response") or {})}


@dataclass(frozen=True)
class Trace:
    """All segments of one trace, by their start."""

    id: str
    segments: tuple[Segment, ...]

    @cached_property
    def root(self) -> Segment:
        """The segment that nothing in this trace led to; the first of several."""
        return next((one for one in self.segments if one.caller is None), self.segments[0])

    @property
    def start(self) -> float:
        """Epoch seconds."""
        return min(one.start for one in self.segments)

    @property
    def duration(self) -> float:
        """Seconds from the first start to the last end."""
        return max(one.end for one in self.segments) - self.start

    def everything(self) -> Iterator[tuple[Segment, Document]]:
        """Every segment and subsegment document with the segment that it belongs to."""
        for segment in self.segments:
            for document in walk(segment.document):
                yield segment, document


def walk(document: Document) -> Iterator[Document]:
    """A document and all its subsegments."""
    yield document
    for child in document.get("subsegments") or ():
        yield from walk(child)


def all_traces(account: str, region: str) -> list[Trace]:
    """Every stored trace."""
    kept = backends.backend("xray", account, region)._segment_collection._traces  # noqa: SLF001
    with state.LOCK:
        raw = {name: [one.raw for one in held["segments"]] for name, held in kept.items()}
    return [compiled(name, tuple(texts)) for name, texts in raw.items() if texts]


def some_traces(account: str, region: str, ids: list[str]) -> dict[str, Trace]:
    """The traces of these ids, those that exist."""
    kept = backends.backend("xray", account, region)._segment_collection._traces  # noqa: SLF001
    with state.LOCK:
        raw = {name: [one.raw for one in kept[name]["segments"]] for name in ids if name in kept}
    return {name: compiled(name, tuple(texts)) for name, texts in raw.items() if texts}


@lru_cache(maxsize=20_000)
def compiled(trace_id: str, texts: tuple[str, ...]) -> Trace:
    """One trace of its documents, as they were sent.

    A document that was sent again replaces the earlier one; a subsegment that was sent by itself
    goes into its parent; a call that no other segment answers gets an inferred segment.
    """
    latest: dict[str, Document] = {}
    for text in texts:
        document = json.loads(text)
        document.pop("segment_id", None)
        held = latest.get(document["id"])
        if held is None or "end_time" in document or "end_time" not in held:
            latest[document["id"]] = document
    whole = _placed(latest)
    answered = {one.get("parent_id") for one in whole}
    inferred = [
        _inferred(trace_id, call)
        for document in whole
        for call in walk(document)
        if call is not document and call.get("namespace") in CALLS and call["id"] not in answered
    ]
    homes = {part["id"]: document["id"] for document in whole for part in walk(document)}
    made = [Segment(one, homes.get(one.get("parent_id"))) for one in (*whole, *inferred)]
    return Trace(trace_id, tuple(sorted(made, key=lambda one: one.start)))


def _placed(latest: dict[str, Document]) -> list[Document]:
    """The segments, with the subsegments that came by themselves inside."""
    alone = [one for one in latest.values() if one.get("type") == "subsegment"]
    places = {part["id"]: part for one in latest.values() for part in walk(one)}
    lost = []
    for document in sorted(alone, key=lambda one: one["start_time"]):
        parent = places.get(document.get("parent_id"))
        if parent is None:
            lost.append(document)
            continue
        child = {k: v for k, v in document.items() if k not in ("trace_id", "type", "parent_id")}
        kept = [one for one in parent.get("subsegments") or () if one["id"] != child["id"]]
        parent["subsegments"] = [*kept, child]
        places.update((part["id"], part) for part in walk(child))
    return [one for one in latest.values() if one.get("type") != "subsegment"] + lost


def _inferred(trace_id: str, call: Document) -> Document:
    """The segment of a service that sent none, from its caller's subsegment."""
    kept = ("start_time", "end_time", "http", "aws", "sql", "error", "fault", "throttle")
    fields = {name: call[name] for name in kept if name in call}
    return {
        **fields,
        "name": _name(call),
        "id": f"{int(call['id'], 16) ^ 0xFFFFFFFFFFFFFFFF:016x}",
        "trace_id": trace_id,
        "parent_id": call["id"],
        "inferred": True,
        "origin": _origin(call),
    }


def _origin(call: Document) -> str:
    if "sql" in call:
        return "Database::SQL"
    if call["namespace"] != "aws":
        return "remote"
    name = _service(call)
    return "AWS::DynamoDB::Table" if name == "DynamoDB" else f"AWS::{name}"


def _name(call: Document) -> str:
    """What the service map calls it: a table by its own name, a service by AWS's."""
    if call["namespace"] != "aws":
        return str(call["name"])
    table = (call.get("aws") or {}).get("table_name")
    return str(table) if table else _service(call)


def _service(call: Document) -> str:
    """AWS's name of a service; the SDK tells its endpoint's prefix."""
    name = str(call["name"])
    return _SERVICES.get(name.lower(), name)
