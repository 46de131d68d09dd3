"""What an error of AWS means for the call that met it: again, not yet, look first, or the end.

The symptoms are data, matched by exact code and phrase as AWS has been recorded to send them
(``docs/aws-notes.md``). Every wait has a cap, because the phrase of "not yet" is also the phrase
of "never".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from dragonctl.aws.credentials import CLOCK_PHRASES, CODE, EXPIRED, UNKNOWN_KEYS
from dragonctl.errors import LOST, ODD, UNREACHABLE, UNREADABLE, UNWRITABLE, AwsError, DragonError

_Read = TypeVar("_Read")


class Meaning(Enum):
    """What to do about an error."""

    REPEAT = "nothing happened; the same call again, later"
    UNKNOWN = "it may have happened; a repeatable call again, another only after a look"
    LOOK = "somebody changed it, or is changing it; read again and think again"
    END = "no use trying"


@dataclass(frozen=True)
class Symptom:
    """An error that has a known meaning.

    ``codes`` and ``phrase`` must match (an empty one matches all); ``reason`` is what a person is
    told while waiting; waits grow from ``first`` to ``longest`` seconds, are never shorter than
    ``least``, and end after ``cap`` seconds in all; ``explain`` is added when the cap is reached.
    """

    meaning: Meaning
    reason: str
    codes: tuple[str, ...] = ()
    phrase: str = ""
    operation: str = ""
    first: float = 0.5
    least: float = 0.0
    longest: float = 10.0
    cap: float = 60.0
    explain: str = ""

    def matches(self, error: AwsError) -> bool:
        """Whether this is that error."""
        return (
            (not self.codes or error.code in self.codes)
            and (not self.operation or error.operation == self.operation)
            and self.phrase in error.sentence
        )


_ROLE_NEW = (
    "Either the role is too new for AWS to know it everywhere (then the same command succeeds in"
    " a minute), or its trust or rights really are not enough (then {what})."
)
_ACCOUNT_ROLE: dict[str, Any] = {
    "meaning": Meaning.REPEAT,
    "reason": "waiting until API Gateway knows the role",
    "operation": "UpdateAccount",
    # AWS allows one UpdateAccount call in 20 seconds.
    "first": 20.0,
    "least": 20.0,
    "longest": 20.0,
    "cap": 80.0,
    "explain": _ROLE_NEW.format(what="compare its trust and policies with docs/aws-notes.md"),
}
_NEW_ROLE: dict[str, Any] = {"meaning": Meaning.REPEAT, "first": 1.0, "longest": 5.0, "cap": 60.0}
_BUSY: dict[str, Any] = {"meaning": Meaning.LOOK, "first": 0.5, "longest": 10.0, "cap": 600.0}

_RIVAL: dict[str, Any] = {
    "cap": 90.0,
    "explain": "Somebody else keeps changing it; try again when they are done.",
}
# Lambda and API Gateway say so of rivals, and of states of the thing itself too: their words tell.
_CONFLICT = ("ConflictException", "ResourceConflictException")

SYMPTOMS: tuple[Symptom, ...] = (
    Symptom(phrase="The role ARN does not have required permissions", **_ACCOUNT_ROLE),
    Symptom(phrase="API Gateway could not successfully write to CloudWatch Logs", **_ACCOUNT_ROLE),
    Symptom(
        reason="waiting until API Gateway sees the account's CloudWatch role",
        phrase="CloudWatch Logs role ARN must be set in account settings",
        operation="UpdateStage",
        explain="The account's CloudWatch role is not set: run without --stage, or look at"
        " `dragonctl status`.",
        **_NEW_ROLE,
    ),
    Symptom(
        reason="waiting until Step Functions knows the role's new rights",
        phrase="not authorized to access the Log Destination",
        explain=_ROLE_NEW.format(
            what="see that StepFunctionsCWDelivery is attached, and that the account's CloudWatch"
            " Logs resource policies are not full"
        ),
        **_NEW_ROLE,
    ),
    Symptom(
        reason="waiting until Lambda knows the role's new rights",
        phrase="does not have permissions to call PutTraceSegments on XRAY",
        explain=_ROLE_NEW.format(what="attach AWSXRayDaemonWriteAccess to it"),
        **_NEW_ROLE,
    ),
    *(
        Symptom(
            Meaning.REPEAT,
            "waiting until IAM knows the new role or policy everywhere",
            codes=("NoSuchEntity",),
            operation=operation,
            longest=2.0,
            cap=20.0,
            explain="Either it is too new for IAM to know it everywhere (then the same command"
            " succeeds in a minute), or somebody has deleted it.",
        )
        for operation in ("AttachRolePolicy", "PutRolePolicy")
    ),
    Symptom(
        reason="waiting until Lambda may assume the new role",
        phrase="cannot be assumed by Lambda",
        explain=_ROLE_NEW.format(what="let it trust lambda.amazonaws.com"),
        **_NEW_ROLE,
    ),
    Symptom(
        reason="waiting until Step Functions may assume the new role",
        phrase="authorized to assume the provided role",
        explain=_ROLE_NEW.format(what="let it trust states.amazonaws.com"),
        **_NEW_ROLE,
    ),
    Symptom(
        reason="waiting until CloudFront knows the role's new trust",
        phrase="must be assumable with edgelambda",
        explain=_ROLE_NEW.format(what="let it trust lambda and edgelambda.amazonaws.com"),
        **_NEW_ROLE,
    ),
    Symptom(
        reason="waiting for an earlier change to end", phrase="previous change is still", **_BUSY
    ),
    Symptom(
        reason="waiting for an update of the function to end", phrase="is in progress", **_BUSY
    ),
    Symptom(reason="waiting for an update to end", phrase="is being updated", **_BUSY),
    Symptom(Meaning.END, "", phrase="in the following state: Failed"),
    Symptom(
        reason="waiting for the new function", phrase="in the following state: Pending", **_BUSY
    ),
    Symptom(
        Meaning.END,
        "",
        phrase="no longer supported for creating or updating",
        explain="Choose a newer runtime: `dragonctl deploy-function --python 3.13`.",
    ),
    Symptom(
        Meaning.LOOK,
        "somebody else changed the endpoint's type; looking again",
        phrase="Invalid patch path",  # the path names the type that is there
        operation="UpdateRestApi",
        cap=20.0,
        explain="API Gateway does not take this change of the endpoint's type.",
    ),
    Symptom(
        Meaning.LOOK,
        "a policy of that name was made meanwhile; looking again",
        codes=("EntityAlreadyExists",),
        operation="CreatePolicy",
        cap=20.0,
        explain="A policy of that name stands under another path: attach it to the role yourself"
        " (`aws iam attach-role-policy --role-name ROLE --policy-arn ARN`), then run the same"
        " command again.",
    ),
    Symptom(
        Meaning.LOOK,
        "somebody else changed it; looking again",
        codes=(
            "ConcurrentModification",
            "ConcurrentModificationException",
            "EntityAlreadyExists",
            "InvalidIfMatchVersion",
            "OperationAbortedException",
            "ParameterAlreadyExists",
            "PreconditionFailed",
            "PreconditionFailedException",
            "ResourceAlreadyExistsException",
            "StateMachineAlreadyExists",
        ),
        **_RIVAL,
    ),
    Symptom(
        Meaning.LOOK,
        "somebody else changed it; looking again",
        codes=_CONFLICT,
        phrase="concurrent modification",
        **_RIVAL,
    ),
    Symptom(
        Meaning.LOOK,
        "somebody else made it; looking again",
        codes=_CONFLICT,
        phrase="already exist",
        **_RIVAL,
    ),
    Symptom(
        Meaning.LOOK,
        "AWS says that something is in the way; looking again",
        codes=_CONFLICT,
        cap=30.0,
        explain="AWS calls it a conflict, for the reason that it gives; if that does not pass by"
        " itself, fix it, then run the same command again.",
    ),
    Symptom(
        Meaning.LOOK,
        "somebody else made it; looking again",
        phrase="Sampling rule already exists",
    ),
    Symptom(
        Meaning.REPEAT,
        "AWS asks to slow down",
        codes=(
            "429",
            "LimitExceededException",
            "RequestLimitExceeded",
            "ServiceQuotaExceededException",
            "SlowDown",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
        ),
        phrase="",
        longest=20.0,
        cap=180.0,
        explain="Others use the same quota of this account and region; try again later.",
    ),
    Symptom(
        Meaning.UNKNOWN,
        "no answer came; trying again",
        codes=(LOST, UNREADABLE, "RequestTimeout", "RequestTimeoutException"),
        first=0.2,
        cap=90.0,
    ),
    Symptom(
        Meaning.UNKNOWN,
        "what AWS answered makes no sense; asking again",
        codes=(ODD,),
        first=0.2,
        cap=2.0,
    ),
    Symptom(
        Meaning.REPEAT,
        "no connection; trying again",
        codes=(UNREACHABLE,),
        first=0.3,
        longest=1.0,
        cap=2.0,
    ),
)
_FAULT = Symptom(Meaning.UNKNOWN, "AWS had an internal error; trying again", first=0.2, cap=60.0)
_THROTTLE = Symptom(Meaning.REPEAT, "AWS asks to slow down", longest=20.0, cap=180.0)
_END = Symptom(Meaning.END, "")
_FULL = Symptom(
    Meaning.END,
    "",
    explain="A quota is full, and no waiting ends that: take away what is not needed, or have it"
    " raised (AWS Service Quotas), then run the same command again.",
)
_REFUSED = 400
_TOO_MANY = 429
_SERVER_FAULT = 500
_NOT_IMPLEMENTED = 501  # nor will it be on another try
_QUOTA_OF_THINGS = ("LimitExceeded", "LimitExceededException", "ServiceQuotaExceededException")


GONE = Symptom(Meaning.LOOK, "it is gone already; looking again", first=0.1, cap=30.0)
MOVED = Symptom(Meaning.LOOK, "somebody else changed it meanwhile", first=0.1, cap=30.0)
_TAKING_AWAY = ("Delete", "Detach", "Remove", "Untag")


def is_gone(error: AwsError) -> bool:
    """Whether what was to be taken away was away: by a call whose answer was lost, or by others."""
    return is_absent(error) and error.operation.startswith(_TAKING_AWAY)


def is_absent(error: DragonError) -> bool:
    """Whether AWS says that the thing which is asked about does not exist."""
    code = error.code
    return "NotFound" in code or code.startswith("NoSuch") or code.endswith("DoesNotExist")


def is_throttled(error: AwsError) -> bool:
    """Whether AWS refused the call for its rate alone."""
    return diagnose(error).reason == _THROTTLE.reason


def may_pass(error: AwsError) -> bool:
    """Whether the same call may succeed later: throttled, not answered, or a fault of AWS's."""
    return diagnose(error).meaning in (Meaning.REPEAT, Meaning.UNKNOWN)


