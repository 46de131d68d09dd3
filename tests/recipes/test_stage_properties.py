"""For any stage and any options: apply twice is apply once, and apply then undo is nothing at all.

The stage lives in a small API Gateway that keeps UpdateStage's rules as AWS has been recorded to
apply them: keys as addressed, ten defaults in a new entry, ``remove`` of whole entries only.
"""

from __future__ import annotations

import contextlib
import copy
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragonctl.application.nouns import Api, App
from dragonctl.engine.events import ignore_event
from dragonctl.engine.history import read_run
from dragonctl.engine.journal import Journal, Scope
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.run import apply
from dragonctl.engine.undo import undoing
from dragonctl.errors import AwsError
from dragonctl.recipes.observability.api import stage_steps
from dragonctl.recipes.observability.options import Options
from dragonctl.resources import known_kinds

FIELDS = {
    "metrics/enabled": ("metricsEnabled", "true".__eq__),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", "true".__eq__),
    "throttling/burstLimit": ("throttlingBurstLimit", int),
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "caching/enabled": ("cachingEnabled", "true".__eq__),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", int),
    "caching/dataEncrypted": ("cacheDataEncrypted", "true".__eq__),
    "caching/requireAuthorizationForCacheControl": (
        "requireAuthorizationForCacheControl",
        "true".__eq__,
    ),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        str,
    ),
}
NEW_ENTRY = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


class Gateway:
    """API Gateway with one stage, for :class:`dragonctl.engine.reads.Reads` to talk to."""

    region, partition, endpoint = "us-east-1", "aws", "aws"

    def __init__(self, stage):
        self.stage = stage
        self.updates = 0
        self.killed = None

    def send(self, service, operation, params, region=None):
        return getattr(self, operation)(**params)

    def GetCallerIdentity(self):  # noqa: N802
        return {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/u"}

    def GetStages(self, restApiId):  # noqa: N802, N803
        return {"item": [copy.deepcopy(self.stage)]}

    def UpdateStage(self, restApiId, stageName, patchOperations):  # noqa: N802, N803
        self.updates += 1
        if self.killed == "before":
            raise KeyboardInterrupt
        for operation in patchOperations:
            assert all(isinstance(value, str) for value in operation.values())
            {"replace": self.replace, "remove": self.remove}[operation["op"]](
                operation["path"], operation.get("value")
            )
        if self.killed == "after":
            raise KeyboardInterrupt
        return copy.deepcopy(self.stage)

    def TagResource(self, resourceArn, tags):  # noqa: N802, N803
        self.stage.setdefault("tags", {}).update(tags)
        return {}

    def UntagResource(self, resourceArn, tagKeys):  # noqa: N802, N803
        for key in tagKeys:
            self.stage["tags"].pop(key, None)
        return {}

    def replace(self, path, value):
        if path == "/tracingEnabled":
            self.stage["tracingEnabled"] = value == "true"
            return
        if path.startswith("/accessLogSettings/"):
            self.stage.setdefault("accessLogSettings", {})[path.split("/")[2]] = value
            return
        resource, method, suffix = path[1:].split("/", 2)
        name, read_value = FIELDS[suffix]
        entry = self.stage["methodSettings"].setdefault(f"{resource}/{method}", dict(NEW_ENTRY))
        entry[name] = read_value(value)

    def remove(self, path, _):
        if path == "/accessLogSettings":
            self.stage.pop("accessLogSettings", None)
        elif self.stage["methodSettings"].pop(path[1:], None) is None:
            said = f"Cannot remove method setting {path}"
            raise AwsError("apigateway", "UpdateStage", "BadRequestException", said, 400)


KEYS = ["*/*", "~1dragons/GET", "dragons/GET", "~1/GET", "~1a~0b~1{id}/POST", "~1{proxy+}/GET"]
ENTRIES = st.fixed_dictionaries(
    {
        "metricsEnabled": st.booleans(),
        "dataTraceEnabled": st.booleans(),
        "throttlingBurstLimit": st.integers(0, 5000),
        "throttlingRateLimit": st.floats(0, 10000, width=16),
        "cachingEnabled": st.booleans(),
        "cacheTtlInSeconds": st.integers(0, 3600),
        "cacheDataEncrypted": st.booleans(),
        "requireAuthorizationForCacheControl": st.booleans(),
        "unauthorizedCacheControlHeaderStrategy": st.sampled_from(
            ["FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"]
        ),
    },
    optional={"loggingLevel": st.sampled_from(["OFF", "ERROR", "INFO"])},
)
STAGES = st.fixed_dictionaries(
    {
        "stageName": st.just("prod"),
        "deploymentId": st.just("d1"),
        "tracingEnabled": st.booleans(),
        "cacheClusterStatus": st.just("NOT_AVAILABLE"),
        "methodSettings": st.dictionaries(st.sampled_from(KEYS), ENTRIES),
    },
    optional={
        "accessLogSettings": st.just(
            {
                "destinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:/theirs",
                "format": "$context.requestId",
            }
        ),
        "variables": st.just({"a": "b"}),
        "tags": st.just({"team": "dragons"}),
        "canarySettings": st.just({"percentTraffic": 10.0}),
    },
)
OPTIONS = st.builds(
    Options,
    log_level=st.sampled_from([None, "OFF", "ERROR", "INFO"]),
    data_trace=st.sampled_from([None, True, False]),
    data_trace_until=st.sampled_from([None, datetime(2026, 11, 23, 12, tzinfo=UTC)]),
    metrics=st.sampled_from([None, True, False]),
    access_log=st.sampled_from([None, True, False]),
    tracing=st.sampled_from([None, True, False]),
)


def carry_out(gateway, steps, folder, run):
    """Plan and apply steps; the journalled run, or None when there was nothing to change."""
    reads = Reads(gateway, sleep=lambda _: None)
    scope = Scope("123456789012", "us-east-1", "aws")
    journal = Journal(folder, run, lambda: scope, "test", lambda: "u")
    outcome = apply(plan(reads, steps), Tools(reads, journal, ignore_event))
    journal.end("ok")
    assert outcome.errors == []
    return read_run((folder / f"{run}.jsonl").read_bytes())[0] if journal.begun else None


def stage_step(gateway, options):
    raw = copy.deepcopy(gateway.stage)
    api = Api("a1", "dragons", {}, {"prod": raw})
    app = App(api, (), (), "123456789012", "us-east-1", "aws")
    return [list(stage_steps(app, api, options))[-1]]


def normal(stage):
    """Without what AWS shows or leaves out alike: empty tags and settings."""
    return {key: value for key, value in stage.items() if value not in ({}, None)}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stage=STAGES, options=OPTIONS)
