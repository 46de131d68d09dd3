"""Sentences for people, made from the words of a verdict."""

from __future__ import annotations

from dragonctl.telemetry.requests.why.model import FailedPart, Kind, Part

_OF_KIND: dict[Kind, str] = {
    "caller not allowed": "the caller was not let in",
    "role not allowed": "its role may not do what it needs",
    "gateway not allowed": "API Gateway may not call it",
    "caller error": "the request is not what the API takes",
    "blocked": "the request was blocked",
    "throttled": "it was throttled",
    "timeout": "it did not answer in time",
    "exception": "it raised an exception",
    "out of memory": "it ran out of memory",
    "cannot start": "it could not be started",
    "exited": "its process ended before it answered",
    "unreachable": "it could not be reached",
    "configuration": "its settings are wrong",
    "bad answer": "its answer is not one that API Gateway takes",
    "backend status": "it answered with an error of its own",
    "authorizer failed": "the authorizer itself failed",
    "definition": "its definition does not fit its data",
    "failed on purpose": "it ended the execution on purpose",
    "data limit": "it handed over more data than is allowed",
    "aborted": "it was stopped",
    "internal error": "AWS reports an internal error",
    "unclear": "the answer was an error, and nothing says more",
}
_OF_PART: dict[tuple[Part, Kind], str] = {
    ("function", "exception"): "the function raised an exception",
    ("function", "timeout"): "the function ran out of time",
    ("function", "unreachable"): "something that the function calls could not be reached",
    ("state", "exception"): "it failed because what it calls failed",
    ("state", "timeout"): "the state ran out of time",
    ("state-machine", "timeout"): "the execution ran out of time",
    ("state-machine", "exception"): "the execution failed",
    ("state-machine", "aborted"): "the execution was stopped",
    ("integration", "timeout"): "the integration did not answer in time",
    ("mapping", "configuration"): "a mapping of the method cannot be applied",
    ("limit", "throttled"): "the request went over a limit",
    ("downstream", "exception"): "a call to it failed",
}
_REMEDIES: dict[Kind, str] = {
    "timeout": "Find out what it waits for, or give it more time.",
    "out of memory": "Give the function more memory, or let it hold less.",
    "exited": "Find out from the lines before why its process ended.",
    "unreachable": "Look at its address, and at the network between: security groups, routes, DNS.",
    "data limit": "Hand over a reference (to an object in S3, say) in place of the data.",
    "internal error": "Repeat the request; tell AWS support if it stays.",
    "definition": "Correct the state's definition, or what it is given.",
}
_OF_CODE = "Correct the function's code"
_REMEDIES_OF_PART: dict[tuple[Part, Kind], str] = {
    ("function", "timeout"): "Find out what the function waits for, or raise its time-out.",
    ("function", "exception"): _OF_CODE,
    ("function", "cannot start"): "Correct the function's package or its handler setting",
    ("function", "backend status"): "The function's lines say why it answers so.",
    ("integration", "backend status"): "Look there: API Gateway passed its answer on.",
    ("integration", "timeout"): "Find out what it waits for, or raise the integration's time-out.",
    ("state", "exception"): "Fix what the state calls, or let the state retry or catch the error.",
    ("state", "backend status"): "Look there: the state received its answer.",
    ("state-machine", "timeout"): "Find out what it waits for, or raise TimeoutSeconds.",
    ("api", "unclear"): "The execution log would say more: set its level to INFO.",
    ("integration", "unclear"): "The execution log would say more: set its level to INFO.",
}


def meaning(finding: FailedPart) -> str:
    """What a finding says, as a clause."""
    if finding.says:
        return finding.says
    if finding.kind == "throttled" and finding.by:
        return _throttled(finding.part, finding.by)
    return _OF_PART.get((finding.part, finding.kind)) or _OF_KIND[finding.kind]


def _throttled(part: Part, by: str) -> str:
    if by == "function concurrency":
        who = "a function that it calls" if part == "function" else "the function"
        return f"{who} was throttled: too many ran at once for its concurrency"
    if by == "a service":
        return f"a service that the {part} calls throttled it"
    return f"{SERVICES.get(by, by)} throttled it"


SERVICES = {
    "dynamodb": "DynamoDB", "kinesis": "Kinesis", "firehose": "Firehose", "sqs": "SQS",
    "sns": "SNS", "bedrock": "Bedrock", "ssm": "Systems Manager",
    "secrets manager": "Secrets Manager", "kms": "KMS", "step functions": "Step Functions",
    "s3": "S3", "eventbridge": "EventBridge",
    "ses": "SES", "cognito": "Cognito", "textract": "Textract", "sagemaker": "SageMaker",
}  # fmt: skip
"""What people call a service that a verdict names."""


def remedy(finding: FailedPart) -> str:
    """What to do about a finding; without the words about who manages the part."""
    if finding.remedy:
        return finding.remedy
    if finding.kind == "throttled":
        return _patience(finding.by)
    known = _REMEDIES_OF_PART.get((finding.part, finding.kind)) or _REMEDIES.get(finding.kind)
    return known or "Read its lines."


def _patience(by: str) -> str:
    if by == "function concurrency":
        return "Send fewer at once, or raise the function's reserved or the account's concurrency."
    service = SERVICES.get(by, "the service")
    return f"Send less, retry with growing pauses, or raise the limit of {service}."
