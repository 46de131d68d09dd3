"""API Gateway's own words: which part they mean, and whose answer an error was."""

import json

import pytest

from dragonctl.telemetry.requests.why.response_types import TYPES
from tests.aws.models import service_model
from tests.telemetry.requests.why.world import (
    ANSWERED,
    CALL,
    FUNCTION_FAILED,
    INVOKE,
    REQUEST,
    access,
    call,
    gateway,
    shop,
    told,
    why,
)


def test_every_type_of_gateway_response_that_aws_has_is_known():
    model = service_model("apigateway")
    assert set(TYPES) == set(model.shape_for("GatewayResponseType").enum)


def answered(kind, status, *sentences):
    told = f"Gateway response type: {kind} with status code: {status}"
    return gateway(
        "Starting execution", *sentences, told, f"Method completed with status: {status}"
    )


_CONFIGURATION = "Execution failed due to configuration error: "
_NOT_AUTHORIZED = (
    "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:x"
)
_KEY = "API Key ***abc in API Stage a/test exceeded quota: Key quota limit exceeded"
_RATE = (
    "Usage Plan check failed for API Key ***abc: Key throttle limit exceeded for Usage Plan ID p"
)
_KMS = "Lambda was unable to decrypt the environment variables because KMS access was denied."
_ASSUME = "API Gateway does not have permission to assume the provided role"
_NETWORK = "Execution failed due to a network error communicating with endpoint"
_BUSY = f"Lambda invocation failed with status: 429. Lambda request id: {CALL}"
_BUSY_BY = "throttled by function concurrency"

# Sentences as the API Gateway developer guide and AWS's knowledge center quote them.
CASES = [
    ("ACCESS_DENIED", 403, "", "caller", "caller not allowed"),
    ("ACCESS_DENIED", 403, "The client is not authorized to perform this operation.",
     "authorizer", "caller not allowed"),
    ("ACCESS_DENIED", 403, _NOT_AUTHORIZED, "caller", "caller not allowed"),
    ("ACCESS_DENIED", 403, f"{_NOT_AUTHORIZED} with an explicit deny", "caller",
     "caller not allowed"),
    ("ACCESS_DENIED", 403, "Access denied. Reason: self signed certificate", "caller",
     "caller not allowed"),
    ("EXPIRED_TOKEN", 403, "", "caller", "caller not allowed"),
    ("INVALID_API_KEY", 403, "", "caller", "caller not allowed"),
    ("UNAUTHORIZED", 401, f"Unauthorized request: {REQUEST}", "authorizer", "caller not allowed"),
    ("AUTHORIZER_FAILURE", 500, "", "authorizer", "authorizer failed"),
    ("AUTHORIZER_CONFIGURATION_ERROR", 500,
     f"{_CONFIGURATION}Invalid permissions on Lambda function", "authorizer",
     "gateway not allowed"),
    ("AUTHORIZER_CONFIGURATION_ERROR", 500, _BUSY, "authorizer", _BUSY_BY),
    ("BAD_REQUEST_BODY", 400, "Request body does not match model schema", "caller", "caller error"),
    ("BAD_REQUEST_PARAMETERS", 400, "", "caller", "caller error"),
    ("MISSING_AUTHENTICATION_TOKEN", 403, "", "caller", "caller error"),
    ("REQUEST_TOO_LARGE", 413, "", "caller", "caller error"),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "", "caller", "caller error"),
    ("WAF_FILTERED", 429, "", "waf", "blocked"),
    ("THROTTLED", 503, "", "limit", "throttled"),
    ("THROTTLED", 429, _RATE, "limit", "throttled by usage plan"),
    ("QUOTA_EXCEEDED", 429, _KEY, "limit", "throttled by quota"),
    ("INTEGRATION_TIMEOUT", 504, "Execution failed due to a timeout error", "integration",
     "timeout"),
    ("INTEGRATION_FAILURE", 504, _NETWORK, "integration", "unreachable"),
    ("INTEGRATION_FAILURE", 500, f"{_CONFIGURATION}Rate Exceeded.", "integration", _BUSY_BY),
    ("API_CONFIGURATION_ERROR", 500, f"{_CONFIGURATION}Invalid permissions on Lambda function",
     "integration", "gateway not allowed"),
    ("API_CONFIGURATION_ERROR", 500, f"{_CONFIGURATION}{_ASSUME}", "integration",
     "role not allowed"),
    ("API_CONFIGURATION_ERROR", 500, f"{_CONFIGURATION}Unable to transform request", "mapping",
     "configuration"),
    ("DEFAULT_5XX", 502, f"{_CONFIGURATION}Malformed Lambda proxy response", "integration",
     "bad answer"),
    ("DEFAULT_5XX", 500, "Execution failed due to an internal error", "api", "internal error"),
    ("DEFAULT_5XX", 500, f"{_CONFIGURATION}{_KMS}", "function", "role not allowed"),
    ("DEFAULT_4XX", 400, "", "caller", "caller error"),
]  # fmt: skip


