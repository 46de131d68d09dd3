"""What failing looks like in each log: phrases of API Gateway, Lambda and Step Functions.

Sources: the gateway response types and the troubleshooting pages of the API Gateway developer
guide; Lambda's runtime messages; Step Functions' history event types and error names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Part = Literal[
    "authorizer", "request", "mapping", "integration", "state", "function", "time-out", "throttle"
]


@dataclass(frozen=True, slots=True)
class Symptom:
    """A phrase in a log, the part of the request that it convicts, and what it means.

    ``rank`` orders several symptoms of one request: the deeper part is the cause, the rest are
    what its failure did to the parts above it.
    """

    phrase: re.Pattern[str]
    part: Part
    meaning: str
    remedy: str
    rank: int


def _symptom(phrase: str, part: Part, meaning: str, remedy: str, rank: int) -> Symptom:
    return Symptom(re.compile(phrase, re.IGNORECASE), part, meaning, remedy, rank)


GATEWAY = (
    _symptom(
        r"Endpoint request timed out|Execution failed due to a timeout|INTEGRATION_TIMEOUT",
        "time-out", "the integration did not answer in time",
        "Make the function faster, or raise the integration's time-out.", 6,
    ),
    _symptom(
        r"Invalid permissions on Lambda function",
        "integration", "API Gateway may not call the function",
        "Allow apigateway.amazonaws.com to invoke it (lambda add-permission), or give the"
        " integration a role that may.", 7,
    ),
    _symptom(
        r"API Gateway does not have permission to assume the provided role",
        "integration", "API Gateway may not assume the integration's role",
        "Let apigateway.amazonaws.com assume the role that the integration names.", 7,
    ),
    _symptom(
        r"Malformed Lambda proxy response",
        "integration", "the function's answer lacks what a proxy integration needs",
        'Return {"statusCode": 200, "body": "text"} from the function.', 7,
    ),
    _symptom(
        r"Unable to transform (?:request|response)|Invalid mapping expression"
        r"|Output mapping refers to an invalid|Unable to apply (?:template|mapping)",
        "mapping", "a mapping template failed",
        "Correct the method's mapping template and deploy the API.", 7,
    ),
    _symptom(
        r"Request body does not match model|BAD_REQUEST_BODY|BAD_REQUEST_PARAMETERS"
        r"|Missing required request parameters|Invalid request body",
        "request", "the request does not pass the method's validator",
        "Send what the method's model and parameters ask for.", 7,
    ),
    _symptom(
        r"UNSUPPORTED_MEDIA_TYPE|Unsupported Media Type",
        "mapping", "no mapping template exists for the request's content type",
        "Send Content-Type: application/json, or add a template for this type.", 7,
    ),
    _symptom(
        r"(?:throttle|quota|rate) limit exceeded|THROTTLED\b|QUOTA_EXCEEDED|Limit Exceeded"
        r"|status(?: code)?: 429",
        "throttle", "the request went over a rate limit or a quota",
        "Wait and repeat, or raise the limit of the usage plan, the method or the account.", 7,
    ),
    _symptom(
        r"AUTHORIZER_FAILURE|AUTHORIZER_CONFIGURATION_ERROR|Authorizer error"
        r"|due to an authorizer error",
        "authorizer", "the authorizer itself failed",
        "Read the authorizer's own log; it must answer with a policy.", 7,
    ),
    _symptom(
        r"MISSING_AUTHENTICATION_TOKEN|Missing Authentication Token",
        "request", "no such path and method is deployed, or the request is not signed",
        "Compare the path with the API's resources; deploy the API if they are new.", 4,
    ),
    _symptom(
        r"Unauthorized request|UNAUTHORIZED\b|ACCESS_DENIED|EXPIRED_TOKEN|INVALID_SIGNATURE"
        r"|INVALID_API_KEY|not authorized to (?:perform|access)"
        r"|Forbidden",
        "authorizer", "the caller was not let in",
        "Send the token, key or signature that the method asks for.", 4,
    ),
    _symptom(
        r"customer function error|Lambda invocation failed|LAMBDA_.*ERROR",
        "function", "the function failed",
        "Read the function's own log lines.", 5,
    ),
    _symptom(
        r"AccessDeniedException|is not authorized to perform",
        "integration", "the service behind the integration refused API Gateway's role",
        "Give the integration's role the right that the line names.", 6,
    ),
    _symptom(
        r"Execution failed|API_CONFIGURATION_ERROR|INTEGRATION_FAILURE",
        "integration", "the integration failed",
        "Compare the integration's settings with what its service expects.", 3,
    ),
    _symptom(
        r"(?:Method completed with status|Endpoint response.*status|status code): 5\d\d",
        "integration", "the integration answered with an error",
        "Read the endpoint response in the lines of this request.", 2,
    ),
    _symptom(
        r"(?:Method completed with status|status code): 4\d\d",
        "request", "API Gateway refused the request",
        "Read the lines of this request.", 1,
    ),
)  # fmt: skip

FUNCTION = (
    _symptom(
        r"Task timed out after|\bStatus: timeout|, timeout$",
        "time-out", "the function ran out of time",
        "Raise the function's time-out, or find in its trace what it waits for.", 10,
    ),
    _symptom(
        r"Runtime exited with error: signal: killed|OutOfMemory|MemoryError",
        "function", "the function ran out of memory",
        "Raise the function's memory.", 10,
    ),
    _symptom(
        r"Unable to import module|Runtime\.ImportModuleError|Runtime\.HandlerNotFound",
        "function", "the function's package lacks its handler or a module",
        "Deploy it again: dragonctl deploy-function.", 10,
    ),
    _symptom(
        r"Rate Exceeded|TooManyRequestsException|Throttling",
        "throttle", "a service that the function calls throttled it",
        "Slow down or raise that service's limit.", 9,
    ),
    _symptom(
        r"^\[ERROR\]|\"errorType\"|Traceback \(most recent call last\)|errorMessage"
        r"|\bStatus: (?:error|failure)|, (?:error|failure)$",
        "function", "the function raised an exception",
        "Correct the function and deploy it: dragonctl deploy-function.", 8,
    ),
)  # fmt: skip

STATES = (
    _symptom(
        r"^ExecutionTimedOut|States\.Timeout|TimedOut\b",
        "time-out", "the execution or one of its states ran out of time",
        "Raise TimeoutSeconds, or find out what the state waits for.", 5,
    ),
    _symptom(
        r"Lambda\.TooManyRequestsException|States\.Throttled|ThrottlingException",
        "throttle", "a state's service throttled it",
        "Add a Retry with BackoffRate to the state.", 6,
    ),
    _symptom(
        r"Failed .*(?:is not authorized to perform|AccessDenied)",
        "state", "the machine's role may not do what a state needs",
        "Give the role the right that the line names.", 6,
    ),
    _symptom(
        r"^(?:Task|LambdaFunction|Activity|MapRun|MapIteration|Execution|ChoiceState|FailState)"
        r"\w*(?:Failed|Aborted)",
        "state", "a state failed",
        "Add a Catch or a Retry for the error to the state, or mend what it calls.", 4,
    ),
)  # fmt: skip

NOT_TOLD = re.compile(
    r"(?:Method request|Endpoint request|Endpoint response headers|Method response headers|API Key"
    r"|Sending request|HTTP Method|Extended Request|Starting execution)\b"
)
"""Lines of an execution log that hold what callers sent: whatever stands there convicts nobody."""

BODY = re.compile(r"(?:Endpoint|Method) response body")
"""Lines that hold an answer: they explain a failure that another line tells, and tell none."""

OF_SOURCE = {"api": GATEWAY, "functions": FUNCTION, "state-machines": STATES}


def diagnose(source: str, text: str) -> Symptom | None:
    """The gravest symptom that a line of this source shows, or None."""
    if source == "api" and NOT_TOLD.match(text):
        return None
    found = [item for item in OF_SOURCE.get(source, ()) if item.phrase.search(text)]
    return max(found, key=lambda item: item.rank, default=None)