def diagnose(error: AwsError) -> Symptom:
    """The symptom that an error shows; one whose meaning is ``END`` when none is known.

    ``LimitExceededException`` is API Gateway's throttle (HTTP 429) and, elsewhere, a full quota
    that no waiting ends (HTTP 400).
    """
    if is_gone(error):
        return GONE
    if error.code in _QUOTA_OF_THINGS and error.status != _TOO_MANY:
        return _FULL
    known = next((symptom for symptom in SYMPTOMS if symptom.matches(error)), None)
    if known:
        return known
    if error.status == _TOO_MANY:
        return _THROTTLE
    if error.status == _NOT_IMPLEMENTED:
        return _END
    return _FAULT if error.status >= _SERVER_FAULT else _END


def explained(error: AwsError, symptom: Symptom) -> AwsError:
    """The same error with a hint at what it may mean and what to do."""
    error.hint = error.hint or symptom.explain or hint_for(error)
    return error


# AWS takes a request within some minutes of its date (AWS Signature Version 4, IAM's guide).
_CLOCK = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "403",
    "Forbidden",
}


def is_denied(error: DragonError) -> bool:
    """Whether AWS refused for want of a right."""
    return error.code in _DENIED


def may_be_done(error: AwsError) -> bool:
    """Whether AWS may refuse a write because somebody else has just done it.

    Not where it would refuse it however the thing stands: for want of a right, or for the rate.
    """
    is_refused = _REFUSED <= error.status < _SERVER_FAULT
    return is_refused and not (is_denied(error) or is_fatal(error) or is_throttled(error))


