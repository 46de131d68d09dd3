"""A function's code and settings: which calls, in which order, guarded by which revision."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.packaging import function_code
from dragonctl.resources.lambda_function import FunctionSettings

FUNCTION = FunctionSettings("dragons")
STATE = {
    "CodeSha256": "b2xk",
    "Architectures": ["x86_64"],
    "Handler": "app.handler",
    "Runtime": "python3.12",
    "TracingConfig/Mode": "PassThrough",
}
SAME = {"FunctionName": "dragons", "RevisionId": "r1"}
THEN = {"FunctionName": "dragons"}
CONFIGURATION = "UpdateFunctionConfiguration"
CODE = "UpdateFunctionCode"


@pytest.fixture
def zips(tmp_path, monkeypatch):
    """Two zips on this machine: their digests and bytes."""
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    store = function_code.saved_codes()
    contents = {"old": b"the old zip", "new": b"the new zip"}
    shas = {
        name: store.write(lambda stream, content=content: stream.write(content))[0]
        for name, content in contents.items()
    }
    return shas, contents


def calls(state, want):
    have = Reading({**STATE, **state}, {"raw": {"RevisionId": "r1"}})
    return [(call.operation, dict(call.params)) for call in FUNCTION.calls(have, want)]


def test_nothing_differs_nothing_is_called(zips):
    assert calls({}, dict(STATE)) == []


def test_only_the_settings_that_differ_are_sent(zips):
    assert calls({}, {"TracingConfig/Mode": "Active", "Handler": "app.handler"}) == [
        (CONFIGURATION, {**SAME, "TracingConfig": {"Mode": "Active"}})
    ]
    assert calls({}, {"Handler": "other.handler"}) == [
        (CONFIGURATION, {**SAME, "Handler": "other.handler"})
    ]


def test_code_goes_before_settings(zips):
    shas, contents = zips
    want = {"CodeSha256": shas["new"], "Handler": "other.handler", "TracingConfig/Mode": "Active"}
    assert calls({"CodeSha256": shas["old"]}, want) == [
        (CODE, {**SAME, "Architectures": ["x86_64"], "ZipFile": contents["new"]}),
        (
            CONFIGURATION,
            {**THEN, "Handler": "other.handler", "TracingConfig": {"Mode": "Active"}},
        ),
    ]


def test_a_new_runtime_goes_before_the_code_that_needs_it(zips):
    shas, contents = zips
    want = {"CodeSha256": shas["new"], "Runtime": "python3.13"}
    assert calls({"CodeSha256": shas["old"]}, want) == [
        (CONFIGURATION, {**SAME, "Runtime": "python3.13"}),
        (CODE, {**THEN, "Architectures": ["x86_64"], "ZipFile": contents["new"]}),
    ]


def test_another_processor_gets_the_code_again(zips):
    shas, contents = zips
    assert calls({"CodeSha256": shas["old"]}, {"Architectures": ["arm64"]}) == [
        (CODE, {**SAME, "Architectures": ["arm64"], "ZipFile": contents["old"]})
    ]


def test_code_that_was_put_into_s3_is_taken_from_there(zips):
    shas, _ = zips
    function_code.note_upload(shas["new"], "zips", "there.zip")
    assert calls({"CodeSha256": shas["old"]}, {"CodeSha256": shas["new"]}) == [
        (
            CODE,
            {**SAME, "Architectures": ["x86_64"], "S3Bucket": "zips", "S3Key": "there.zip"},
        )
    ]


FORMAT, APPLICATION, SYSTEM = (
    f"LoggingConfig/{name}" for name in ("LogFormat", "ApplicationLogLevel", "SystemLogLevel")
)
TEXT = {FORMAT: "Text", APPLICATION: None, SYSTEM: None}
JSON = {FORMAT: "JSON", APPLICATION: "INFO", SYSTEM: "INFO"}
IN_JSON = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


@pytest.mark.parametrize(
    ("shown", "before", "want", "sent"),
    [
        ({"LogFormat": "Text"}, TEXT, JSON, IN_JSON),
        # AWS takes no level with Text, and an undo names none.
        (IN_JSON, JSON, TEXT, {"LogFormat": "Text"}),
        (IN_JSON, JSON, {APPLICATION: "DEBUG"}, {**IN_JSON, "ApplicationLogLevel": "DEBUG"}),
    ],
)
def test_the_log_format_is_sent_whole_and_with_the_group_that_is_there(shown, before, want, sent):
    raw = {"RevisionId": "r1", "LoggingConfig": {**shown, "LogGroup": "/their/own"}}
    (call,) = FUNCTION.calls(Reading({**STATE, **before}, {"raw": raw}), want)
    assert (call.operation, call.params) == (
        CONFIGURATION,
        {**SAME, "LoggingConfig": {**sent, "LogGroup": "/their/own"}},
    )


def test_a_level_that_somebody_changed_keeps_its_format():
    assert set(FUNCTION.inseparable(FORMAT)) == {APPLICATION, SYSTEM}
    assert FUNCTION.inseparable(SYSTEM) == (FORMAT,)


class OfTheirs:
    """GetFunction of a function whose zip is encrypted with somebody's own key."""

    def __init__(self, sha256, key):
        self.answer = {"Configuration": {"CodeSha256": sha256}, "Code": key}

    def get(self, service, operation, **params):
        assert (service, operation, params) == ("lambda", "GetFunction", THEN)
        return self.answer


@pytest.mark.parametrize("key", [{}, {"SourceKMSKeyArn": "arn:aws:kms:eu-west-1:1:key/k"}])
def test_new_code_is_encrypted_with_the_key_of_the_old(zips, key):
    shas, contents = zips
    have = Reading({**STATE, "CodeSha256": shas["old"]}, {"raw": {}})
    want = {"CodeSha256": shas["new"]}
    facts = FUNCTION.save(OfTheirs(shas["old"], key), have, want)
    (call,) = FUNCTION.calls(Reading(have.state, {**have.facts, **facts}), want)
    sent = {**THEN, "Architectures": ["x86_64"], "ZipFile": contents["new"]}
    assert call.params == {**sent, **key}


PLAIN, GENERATED = "app.handler", "dragonctl_tracing/app.handler"
HELD = {"plain": {PLAIN}, "traced": {PLAIN, GENERATED}}


@pytest.mark.parametrize("runtime", [{}, {"Runtime": "python3.13"}])
@pytest.mark.parametrize("now", ["plain", "traced"])
@pytest.mark.parametrize("then", ["plain", "traced"])
def test_between_any_two_calls_the_code_holds_the_handler(zips, now, then, runtime):
    """Whatever is cut off, callers get an answer: traced code holds both handlers, plain one."""
    shas, _ = zips
    handlers = {"plain": PLAIN, "traced": GENERATED}
    want = {"CodeSha256": shas["new"], "Handler": handlers[then], **runtime}
    code, handler = HELD[now], handlers[now]
    made = calls({"CodeSha256": shas["old"], "Handler": handler}, want)
    for operation, params in made:
        code = HELD[then] if operation == CODE else code
        handler = params.get("Handler", handler)
        assert handler in code
    assert handler == handlers[then]
    apart = runtime and (now, then) == ("plain", "traced")  # runtime, code, handler
    assert len(made) == 1 + bool(runtime or now != then) + bool(apart)
