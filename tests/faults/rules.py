"""What can go wrong with one AWS call, and for which calls it shall.

A :class:`Fault` says what goes wrong; a :class:`Rule` for which calls. Texts and codes are those
recorded from AWS (``docs/aws-notes.md``), each in the shape of the service's own protocol.
"""

from __future__ import annotations

import math
import re
import threading
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.faults.protocols import ACCOUNT, Answer, Operation, Request, action_name, error_answer
from tests.hurry import TIMES


@dataclass(frozen=True)
class Fault:
    """``kind`` names what goes wrong; ``seconds`` how long a silence or a "not yet" lasts.

    ``until-a-write`` is a silence that ends when a write comes, or at last after ``seconds``.
    """

    kind: str
    seconds: float = 0.0


FAULTS: dict[str, Fault] = {
    kind: Fault(kind, seconds)
    for kind, seconds in {
        "kill-before": 0.0,  # the client dies, the call never reaches AWS
        "kill-after": 0.0,  # the client dies, the call took effect, nobody read the answer
        "cut-before": 0.0,
        "cut-after": 0.0,
        "500": 0.0,
        "503": 0.0,
        "429": 0.0,  # the service's own throttling code
        "bare-429": 0.0,  # no modelled code, as API Gateway's edge sends it
        "conflict": 0.0,  # the service's own code for a concurrent change
        "ConflictException": 0.0,
        "ResourceConflictException": 0.0,
        "access-denied": 0.0,
        "expired-token": 0.0,
        "not-done": 0.0,  # an emulator does not know the operation
        "wrong-clock": 0.0,  # the request's date is an hour off
        "malformed": 0.0,  # took effect; the answer is not what the protocol promises
        "no-effect": 0.0,  # answered 200, and nothing came of it
        "silence": 10.0,  # answered, but late
        "not-yet": 10.0 / TIMES,  # IAM has not told the other service yet; commands wait hurried
        "never": math.inf,  # the same words, and no wait will help
    }.items()
}
"""Every fault by its name."""

ALWAYS = math.inf


@dataclass
class Rule:
    """Inflict ``fault`` on calls of ``service`` and ``operation`` (``*`` as in file names).

    ``nth`` is the first matching call that is hit, counted from 1 (0: the first), ``times`` how
    many from there on. ``writes`` True or False narrows to writes or reads. A "not yet" hits
    every matching call until ``fault.seconds`` have gone by since the first.
    """

    fault: Fault
    service: str = "*"
    operation: str = "*"
    nth: int = 1
    times: float = 1
    writes: bool | None = None
    seen: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)
    started: float | None = field(default=None, init=False)

    def strikes(self, operation: Operation, now: float) -> bool:
        """Count the call; True when this one is to fail."""
        if not self._matches(operation):
            return False
        self.seen += 1
        struck = self.seen >= self.nth and self._still(now)
        self.hits += struck
        return struck

    def _matches(self, operation: Operation) -> bool:
        return (
            fnmatchcase(operation.service, self.service)
            and fnmatchcase(operation.name, self.operation)
            and self.writes in {None, operation.is_write}
        )

    def _still(self, now: float) -> bool:
        if self.fault.kind in {"not-yet", "never"}:
            self.started = now if self.started is None else self.started
            return now - self.started < self.fault.seconds
        return self.seen < self.nth + self.times


@dataclass
class Bucket:
    """A token bucket: ``rate`` calls a second, ``burst`` at once. Safe between threads."""

    rate: float
    burst: float
    level: float = field(default=-1.0, init=False)
    last: float = field(default=0.0, init=False)
    lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def take(self, now: float | None = None) -> bool:
        """Whether one more call is allowed at ``now`` (seconds, monotonic)."""
        now = time.monotonic() if now is None else now
        with self.lock:
            full = self.level < 0
            self.level = (
                self.burst if full else min(self.burst, self.level + (now - self.last) * self.rate)
            )
            self.last = now
            allowed = self.level >= 1
            self.level -= allowed
            return allowed


def api_gateway_limits() -> dict[str, Bucket]:
    """API Gateway's control-plane quotas, per account (AWS: Amazon API Gateway quotas)."""
    return {
        "*": Bucket(10, 40),
        "UpdateAccount": Bucket(1 / 20, 1),
        "CreateDeployment": Bucket(1 / 5, 1),
        "GetResources": Bucket(5 / 2, 5),
        "CreateResource": Bucket(5, 5),
        "DeleteResource": Bucket(5, 5),
        "PutRestApi": Bucket(1, 1),
        "CreateRestApi": Bucket(1 / 3, 1),
        "ImportRestApi": Bucket(1 / 3, 1),
        "DeleteRestApi": Bucket(1 / 30, 1),
    }