def is_closed(error: DragonError) -> bool:
    """Whether a region, asked with keys that are good in another one, is closed to them.

    One that the account has not enabled does not know the keys (AWS account management guide,
    "Enable or disable AWS Regions in your account"); one that an organisation forbids denies.
    """
    return error.code in _DENIED | UNKNOWN_KEYS


def is_fatal(error: DragonError) -> bool:
    """Whether no other call can succeed either: no credentials, no journal, a wrong clock."""
    return error.code in EXPIRED | UNKNOWN_KEYS | _CLOCK | {CODE, UNWRITABLE}


def unless_refused(read: Callable[[], _Read]) -> _Read | None:
    """What a read that can be done without gives; None where it fails, and others may succeed."""
    try:
        return read()
    except DragonError as problem:
        if is_fatal(problem):
            raise
        return None


def _is_clock(error: AwsError) -> bool:
    return error.code in _CLOCK or any(phrase in error.sentence for phrase in CLOCK_PHRASES)


def hint_for(error: AwsError) -> str:
    """What to do next about an error that ends a step."""
    if error.code in EXPIRED:
        return (
            "Your AWS session has expired: log in again (`aws sso login`), then repeat the command."
        )
    if _is_clock(error):
        return "The clock of this machine is wrong: set it, then repeat the command."
    if error.code in UNKNOWN_KEYS:
        return "AWS does not know these credentials: check --profile, AWS_PROFILE and the keys."
    if is_denied(error):
        return f"You lack a right for {error.operation}."
    if error.code == UNREACHABLE:
        return "Check the network, --region and --endpoint-url."
    return ""
