"""What API Gateway's execution log says of a failure: sentences, and what each means.

The type of a gateway response decides who is meant (``response_types``); a sentence says more, or
decides where the type leaves it open. Sources: "Set up CloudWatch logging for REST APIs",
"Troubleshooting issues with REST APIs" (API Gateway developer guide), and the knowledge-center
pages that quote the log: api-gateway-403-error-lambda-authorizer,
api-gateway-mutual-tls-403-errors,
api-gateway-500-error-vpc, api-gateway-429-limit, api-gateway-internal-server-error,
api-gateway-504-errors, api-gateway-http-502-malformed-lambda.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dragonctl.telemetry.requests.why.response_types import COMPARE, Words


class Sentence(NamedTuple):
    """A sentence of the execution log and what it means."""

    form: re.Pattern[str]
    words: Words


def _sentence(form: str, *words: object) -> Sentence:
    return Sentence(re.compile(form, re.IGNORECASE), Words(*words))  # type: ignore[arg-type]


REFUSALS = (
    _sentence(
        r"Usage Plan check failed .*Key throttle limit exceeded", "limit", "throttled",
        "usage plan", "the caller's key went over the rate of its usage plan",
        "Send less and repeat with pauses, or raise the plan's rate.",
    ),
    _sentence(
        r"exceeded quota|Key quota limit exceeded|Limit Exceeded\b.*quota", "limit", "throttled",
        "quota", "the quota of the caller's key is used up",
        "Wait for its next period, or give the key a larger quota.",
    ),
    _sentence(
        r"Access denied\. Reason: ", "caller", "caller not allowed", "",
        "the client's certificate was not accepted (mutual TLS)",
        "Send a certificate that the truststore of the domain vouches for.",
    ),
    _sentence(
        r"not authorized to perform: execute-api:\w+ .*explicit deny in an? [\w ]*control policy",
        "caller", "caller not allowed", "", "a policy of the organization denies the caller",
        "Have the service or resource control policy changed.",
    ),
    _sentence(
        r"not authorized to perform: execute-api:\w+ .*permissions boundary", "caller",
        "caller not allowed", "", "the caller's permissions boundary leaves this API out",
        "Allow execute-api:Invoke in the caller's permissions boundary.",
    ),
    _sentence(
        r"not authorized to perform: execute-api:\w+ .*explicit deny", "caller",
        "caller not allowed", "", "a policy denies the caller this method",
        "Look for the Deny in the API's resource policy, and in the caller's own policies.",
    ),
    _sentence(
        r"not authorized to perform: execute-api:\w+", "caller", "caller not allowed", "",
        "no policy allows the caller this method",
        "Allow execute-api:Invoke on it in the caller's policy, or in the API's resource policy.",
    ),
    _sentence(
        r"The client is not authorized to perform this operation"
        r"|not authorized to access this resource", "authorizer", "caller not allowed", "",
        "the authorizer's policy does not let this caller in",
        "Look at the policy that the authorizer returned for this caller.",
    ),
    _sentence(
        r"token (?:has |is )?expired|security token .* is expired|expired token|Signature expired",
        "caller", "caller not allowed", "", "the caller's token has expired",
        "Sign in again, or take fresh credentials.",
    ),
    _sentence(
        r"request signature we calculated does not match|signature does not match"
        r"|not a valid key=value pair|Credential should be scoped", "caller", "caller not allowed",
        "", "the request's signature is not right",
        "Sign the request as sent: the right secret, region, host, path and time.",
    ),
    _sentence(
        r"security token included in the request is invalid", "caller", "caller not allowed", "",
        "the caller's credentials are not valid", "Sign the request with valid credentials.",
    ),
    _sentence(
        r"API Key .*not authorized|No API Key provided|Invalid API Key identifier", "caller",
        "caller not allowed", "", "the request has no API key that this stage takes",
        "Send a key of a usage plan of this stage in x-api-key.",
    ),
    _sentence(
        r"Unauthorized request", "authorizer", "caller not allowed", "",
        "the caller sent no token that is taken",
        "Send a valid token where the authorizer looks for it.",
    ),
    _sentence(
        r"Request body does not match model|Invalid request body|Request failed validation",
        "caller", "caller error", "", "the body does not fit the method's model",
        "Send a body that fits the model.",
    ),
    _sentence(
        r"Could not parse request body into json", "caller", "caller error", "",
        "the body is not JSON", "Send a body that is whole JSON.",
    ),
    _sentence(
        r"Missing required request parameters", "caller", "caller error", "",
        "the request lacks parameters that the method requires",
        "Send the parameters that the method asks for.",
    ),
    _sentence(
        r"Unsupported Media Type", "caller", "caller error", "",
        "the method has no mapping for the request's content type",
        "Send Content-Type: application/json, or a type that the method maps.",
    ),
    _sentence(
        r"Missing Authentication Token|No method found|Unable to find (?:resource|method)",
        "caller", "caller error", "",
        "no such path and method is deployed, or the request is not signed",
        "Compare method and path with what is deployed on the stage.",
    ),
)  # fmt: skip
"""Sentences about the request and who sent it."""

AUTHORIZER = (
    _sentence(
        r"Lambda (?:invocation|execution) failed with status: ?429|Rate Exceeded"
        r"|TooManyRequests", "authorizer", "throttled", "function concurrency",
        "the authorizer's function was throttled: too many ran at once for its concurrency",
        "Cache the authorizer's answers, or raise its function's concurrency.",
    ),
    _sentence(
        r"Invalid permissions on Lambda function|not authorized to perform: lambda:InvokeFunction",
        "authorizer", "gateway not allowed", "",
        "API Gateway may not call the authorizer's function",
        "Allow apigateway.amazonaws.com to invoke it (lambda add-permission).",
    ),
    _sentence(
        r"due to customer function error: .*Task timed out|Authorizer.*timed? ?out"
        r"|Execution failed due to a timeout", "authorizer", "timeout", "",
        "the authorizer did not answer in time", "Find out what its function waits for.",
    ),
    _sentence(
        r"Authorizer error: .*customer function error|Execution failed due to an? authorizer error"
        r"|due to customer function error", "authorizer", "authorizer failed", "",
        "the authorizer's function failed", "Read the authorizer's own log.",
    ),
    _sentence(
        r"Invalid permissions in policy|Invalid policy|policy (?:document|output)|Unable to parse"
        r"|Invalid JSON in response|principalId|Authorizer response.*(?:invalid|too large)"
        r"|exceeds? the (?:maximum|limit)|Malformed",
        "authorizer", "bad answer", "", "the authorizer's answer is not a policy that is taken",
        "Return principalId and a policyDocument with Allow or Deny.",
    ),
    _sentence(
        r"does not have permission to assume the provided role", "authorizer", "role not allowed",
        "", "API Gateway may not assume the authorizer's role",
        "Let apigateway.amazonaws.com assume that role.",
    ),
    _sentence(
        r"Function not found|Invalid function ARN|Invalid ARN|Authorizer error", "authorizer",
        "authorizer failed", "", "API Gateway could not use the authorizer",
        "Look at the authorizer's settings: its function, permission and role, and its answer.",
    ),
)  # fmt: skip
"""Sentences about an authorizer, where one was at work or is known to have failed."""

_ENDPOINT = "Look at the address, certificate and network of the integration's endpoint."

INTEGRATION = (
    _sentence(
        r"Invalid permissions on Lambda function|not authorized to perform: lambda:InvokeFunction",
        "integration", "gateway not allowed", "", "API Gateway may not call the function",
        "Allow apigateway.amazonaws.com to invoke it (lambda add-permission).",
    ),
    _sentence(
        r"does not have permission to assume the provided role|Cross-account pass role",
        "integration", "role not allowed", "", "API Gateway may not assume the integration's role",
        "Let apigateway.amazonaws.com assume the role that the integration names.",
    ),
    _sentence(
        r"Lambda invocation failed with status:? 429|Rate Exceeded|TooManyRequestsException"
        r"|ConcurrentInvocationLimitExceeded", "integration", "throttled", "function concurrency",
    ),
    _sentence(
        r"unable to decrypt the environment variables|KMS Exception|KMSAccessDenied", "function",
        "role not allowed", "",
        "Lambda may not decrypt the function's environment: its key refused its role",
        "Allow kms:Decrypt on that key to the function's role.",
    ),
    _sentence(
        r"The role defined for the function cannot be assumed by Lambda", "function",
        "role not allowed", "", "Lambda may not assume the function's role",
        "Give the function a role that exists and that lambda.amazonaws.com may assume.",
    ),
    _sentence(
        r"function is currently in the following state|ResourceNotReady|CodeArtifact\w*Exception"
        r"|EFS\w+Exception|ENI\w*Exception|SubnetIPAddressLimit|InvalidRuntime|InvalidSecurityGroup"
        r"|InvalidSubnet|InvalidZipFile|SnapStart\w*Exception", "function", "cannot start", "",
        "the function is not ready to run", "Wait until its state is Active; look at its reason.",
    ),
    _sentence(
        r"Function not found", "integration", "configuration", "",
        "the function that the integration names does not exist",
        "Let the integration name a function that exists, and deploy the API.",
    ),
    _sentence(
        r"Response payload size exceeded", "function", "data limit", "",
        "the function's answer is larger than Lambda passes on (6 MB)",
        "Answer with less, page by page, or with a link to an object in S3.",
    ),
    _sentence(
        r"due to customer function error: .*Task timed out", "function", "timeout",
    ),
    _sentence(
        r"due to customer function error: .*signal: killed", "function", "out of memory",
    ),
    _sentence(
        r"due to customer function error: .*Runtime exited", "function", "exited",
    ),
    _sentence(
        r"due to customer function error|The Lambda function returned the following error",
        "function", "exception",
    ),
    _sentence(
        r"Malformed Lambda proxy response", "integration", "bad answer", "",
        "the function's answer lacks what a proxy integration needs",
        'Return {"statusCode": 200, "body": "text"} from the function.',
    ),
    _sentence(
        r"Execution failed due to a timeout|Endpoint request timed out|request timed out",
        "integration", "timeout",
    ),
    _sentence(
        r"network error communicating with endpoint|Unable to (?:connect|resolve)"
        r"|Connection refused|Unknown ?Host|Connect(?:ion)? (?:timed out|reset)",
        "integration", "unreachable", "",
        "API Gateway could not reach the integration's endpoint", _ENDPOINT,
    ),
    _sentence(
        r"Host name '.*' does not match the certificate|certification path|SSL ?Engine|PKIX"
        r"|certificate", "integration", "configuration", "",
        "the endpoint's certificate is not one that API Gateway accepts", _ENDPOINT,
    ),
    _sentence(
        r"VpcLink .*not available|VPC ?link", "integration", "configuration", "",
        "the integration's VPC link is not available", "Look at the VPC link's status.",
    ),
    _sentence(
        r"configuration error: There was an internal error while executing your request",
        "integration", "configuration", "",
        "API Gateway could not reach it: often a load balancer without healthy targets",
        "Look at the targets' health behind the integration, and at its VPC link.",
    ),
    _sentence(
        r"larger than allowed maximum|Body (?:size )?is too (?:long|large)", "integration",
        "data limit", "", "the answer is larger than API Gateway passes on (10 MB)",
        "Answer with less, page by page, or with a link to an object in S3.",
    ),
    _sentence(
        r"No match for output mapping|no default endpoint mapping", "mapping", "configuration", "",
        "no integration response fits what the endpoint answered",
        "Add an integration response for that status, or a default one.",
    ),
    _sentence(
        r"Unable to transform|Invalid mapping expression|Output mapping refers to an invalid"
        r"|Unable to apply|statusCode should be an integer|Unable to parse statusCode"
        r"|Velocity|template", "mapping", "configuration", "", "",
        "Correct the method's mapping, and deploy the API.",
    ),
    _sentence(
        r"Invalid endpoint address|Invalid function ARN|invalid URI|Illegal character|Invalid ARN"
        r"|Endpoint URL|Invalid URL", "integration", "configuration", "",
        "the integration's address is not right", "Correct the integration's address.",
    ),
    _sentence(
        r"Execution failed due to an internal error", "api", "internal error",
    ),
    _sentence(
        r"Lambda invocation failed with status:? (?:40[34])", "integration", "configuration", "",
        "Lambda refused API Gateway's call", COMPARE,
    ),
    _sentence(
        r"Lambda invocation failed with status", "function", "cannot start", "",
        "Lambda could not run the function", "Look at the function's state, role and settings.",
    ),
    _sentence(
        r"Execution failed due to configuration error|INTEGRATION_FAILURE", "integration",
        "configuration", "", "", COMPARE,
    ),
    _sentence(
        r"Execution failed", "integration", "configuration", "", "the integration failed", COMPARE,
    ),
)  # fmt: skip
"""Sentences about what stands behind a method. The more exact form stands first."""

QUOTED = re.compile(
    r"(?:(?:Method|Endpoint) (?:request|response) (?:headers|body|path|query string)|HTTP Method"
    r"|Endpoint request URI|Sending request|Extended Request|Starting |API Key +authorized"
    r"|Authorizer (?:request|response|result) (?:headers|body)|X-ray Tracing ID"
    r"|Verifying Usage Plan"
    r"|Using valid authorizer|Successfully completed|Usage Plan check succeeded|Received response"
    r"|AWS Integration Endpoint|Incoming (?:identity|identities)|Authorizer identities)",
    re.IGNORECASE,
)
"""Lines that hold what callers, back ends or authorizers sent, or only tell of progress."""


def say(rows: tuple[Sentence, ...], texts: list[str]) -> tuple[str, Words] | None:
    """The first row that one of the log's sentences has the form of, and that sentence."""
    for row in rows:
        for text in texts:
            if row.form.search(text):
                return text, row.words
    return None
