"""What API Gateway itself answers when a request does not get through (gateway responses)."""

from __future__ import annotations

from collections.abc import Sequence


class GatewayError(Exception):
    """An answer of the gateway's own.

    ``kind`` is the gateway response type (``DEFAULT_5XX`` and so on may shape it), ``code`` goes
    into ``x-amzn-ErrorType``, ``log`` are lines for the execution log at level ERROR.
    """

    def __init__(
        self, kind: str, status: int, message: str | None, code: str, log: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.message = message
        self.code = code
        self.log = log

    @property
    def is_gateways(self) -> bool:
        """Whether API Gateway has this answer too, not the local AWS alone."""
        return self.kind != "LOCAL"


def missing_token() -> GatewayError:
    """No such method; AWS says the same of an unsigned request to a method with IAM."""
    words = "Missing Authentication Token"
    return GatewayError(
        "MISSING_AUTHENTICATION_TOKEN", 403, words, "MissingAuthenticationTokenException"
    )


def forbidden(kind: str = "ACCESS_DENIED", *log: str) -> GatewayError:
    """No such stage, no API key, or no right to invalidate the cache."""
    return GatewayError(kind, 403, "Forbidden", "ForbiddenException", log)


def unauthorized(message: str = "Unauthorized") -> GatewayError:
    """The authorizer's identity is missing, or the authorizer does not know it."""
    return GatewayError("UNAUTHORIZED", 401, message, "UnauthorizedException")


def denied(message: str) -> GatewayError:
    """The authorizer's policy does not allow the call."""
    return GatewayError("ACCESS_DENIED", 403, message, "AccessDeniedException", [message])


def authorizer(line: str) -> GatewayError:
    """The authorizer cannot be asked, or its answer is none."""
    log = [f"Execution failed due to configuration error: {line}"]
    kind = "AUTHORIZER_CONFIGURATION_ERROR"
    return GatewayError(kind, 500, None, "AuthorizerConfigurationException", log)


def bad_request(kind: str, message: str, *log: str) -> GatewayError:
    """The request does not satisfy the method's validator."""
    return GatewayError(kind, 400, message, "BadRequestException", log)


def unsupported_media_type() -> GatewayError:
    """No request template for this content type, and no passing through."""
    return GatewayError(
        "UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "BadRequestException"
    )


def throttled() -> GatewayError:
    """More requests than the method's rate and burst allow."""
    return GatewayError("THROTTLED", 429, "Too Many Requests", "TooManyRequestsException")


def quota_exceeded() -> GatewayError:
    """More requests than the key's usage plan allows in its period."""
    return GatewayError("QUOTA_EXCEEDED", 429, "Limit Exceeded", "LimitExceededException")


def configuration(*log: str) -> GatewayError:
    """The API's own definition or rights are at fault."""
    return GatewayError(
        "API_CONFIGURATION_ERROR",
        500,
        "Internal server error",
        "InternalServerErrorException",
        [f"Execution failed due to configuration error: {line}" for line in log],
    )


def malformed(*log: str) -> GatewayError:
    """A Lambda proxy answer that is not one, or a function that failed."""
    return GatewayError(
        "DEFAULT_5XX", 502, "Internal server error", "InternalServerErrorException", log
    )


def timed_out(milliseconds: int) -> GatewayError:
    """The integration did not answer in time."""
    line = f"Execution failed due to a timeout error: no answer within {milliseconds} ms"
    return GatewayError(
        "INTEGRATION_TIMEOUT",
        504,
        "Endpoint request timed out",
        "InternalServerErrorException",
        [line],
    )


def unreachable(line: str) -> GatewayError:
    """An HTTP back end that does not answer."""
    return GatewayError(
        "INTEGRATION_FAILURE",
        504,
        "Network error communicating with endpoint",
        "InternalServerErrorException",
        [f"Execution failed due to a network error communicating with endpoint: {line}"],
    )


def not_here(what: str) -> GatewayError:
    """What this local AWS does not do, refused by name (no AWS answer)."""
    words = f"The local AWS does not do {what}."
    return GatewayError("LOCAL", 501, words, "NotImplemented", [words])
