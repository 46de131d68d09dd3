"""What AWS's services say when they refuse or throttle, and which service said it.

Sources: "Troubleshoot access denied error messages" (IAM user guide) for the words of a refusal;
the error lists of each service's API reference for the names of throttling; how an SDK names a
service in its errors: botocore, AWS SDK for JavaScript v3, Java 2.x, .NET, Go v2 and Ruby.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Refusal(NamedTuple):
    """Who may not do what on what, in AWS's words; ``because`` names the policy that decided."""

    principal: str
    action: str
    resource: str
    because: str

    @property
    def role(self) -> str:
        """The name of the role behind an assumed role's session, else the principal as it is."""
        found = re.search(r":assumed-role/([^/]+)/", self.principal)
        return found[1] if found else self.principal.rpartition("/")[2] or self.principal


_REFUSAL = re.compile(
    r"(?:User: )?(?P<principal>arn:\S+|anonymous|\S+)? ?is not authori[sz]ed to perform:? "
    r"(?P<action>[A-Za-z][\w-]*:[A-Za-z*]\w*)"
    r"(?: on (?:the )?resource:? (?P<resource>.*?))?"
    r"(?P<because> because no [^.\"\\]*| with an explicit deny[^.\"\\]*)?(?:[\"\\(\n]|$)"
)
DENIED = re.compile(
    r"(?:\w+[.#])*(?:AccessDenied(?:Exception)?|AuthorizationError(?:Exception)?"
    r"|UnauthorizedOperation|KMSAccessDeniedException|NotAuthorized|AccessDeniedFault"
    r"|Permissions)"
)
"""The names of the errors that mean: this role may not."""

_ASSUME = re.compile(
    r"authorized to assume the provided role|cannot be assumed by|is not authorized to access"
    r" this resource|The role defined for the function"
)


def refusal(text: str) -> Refusal | None:
    """The refusal that a text quotes, in AWS's form; other people's "not authorized" is none."""
    found = _REFUSAL.search(text)
    if not found:
        return None
    parts = {name: (value or "").strip() for name, value in found.groupdict().items()}
    return Refusal(parts["principal"], parts["action"], parts["resource"], parts["because"])


def is_refused(name: str, message: str) -> bool:
    """Whether an error means that a role lacks a right."""
    return refusal(message) is not None or any(map(DENIED.fullmatch, codes(name, message)))


def is_unassumable(text: str) -> bool:
    """Whether AWS says that a service may not assume a role."""
    return bool(_ASSUME.search(text))


THROTTLING = re.compile(
    r"(?:\w+[.#:]+)*(?:\w*Throttl(?:ed|ing)\w*|TooManyRequests\w*|ProvisionedThroughputExceeded\w*"
    r"|RequestLimitExceeded\w*|LimitExceededException|SlowDown|OverLimit\w*"
    r"|BandwidthLimitExceeded|ModelNotReadyException|ExecutionLimitExceeded"
    r"|ServiceQuotaExceeded\w*|TooManyUpdates|\w*ConcurrentInvocationLimit\w*)"
)
"""The names by which services say "too many": one of them is the whole name of the error."""

_CALLED = re.compile(r"An error occurred \((\w+)\) when calling the (\w+) operation")

_CODES = (
    re.compile(r"An error occurred \((\w+)\) when calling"),  # botocore
    re.compile(r"\bapi error (\w+):"),  # AWS SDK for Go v2
    re.compile(r'"__type"\s*:\s*"([^"]+)"'),  # the services' own answers
    re.compile(r"<Error>\s*(?:<Type>\w*</Type>\s*)?<Code>([\w.]+)</Code>"),  # in XML: S3, SNS, SQS
    re.compile(r'"Error"\s*:\s*\{[^{}]*?"Code"\s*:\s*"([\w.]+)"'),  # SNS, SQS, asked for JSON
)


def codes(name: str, message: str) -> list[str]:
    """The names of an error: its own, and the service's code that its words quote."""
    return [name, *(code for form in _CODES for code in form.findall(message))]


