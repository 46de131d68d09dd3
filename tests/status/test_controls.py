"""What Security Hub and prowler say of an application: by their own rules, where these differ."""

from __future__ import annotations

import pytest

from dragonctl.status.controls import FUNCTION, GROUP, STAGE, findings
from tests.status.test_problems import function, group, machine, observed, stage

BOTH_LOG = {"*/*": {"loggingLevel": "INFO"}, "a/GET": {"loggingLevel": "ERROR"}}
ONE_LOGS = {"*/*": {"loggingLevel": "OFF"}, "a/GET": {"loggingLevel": "ERROR"}}
SEALED, PLAIN = ({"cachingEnabled": True, "cacheDataEncrypted": one} for one in (True, False))
CACHE = {"cacheClusterEnabled": True}
OTHERS_LAYER = {"Arn": "arn:aws:lambda:us-east-1:615299751070:layer:x:1"}
ARN = {"FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f"}


def verdict(controls, name, raw):
    (control,) = (one for one in controls if name in one.ids)
    return control.judge(raw)


@pytest.mark.parametrize(
    ("controls", "name", "raw", "met"),
    [
        (STAGE, "APIGateway.1", {"methodSettings": BOTH_LOG}, True),
        (STAGE, "APIGateway.1", {"methodSettings": ONE_LOGS}, False),
        (STAGE, "APIGateway.1", {}, False),
        (STAGE, "apigateway_restapi_logging_enabled", {"methodSettings": ONE_LOGS}, True),
        (STAGE, "APIGateway.5", {**CACHE, "methodSettings": {"a": SEALED, "b": PLAIN}}, False),
        (STAGE, "APIGateway.5", {**CACHE, "methodSettings": {"a": SEALED}}, True),
        (
            STAGE,
            "apigateway_restapi_cache_encrypted",
            {"methodSettings": {"a": SEALED, "b": PLAIN}},
            True,
        ),
        (STAGE, "apigateway_restapi_cache_encrypted", {"methodSettings": {"b": PLAIN}}, False),
        (STAGE, "apigateway_restapi_cache_encrypted", {}, None),
        (GROUP, "CloudWatch.16", {"retentionInDays": None}, True),
        (GROUP, "CloudWatch.16", {"retentionInDays": 365}, True),
        (GROUP, "CloudWatch.16", {"retentionInDays": 30}, False),
        (FUNCTION, "Lambda.7", {"TracingConfig": {"Mode": "PassThrough"}}, False),
        (FUNCTION, "Lambda.1", ARN, None),
        (FUNCTION, "awslambda_function_using_cross_account_layers", ARN, True),
        (
            FUNCTION,
            "awslambda_function_using_cross_account_layers",
            {**ARN, "Layers": [OTHERS_LAYER]},
            False,
        ),
    ],
)
def test_each_is_judged_by_its_own_rule(controls, name, raw, met):
    assert verdict(controls, name, raw) is met


def test_what_is_not_met_names_the_command_or_why_there_is_none():
    log_group = "/aws/lambda/work"
    seen = observed(
        stages=[stage(tracingEnabled=False)],
        functions=[function()],
        machines=[machine("OFF")],
        readings={log_group: group(30)},
    )
    found = {(one.control, one.resource): one for one in findings(seen)}
    setup = "dragonctl setup-observability"
    kept = found["CloudWatch.16", f"logs-group/{log_group}"]
    assert (kept.met, kept.fix) == (False, f"{setup} --retention 365")
    traced = found["APIGateway.3", "apigateway-stage/a1/prod"]
    assert (traced.met, traced.fix) == (False, f"{setup} --stage prod")
    assert found["Lambda.7", "lambda-function/work"].met is True
    silent = {
        one.control for one in found.values() if one.met is not True and not one.fix + one.why
    }
    assert silent == set()
    assert found["APIGateway.2", "apigateway-stage/a1/prod"].why
    assert found["Lambda.1", "lambda-function/work"].met is None