def judged(verdict):
    """Part and kind, with who throttled."""
    cause = verdict.cause
    return cause.part, cause.kind + (f" by {cause.by}" if cause.by else "")


@pytest.mark.parametrize(("kind", "status", "sentence", "part", "how"), CASES)
def test_the_response_s_type_decides_and_a_sentence_says_more(kind, status, sentence, part, how):
    verdict = why(shop(answered(kind, status, *([sentence] if sentence else []))))
    assert (verdict.outcome, judged(verdict)) == ("failed", (part, how))
    assert (sentence or kind) in verdict.cause.evidence


@pytest.mark.parametrize(("kind", "status", "sentence", "part", "how"), CASES)
def test_the_access_log_alone_says_the_same(kind, status, sentence, part, how):
    verdict = why(shop(access(status, errorResponseType=kind, errorMessage=sentence)))
    assert (verdict.outcome, judged(verdict)) == ("failed", (part, how))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_an_answer_of_a_back_end_is_its_own_whatever_its_status(status):
    end = f"Method completed with status: {status}"
    http = shop(
        gateway(
            "Sending request to https://orders.example/v1",
            f"Received response. Status: {status}, Integration latency: 3 ms",
            "Endpoint response body before transformations: Forbidden, Rate limit exceeded",
            end,
        )
    )
    assert told(why(http)) == (
        "failed",
        "integration",
        "https://orders.example/v1",
        "backend status",
    )
    function = shop(gateway(INVOKE, ANSWERED, end))
    assert told(why(function)) == ("failed", "function", "prices", "backend status")


def test_a_service_behind_the_method_says_itself_what_its_role_lacks():
    lacking = "is not authorized to perform: states:StartExecution on resource: arn:x"
    message = f"User: arn:aws:sts::1:assumed-role/shop/x {lacking}"
    kind = "com.amazon.coral.service#AccessDeniedException"
    body = json.dumps({"__type": kind, "message": message})
    verdict = why(
        shop(
            gateway(
                "Endpoint request URI: https://states.eu-west-1.amazonaws.com/",
                "Received response. Status: 400, Integration latency: 3 ms",
                f"Endpoint response body before transformations: {body}",
                "Execution failed due to configuration error: No match for output mapping and no"
                " default endpoint mapping configured. Endpoint Response Status Code: 400",
                "Gateway response type: API_CONFIGURATION_ERROR with status code: 500",
                "Method completed with status: 500",
            )
        )
    )
    assert (verdict.cause.part, verdict.cause.kind) == ("integration", "role not allowed")
    assert "states:StartExecution" in verdict.cause.meaning
    assert "Allow states:StartExecution on arn:x to the role shop." in verdict.cause.remedy


