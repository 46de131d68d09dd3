"""What surrounds a function's invocations: events' retries, addresses of its own, concurrency."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dragonctl.local import state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.refusals import Refusal, missing
from dragonctl.local.refusals import check as check_rows
from dragonctl.local.shims import after, before, instead
from dragonctl.local.shims.functions import Named, invalid, named, not_found

_EVENT_FIELDS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
_NO_DESTINATIONS: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}
_EVENT_ROWS = (
    Refusal(
        lambda record: all(
            missing(name)(record) and record.get(name) != 0 for name in _EVENT_FIELDS
        ),
        "You must specify at least one of error handling or destination setting.",
        "InvalidParameterValueException",
    ),
)
_URL_FIELDS = ("AuthType", "Cors", "InvokeMode")
NOT_HERE = 501


def _kept(request: Request, kind: str) -> dict[str, dict[str, Any]]:
    memory = state.memory("lambda", request.account, request.region)
    kept: dict[str, dict[str, Any]] = memory.setdefault(kind, {})
    return kept


def _events_arn(request: Request) -> str:
    wanted = named(request)
    return f"{wanted.arn}:{wanted.qualifier or '$LATEST'}"


@instead("lambda", "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig")
def put_events(request: Request) -> dict[str, Any]:
    """What becomes of events that fail; ``Put`` forgets what it is not told."""
    parameters, wanted = request.parameters, named(request)
    if not wanted.exists or (wanted.qualifier and not wanted.found(request)):
        raise not_found("The function doesn't exist.")
    check_rows(_EVENT_ROWS, parameters)
    _check_destinations(parameters.get("DestinationConfig") or {}, wanted)
    arn, kept = _events_arn(request), _kept(request, "event_configs")
    if request.operation.startswith("Update") and arn not in kept:
        raise _no_events(arn)
    before_it = kept.get(arn, {}) if request.operation.startswith("Update") else {}
    given = {name: parameters[name] for name in _EVENT_FIELDS if parameters.get(name) is not None}
    destinations = {**_NO_DESTINATIONS, **(given.get("DestinationConfig") or {})}
    if "DestinationConfig" not in given and before_it:
        destinations = before_it["DestinationConfig"]
    kept[arn] = {
        **before_it,
        **given,
        "DestinationConfig": destinations,
        "FunctionArn": arn,
        "LastModified": datetime.now(UTC),
    }
    return kept[arn]


def _check_destinations(given: dict[str, Any], wanted: Named) -> None:
    for one in given.values():
        arn = str((one or {}).get("Destination") or "")
        if arn == wanted.arn or arn.startswith(f"{wanted.arn}:"):
            raise invalid("You can't specify the function as a destination for itself.")


def _no_events(arn: str) -> AwsError:
    return not_found(f"The function {arn} doesn't have an EventInvokeConfig")


@instead("lambda", "GetFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig")
def get_events(request: Request) -> dict[str, Any] | None:
    """Read it, or forget it."""
    arn, kept = _events_arn(request), _kept(request, "event_configs")
    if arn not in kept:
        raise _no_events(arn)
    if request.operation.startswith("Delete"):
        del kept[arn]
        return None
    return kept[arn]


@instead("lambda", "ListFunctionEventInvokeConfigs")
def list_events(request: Request) -> dict[str, Any]:
    """Those of a function, whatever they are for."""
    own = f"{named(request, check=True).arn}:"
    listed = [one for arn, one in _kept(request, "event_configs").items() if arn.startswith(own)]
    return {"FunctionEventInvokeConfigs": listed}


@instead("lambda", "CreateFunctionUrlConfig")
def create_url(request: Request) -> dict[str, Any]:
    """An address of a function's own; calls to it are not served here."""
    wanted = named(request)
    if not wanted.exists:
        raise not_found("Function does not exist")
    if wanted.qualifier and not wanted.found(request):
        raise not_found(f"Cannot find alias arn: {wanted.qualified}")
    urls = _kept(request, "urls")
    if wanted.qualified in urls:
        words = f"Failed to create function url config for [functionArn = {wanted.qualified}]. Error message:  FunctionUrlConfig exists for this Lambda function"  # noqa: E501
        raise AwsError("ResourceConflictException", words, 409, Type="User")
    now = datetime.now(UTC).isoformat()
    name = f"{abs(hash(wanted.qualified)):x}"
    urls[wanted.qualified] = {
        "FunctionUrl": f"https://{name}.lambda-url.{request.region}.on.aws/",
        "FunctionArn": wanted.qualified,
        "CreationTime": now,
        "LastModifiedTime": now,
        **_given(request, _URL_FIELDS),
    }
    shown = dict(urls[wanted.qualified])
    del shown["LastModifiedTime"]
    return shown