THROTTLING = {
    "apigateway": (429, "TooManyRequestsException", "Too Many Requests"),
    "lambda": (429, "TooManyRequestsException", "Rate exceeded"),
    "xray": (429, "ThrottledException", "Rate exceeded"),
    "iam": (400, "Throttling", "Rate exceeded"),
    "sts": (400, "Throttling", "Rate exceeded"),
    "s3": (503, "SlowDown", "Please reduce your request rate."),
}
CONFLICT = {
    "iam": (
        409,
        "ConcurrentModification",
        (
            "The request was rejected because multiple requests to change this object were "
            "submitted simultaneously."
        ),
    ),
    "logs": (400, "OperationAbortedException", "A conflicting operation is currently in progress"),
    "lambda": (
        409,
        "ResourceConflictException",
        (
            "The operation cannot be performed at this time. An update is in progress for "
            f"resource: arn:aws:lambda:us-east-1:{ACCOUNT}:function:it"
        ),
    ),
    "stepfunctions": (400, "ConflictException", "The state machine is being updated"),
}
CHANGE_IN_PROGRESS = (409, "ConflictException", "A previous change is still in progress")
NOT_YET = {
    "apigateway": (
        400,
        "BadRequestException",
        (
            "The role ARN does not have required permissions configured. Please grant trust "
            "permission for API Gateway and add the required role policy."
        ),
    ),
    "stepfunctions": (
        400,
        "AccessDeniedException",
        "The state machine IAM Role is not authorized to access the Log Destination",
    ),
    "lambda": (
        400,
        "InvalidParameterValueException",
        "The provided execution role does not have permissions to call PutTraceSegments on XRAY",
    ),
}
CANNOT_BE_ASSUMED = (
    400,
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
)


def answer_for(fault: Fault, operation: Operation, request: Request) -> Answer:
    """The error answer of a fault that AWS itself would send."""
    if fault.kind == "bare-429":
        return error_answer(operation, 429, "", "Too Many Requests")
    return error_answer(operation, *_error(fault, operation, request))


def _error(fault: Fault, operation: Operation, request: Request) -> tuple[int, str, str]:
    service = operation.service
    fixed = {
        "500": (500, "InternalFailure", "Internal server error"),
        "503": (503, "ServiceUnavailable", "Service Unavailable"),
        "429": THROTTLING.get(service, (400, "ThrottlingException", "Rate exceeded")),
        "conflict": CONFLICT.get(service, CHANGE_IN_PROGRESS),
        "ConflictException": CHANGE_IN_PROGRESS,
        "ResourceConflictException": CONFLICT["lambda"],
        "not-yet": _not_yet(operation),
        "never": _not_yet(operation),
        "not-done": (501, "NotImplemented", f"{operation.name} is not done here"),
        "expired-token": _expired(operation),
        "wrong-clock": _wrong_clock(operation),
        "access-denied": _denied(operation, request),
    }
    return fixed[fault.kind]


def _not_yet(operation: Operation) -> tuple[int, str, str]:
    if operation.name == "CreateFunction":
        return CANNOT_BE_ASSUMED
    return NOT_YET.get(operation.service, NOT_YET["lambda"])


def _expired(operation: Operation) -> tuple[int, str, str]:
    if operation.protocol in {"query", "rest-xml"}:
        return 403, "ExpiredToken", "The security token included in the request is expired"
    status = 400 if operation.protocol == "json" else 403
    return status, "ExpiredTokenException", "The security token included in the request is expired"


def _wrong_clock(operation: Operation) -> tuple[int, str, str]:
    times = "20261123T090000Z is now earlier than 20261123T095500Z (20261123T100000Z - 5 min.)"
    if operation.protocol == "rest-xml":
        return 403, "RequestTimeTooSkewed", "The difference between the request time and the server"
    code = "SignatureDoesNotMatch" if operation.protocol == "query" else "InvalidSignatureException"
    return 400 if operation.protocol == "json" else 403, code, f"Signature expired: {times}"


def _denied(operation: Operation, request: Request) -> tuple[int, str, str]:
    code = (
        "AccessDenied" if operation.protocol in {"query", "rest-xml"} else "AccessDeniedException"
    )
    resource = "*"
    if operation.service == "apigateway":
        path = request.path.partition("?")[0]
        resource = f"arn:aws:apigateway:{operation.region}::{path}"
    message = (
        f"User: arn:aws:iam::{ACCOUNT}:user/tester is not authorized to perform: "
        f"{action_name(operation, request.method)} on resource: {resource} because no "
        "identity-based policy allows the action"
    )
    return 400 if operation.protocol == "json" else 403, code, message


RULE = re.compile(
    r"(?P<service>[\w*?]+)\.(?P<operation>[\w*?]+)"
    r"(#(?P<nth>\d+))?(\+(?P<times>\d+|\*))?"
    r"=(?P<fault>[\w-]+)(@(?P<seconds>[\d.]+))?"
)


def parse_rule(text: str) -> Rule:
    """``iam.CreateRole#2+3=500``: the 2nd to 4th CreateRole; ``…=silence@3``: three seconds."""
    found = RULE.fullmatch(text)
    if found is None or found["fault"] not in FAULTS:
        raise ValueError(f"not a rule: {text}; faults: {', '.join(FAULTS)}")
    fault = FAULTS[found["fault"]]
    if found["seconds"]:
        fault = Fault(fault.kind, float(found["seconds"]))
    times = ALWAYS if found["times"] == "*" else float(found["times"] or 1)
    return Rule(fault, found["service"], found["operation"], int(found["nth"] or 1), times)