def test_apply_then_undo_is_the_identity_and_twice_is_once(stage, options):
    before = copy.deepcopy(stage)
    gateway = Gateway(stage)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = carry_out(gateway, stage_step(gateway, options), folder, "one")
        applied, updates = copy.deepcopy(gateway.stage), gateway.updates
        assert updates <= 1
        assert carry_out(gateway, stage_step(gateway, options), folder, "two") is None
        assert (gateway.stage, gateway.updates) == (applied, updates)
        for key in ("variables", "canarySettings", "deploymentId"):
            assert gateway.stage.get(key) == before.get(key)
        if run:
            carry_out(gateway, undoing(run, known_kinds()).steps, folder, "back")
        assert normal(gateway.stage) == normal(before)


@pytest.mark.parametrize("killed", ["before", "after"])
@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stage=STAGES, options=OPTIONS)
def test_a_run_cut_short_is_undone_too(stage, options, killed):
    before = copy.deepcopy(stage)
    gateway = Gateway(stage)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gateway.killed = killed
        with contextlib.suppress(KeyboardInterrupt):
            carry_out(gateway, stage_step(gateway, options), folder, "one")
        gateway.killed = None
        if (folder / "one.jsonl").exists():
            run = read_run((folder / "one.jsonl").read_bytes())[0]
            assert run is not None
            carry_out(gateway, undoing(run, known_kinds()).steps, folder, "back")
        assert normal(gateway.stage) == normal(before)