@instead("lambda", "GetFunctionUrlConfig", "UpdateFunctionUrlConfig", "DeleteFunctionUrlConfig")
def url(request: Request) -> dict[str, Any] | None:
    """Read, change or forget it."""
    urls, arn = _kept(request, "urls"), named(request).qualified
    if arn not in urls:
        raise not_found("The resource you requested does not exist.")
    if request.operation.startswith("Delete"):
        del urls[arn]
        return None
    if request.operation.startswith("Update"):
        moment = {"LastModifiedTime": datetime.now(UTC).isoformat()}
        urls[arn] = {**urls[arn], **_given(request, _URL_FIELDS), **moment}
    return urls[arn]


@instead("lambda", "ListFunctionUrlConfigs")
def list_urls(request: Request) -> dict[str, Any]:
    """Those of a function and its aliases."""
    wanted = named(request)
    if not wanted.exists:
        raise not_found("Function does not exist")
    urls = _kept(request, "urls")
    own = [
        one for arn, one in urls.items() if arn == wanted.arn or arn.startswith(f"{wanted.arn}:")
    ]
    return {"FunctionUrlConfigs": own}


def _given(request: Request, names: tuple[str, ...]) -> dict[str, Any]:
    parameters = request.parameters
    return {name: parameters[name] for name in names if parameters.get(name) is not None}


@instead("lambda", "GetFunctionRecursionConfig", "PutFunctionRecursionConfig")
def recursion(request: Request) -> dict[str, Any]:
    """Whether loops of functions are ended; none arise here."""
    arn, kept = named(request, check=True).arn, _kept(request, "recursion")
    if request.operation.startswith("Put"):
        kept[arn] = {"RecursiveLoop": request.parameters["RecursiveLoop"]}
    return kept.get(arn, {"RecursiveLoop": "Terminate"})


@before("lambda", "Invoke")
def check_concurrency(request: Request) -> None:
    """Nothing reserved, nothing runs."""
    wanted = named(request)
    function = wanted.found(request) if wanted.exists else None
    if function is not None and str(getattr(function, "reserved_concurrency", None)) == "0":
        raise throttled()


def throttled() -> AwsError:
    """As many run as are reserved for the function."""
    return AwsError(
        "TooManyRequestsException",
        "Rate Exceeded.",
        429,
        Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        Type="User",
    )


@instead(
    "lambda",
    "GetProvisionedConcurrencyConfig",
    "PutProvisionedConcurrencyConfig",
    "DeleteProvisionedConcurrencyConfig",
)
def provisioned(request: Request) -> dict[str, Any]:
    """Of aliases and versions alone; none can be had here."""
    wanted = named(request, check=True)
    if wanted.qualifier == "$LATEST":
        putting = request.operation.startswith("Put")
        raise invalid(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
            if putting
            else "The function resource provided must be an alias or a published version."
        )
    if not wanted.found(request):
        kind = (
            "Function not found:" if str(wanted.qualifier).isdigit() else "Cannot find alias arn:"
        )
        raise not_found(f"{kind} {wanted.qualified}")
    if request.operation.startswith("Put"):
        words = "The local AWS does not do provisioned concurrency (lambda PutProvisionedConcurrencyConfig)."  # noqa: E501
        raise AwsError("NotImplemented", words, NOT_HERE)
    raise AwsError(
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
        404,
        Type="User",
    )


@after("lambda", "DeleteFunction")
def forget(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A new function of the same name starts with none of it."""
    if not request.parameters.get("Qualifier"):
        gone = named(request).arn
        for kind in ("event_configs", "urls", "recursion"):
            kept = _kept(request, kind)
            for arn in [one for one in kept if one == gone or one.startswith(f"{gone}:")]:
                del kept[arn]
    return result
