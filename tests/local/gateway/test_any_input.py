"""Whatever is sent, the answer is AWS's refusal or a change: never a crash, never half of both."""

from __future__ import annotations

import contextlib
import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from dragonctl.local.gateway import openapi, patches, stage_patches
from dragonctl.local.messages import AwsError
from dragonctl.local.shims import definitions

STAGE = {
    "stageName": "prod",
    "deploymentId": "d",
    "cacheClusterEnabled": False,
    "methodSettings": {"*/*": {"loggingLevel": "INFO"}},
    "tracingEnabled": False,
    "variables": {"a": "b"},
}
words = st.sampled_from(
    [
        "",
        "*",
        "~1dragons",
        "GET",
        "ANY",
        "logging",
        "loglevel",
        "caching",
        "ttlInSeconds",
        "enabled",
        "timeoutInMillis",
        "accessLogSettings",
        "format",
        "destinationArn",
        "variables",
        "a",
        "canarySettings",
        "percentTraffic",
        "stageVariableOverrides",
        "deploymentId",
        "cacheClusterSize",
        "description",
        "throttling",
        "rateLimit",
        "burstLimit",
        "useStageCache",
        "requestParameters",
        "cacheKeyParameters",
    ]
)
paths = st.one_of(st.lists(words, max_size=5).map(lambda parts: "/" + "/".join(parts)), st.text())
values = st.one_of(
    st.none(),
    st.text(),
    st.booleans(),
    st.integers(),
    st.sampled_from(["true", "INFO", "0.5", "7"]),
)
kinds = st.sampled_from(["add", "remove", "replace", "copy", "move", "test", "x"])
operations = st.lists(
    st.fixed_dictionaries({"op": kinds, "path": paths, "value": values, "from": paths}), max_size=4
)
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["States", "StartAt", "Next", "Type", "Choices", "Catch", "Branches", "A"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(operations)
def test_patches_of_a_stage(said):
    before = copy.deepcopy(STAGE)
    with contextlib.suppress(AwsError):
        after = stage_patches.patched(before, said)
        assert json.dumps(after)
        assert after["methodSettings"] is not before["methodSettings"]
    assert before == STAGE


@given(operations)
def test_patches_of_a_definition(said):
    thing = {"uri": "x", "requestParameters": {"a": "b"}, "cacheKeyParameters": ["a"]}
    before = copy.deepcopy(thing)
    with contextlib.suppress(AwsError):
        patches.patched(
            thing,
            said,
            patches.Paths(
                fields={"uri": str, "timeoutInMillis": patches.number(int), "description": str},
                maps={"requestParameters": str, "variables": str},
                sets=("cacheKeyParameters",),
            ),
        )
    assert thing == before


@settings(deadline=None)  # the first call loads the parser of the language
@given(trees)
def test_definitions_of_state_machines(tree):
    with contextlib.suppress(AwsError):
        definitions.check_definition(json.dumps({"StartAt": "A", "States": {"A": tree}}))


@given(st.one_of(st.text(), trees.map(json.dumps)))
def test_texts_that_may_be_documents(text):
    with contextlib.suppress(AwsError):
        openapi.read(text)