def test_the_function_s_own_line_is_the_cause_of_the_api_s_failure():
    fake = shop(
        gateway(INVOKE, FUNCTION_FAILED, "Method completed with status: 502"),
        access(502),
        call("[ERROR] KeyError: 'family'\nTraceback (most recent call last):"),
    )
    verdict = why(fake)
    assert told(verdict) == ("failed", "function", "prices", "exception")
    assert verdict.cause.evidence.startswith("[ERROR] KeyError: 'family'")
    assert "no other ran" in verdict.cause.adopted
    assert [item.part for item in verdict.consequences] == ["function"]
    assert verdict.next_command == f"dragonctl logs --request {REQUEST} --source functions"


def test_a_function_that_answers_500_is_explained_by_what_it_logged():
    fake = shop(
        gateway(INVOKE, ANSWERED, "Method completed with status: 500"),
        access(500),
        call('{"level":50,"msg":"no","err":{"type":"Refused","message":"402"}}'),
    )
    verdict = why(fake)
    assert told(verdict) == ("failed", "function", "prices", "exception")
    assert verdict.cause.error == "Refused"


BODY = "Endpoint response body before transformations: "
XML = "<Error><Code>{}</Code><Message>no</Message></Error>"
ANSWERS_IN_OTHER_FORMS = [
    ("s3", 404, XML.format("NoSuchKey"), "NoSuchKey", "backend status"),
    ("s3", 403, XML.format("AccessDenied"), "AccessDenied", "role not allowed"),
    ("s3", 503, XML.format("SlowDown"), "SlowDown", "throttled by s3"),
    ("sns", 403, '{"Error":{"Code":"AuthorizationError","Message":"no","Type":"Sender"}}',
     "AuthorizationError", "role not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "status", "body", "code", "how"), ANSWERS_IN_OTHER_FORMS)
def test_services_that_answer_in_xml_or_by_query_name_their_error(service, status, body, code, how):
    verdict = why(
        shop(
            gateway(
                f"Endpoint request URI: https://{service}.eu-west-1.amazonaws.com/a",
                f"Received response. Status: {status}, Integration latency: 3 ms",
                f"{BODY}{body}",
                f"Method completed with status: {status}",
            )
        )
    )
    assert judged(verdict) == ("integration", how)
    assert verdict.cause.error == code


HEADERS = "{Connection=keep-alive, x-amzn-RequestId=%s, X-Amz-Executed-Version=$LATEST}"


@pytest.mark.parametrize(
    ("whose", "error"), [("Endpoint response", "Refused"), ("Method request", "")]
)
def test_the_headers_of_lambda_s_answer_name_the_invocation_the_caller_s_do_not(whose, error):
    fake = shop(
        gateway(
            INVOKE, f"{whose} headers: {HEADERS % CALL}", ANSWERED,
            "Method completed with status: 500",
        ),
        call('{"level":50,"msg":"no","err":{"type":"Refused","message":"402"}}'),
    )  # fmt: skip
    assert why(fake).cause.error == error


def test_a_request_whose_end_is_not_there_yet_is_no_success():
    verdict = why(shop(gateway("Starting execution")))
    assert verdict.outcome == "unknown"
    assert verdict.found
    assert verdict.unseen


def test_an_execution_that_nobody_names_is_not_told_as_success():
    fake = shop(
        gateway(
            "Endpoint request URI: https://sync-states.eu-west-1.amazonaws.com/",
            ANSWERED,
            "Method completed with status: 200",
        )
    )
    verdict = why(fake)
    assert verdict.outcome == "unknown"
    assert "Step Functions" in verdict.unseen[0]


@pytest.mark.parametrize(
    ("status", "more", "part", "kind"),
    [
        (403, {"wafResponseCode": "WAF_BLOCK"}, "waf", "blocked"),
        (401, {"authorizerError": "no such key"}, "authorizer", "caller not allowed"),
        (500, {"authorizerError": "no such key"}, "authorizer", "authorizer failed"),
        (403, {}, "api", "unclear"),
        (502, {}, "integration", "unclear"),
    ],
)
def test_other_variables_of_the_access_log_tell_the_part(status, more, part, kind):
    assert judged(why(shop(access(status, **more)))) == (part, kind)