_OPERATIONS = {
    "dynamodb": "GetItem PutItem UpdateItem DeleteItem Query Scan BatchGetItem BatchWriteItem"
    " TransactGetItems TransactWriteItems ExecuteStatement",
    "kinesis": "PutRecord PutRecords GetRecords GetShardIterator DescribeStream",
    "firehose": "PutRecordBatch",
    "sqs": "SendMessage SendMessageBatch ReceiveMessage DeleteMessage ChangeMessageVisibility",
    "sns": "Publish PublishBatch",
    "bedrock": "InvokeModel InvokeModelWithResponseStream Converse ConverseStream InvokeAgent"
    " Retrieve RetrieveAndGenerate",
    "ssm": "GetParameter GetParameters GetParametersByPath PutParameter",
    "secrets manager": "GetSecretValue PutSecretValue DescribeSecret",
    "kms": "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncrypt Sign Verify",
    "step functions": "StartExecution StartSyncExecution SendTaskSuccess SendTaskFailure"
    " DescribeExecution",
    "lambda": "Invoke InvokeAsync",
    "s3": "GetObject PutObject HeadObject ListObjectsV2 ListObjects CopyObject DeleteObject",
    "eventbridge": "PutEvents",
    "ses": "SendEmail SendRawEmail SendTemplatedEmail",
    "cognito": "AdminInitiateAuth InitiateAuth AdminGetUser AdminCreateUser ListUsers SignUp",
}
"""A service -> the operations by which botocore's message betrays it."""
_OF_OPERATION = {name: service for service, text in _OPERATIONS.items() for name in text.split()}

_NAMES = {
    "dynamodb": r"dynamo ?db\w*", "kinesis": r"kinesis", "firehose": r"firehose",
    "sqs": r"sqs", "sns": r"sns", "bedrock": r"bedrock\w*", "ssm": r"ssm|simple ?systems\w*",
    "secrets manager": r"secrets ?manager", "kms": r"kms",
    "step functions": r"sfn|states|stepfunctions",
    "lambda": r"lambda", "s3": r"s3", "eventbridge": r"event ?bridge|events|cloudwatchevents",
    "ses": r"ses(?:v2)?", "cognito": r"cognito\w*", "athena": "athena", "glue": "glue",
    "textract": "textract", "sagemaker": r"sagemaker\w*", "batch": "batch", "ecs": "ecs",
}  # fmt: skip
"""A service -> the names that SDKs and Step Functions give it."""

_PLACES = tuple(
    (service, re.compile(form.replace("NAME", f"(?:{names})"), re.IGNORECASE))
    for service, names in _NAMES.items()
    for form in (
        r"\(Service: (?:Aws|Amazon)?NAME\b",  # Java, and what Step Functions quotes of it
        r"services\.NAME\.model\b",  # Java's packages
        r"@aws-sdk/client-NAME\b",  # JavaScript's packages, in stacks
        r"operation error NAME\b",  # Go
        r"\bAmazon\.NAME\.",  # .NET
        r"\bAws::NAME::Errors\b",  # Ruby
        r"^NAME\.\w+",  # Step Functions: DynamoDB.ProvisionedThroughputExceededException
        r"https?://NAME[.-][\w.-]*amazonaws\.com",
    )
)
_WORDS = (
    ("kinesis", r"Rate exceeded for (?:shard|stream)"),
    ("dynamodb", r"provisioned throughput for the table|Throughput exceeds the current "),
    ("kms", r"You have exceeded the rate at which you may call KMS"),
    ("bedrock", r"Too many (?:requests|tokens)(?: per day)?, please wait before trying again"),
    ("s3", r"Please reduce your request rate"),
    ("function concurrency", r"Rate Exceeded\.|ConcurrentInvocationLimit|InvocationRateLimit"),
)  # fmt: skip
"""Services that give themselves away by a sentence of their own."""


def service_of(name: str, message: str) -> str:
    """Which service an error is of: ``dynamodb``, ``step functions``, …; "" where nothing says."""
    whole = f"{message}\n{name}"
    for place in (name, whole):
        for service, pattern in _PLACES:
            if pattern.search(place):
                return service
    if (called := _CALLED.search(whole)) and called[2] in _OF_OPERATION:
        return _OF_OPERATION[called[2]]
    return next((service for service, words in _WORDS if re.search(words, whole)), "")


def service_named(name: str) -> str:
    """The service that X-Ray names so in a segment: ``SecretsManager``; else the name itself."""
    known = (s for s, names in _NAMES.items() if re.fullmatch(names, name, re.IGNORECASE))
    return next(known, name.lower())


def throttled_by(name: str, message: str) -> str | None:
    """Which service throttled; ``a service`` where it is not named; None: nobody throttled."""
    if not any(map(THROTTLING.fullmatch, codes(name, message))):
        return None
    service = service_of(name, message)
    return "function concurrency" if service == "lambda" else service or "a service"
