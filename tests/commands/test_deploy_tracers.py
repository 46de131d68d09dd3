"""``deploy-function --tracer``: the handler goes there and back, and both show the same trace."""

from __future__ import annotations

import json
import shutil

import pytest

from dragonctl.sample import sample_folder
from tests.commands.functions import PLAIN, configuration, stored
from tests.local.serving import until

GENERATED = "dragonctl_tracing/app.handler"


@pytest.fixture
def function(theirs, write, local_aws):
    theirs()
    write({"app.py": PLAIN})
    return local_aws


def test_the_handler_goes_with_the_tracer_and_undo_brings_both_back(
    function, dragonctl, made_calls
):
    before = configuration(function), stored(function)
    made_calls()
    first = dragonctl("deploy-function", "--tracer", "otel", "--output", "json")
    assert first.code == 0, first.stderr
    assert made_calls() == [
        "AttachRolePolicy", "UpdateFunctionCode", "UpdateFunctionConfiguration",
    ]  # fmt: skip
    assert first.document["functions"][0]["tracer"] == "otel"
    assert configuration(function)["Handler"] == GENERATED

    for again in (["--tracer", "otel"], []):  # what an earlier run packed stays
        same = dragonctl("deploy-function", *again, "--output", "json")
        assert (same.code, same.document["changed"], made_calls()) == (0, False, [])

    other = dragonctl("deploy-function", "--tracer", "none", "--output", "json")
    assert (other.code, configuration(function)["Handler"]) == (0, "app.handler")
    # the handler leaves the code before the code leaves the handler
    assert made_calls() == ["UpdateFunctionConfiguration", "UpdateFunctionCode"]
    assert configuration(function)["TracingConfig"] == {"Mode": "Active"}  # none lets it be

    assert dragonctl("undo", "--yes").code == 0
    assert configuration(function)["Handler"] == GENERATED
    assert dragonctl("undo", "--yes").code == 0
    after = configuration(function), stored(function)
    for volatile in ("RevisionId", "LastModified"):
        before[0].pop(volatile), after[0].pop(volatile)
    assert after == before


def test_no_tracer_touches_neither_tracing_nor_role(function, dragonctl, made_calls):
    done = dragonctl("deploy-function", "--tracer", "none", "--output", "json")
    assert (done.code, made_calls()) == (0, ["UpdateFunctionCode"])
    assert done.document["functions"][0]["packages"] == {}
    assert "X-Ray SDK" not in done.stderr


def test_the_end_of_the_sdk_s_support_is_named_once(theirs, write, dragonctl):
    for name in ("one", "two"):
        theirs(name)
        write({"app.py": PLAIN}, name)
    said = dragonctl("deploy-function", "--dry-run")
    assert (said.stdout + said.stderr).count("2027-02-25") == 1
    assert "2027-02-25" not in "".join(
        vars(dragonctl("deploy-function", "--dry-run", "--tracer", "otel"))[part]
        for part in ("stdout", "stderr")
    )


def test_a_source_of_another_tracer_is_refused_before_anything_changes(
    function, write, dragonctl, made_calls
):
    write({"app.py": "import json\nfrom aws_xray_sdk.core import patch_all\n" + PLAIN})
    refused = dragonctl("deploy-function", "--tracer", "otel")
    assert (refused.code, made_calls()) == (1, [])
    assert "app.py, line 2" in refused.stderr


def test_a_function_that_is_made_has_the_generated_handler(write, dragonctl, local_aws):
    write({"app.py": PLAIN}, "brand_new")
    assert dragonctl("deploy-function", "--create", "--tracer", "otel").code == 0
    assert configuration(local_aws, "brand-new")["Handler"] == GENERATED


REPORT = {
    "description": "d", "family": "green", "city": "T", "country": "C",
    "state": "S", "neighborhood": "N", "reportingPhoneNumber": "15555555555",
    "confirmationRequired": False,
}  # fmt: skip

LAST = "'found'", "'dragons'"  # what the last function of a request writes about itself


@pytest.fixture
def sample(dragonctl, tmp_path):
    """The sample application, observable; gives what a request with each tracer looks like."""
    for name in ("definitions", "lambdas"):
        shutil.copytree(sample_folder() / name, tmp_path / "here" / name)
    assert dragonctl("create-app").code == 0
    assert dragonctl("setup-observability", "--yes").code == 0

    def traced(tracer, number):
        assert dragonctl("deploy-function", "--tracer", tracer).code == 0
        root = f"1-6b09c734-{number:024x}"
        requests = (
            ["GET", "/dragons?family=red"],
            ["POST", "/dragons", "--data", json.dumps({**REPORT, "dragonName": tracer})],
        )
        shown = [
            shape(dragonctl, f"{root[:-1]}{index}", request)
            for index, request in enumerate(requests)
        ]
        for seen, last in zip(shown, LAST, strict=True):
            until(seen, lambda found, last=last: last in str(found))
        return shown  # the machine has run to its end: the next code serves none of its events

    return traced


def shape(dragonctl, trace, request):
    """One request's trace as (depth, name, annotations); empty until all its parents are there."""
    header = f"X-Amzn-Trace-Id: Root={trace};Sampled=1"
    sent = dragonctl("send", *request, "--stage", "test", "--header", header, "--output", "json")
    assert sent.document["trace_id"] == trace

    def seen():
        found = dragonctl("traces", trace, "--output", "json")
        segments = found.document["segments"] if found.code == 0 else []
        above = {one["id"]: one["parent_id"] for one in segments}
        if not set(above.values()) <= {"", *above}:
            return []
        return sorted(
            (len(list(lineage(one["id"], above))), one["name"].lower(), annotations(one))
            for one in segments
            if one["name"] != "Initialization"  # of whichever request came first
        )

    return seen


def lineage(ident, above):
    while ident:
        yield ident
        ident = above[ident]


def annotations(segment):
    return sorted(key for key in segment.get("annotations") or {})


def test_the_sample_shows_the_same_waterfall_with_both_tracers(sample):
    """Names alike but for their case: s3 and S3 (docs/tracing-code.md lists what differs)."""
    pairs = zip(sample("xray", 16), sample("otel", 32), strict=True)
    for last, waterfalls in zip(LAST, pairs, strict=True):
        with_sdk, with_otel = until(lambda both=waterfalls: [seen() for seen in both], whole(last))
        assert with_otel == with_sdk
        assert last in str(with_sdk)
        assert "family" in str(with_sdk)


def whole(last):
    """The parts of a trace come one by one: two of one request are whole once they are alike."""
    return lambda pair: pair[0] == pair[1] and last in str(pair[0])
