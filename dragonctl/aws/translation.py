"""botocore's exceptions as failures of ours: one sentence each, with AWS's own code if it has."""

from __future__ import annotations

from typing import Any

from dragonctl.aws import answers, profiles
from dragonctl.aws.transport import failure
from dragonctl.errors import UNREADABLE, AwsError, DragonError


def translate(service: str, operation: str, error: Exception) -> DragonError:
    """Any exception of botocore as one of ours; what is none of botocore's is a lost answer."""
    from botocore import exceptions as botocore
    from botocore.parsers import ResponseParserError

    match error:
        case (
            answers.OddAnswerError()
            | TypeError()
            | AttributeError()
            | LookupError()
            | RecursionError()
        ):
            return answers.odd(service, operation, _oddity(error))
        case botocore.ClientError():
            return _from_answer(service, operation, error)
        case (
            botocore.NoCredentialsError()
            | botocore.PartialCredentialsError()
            | botocore.CredentialRetrievalError()
            | botocore.SSOError()
            | botocore.UnauthorizedSSOTokenError()
            | botocore.TokenRetrievalError()
            | botocore.LoginError()
            | botocore.RefreshWithMFAUnsupportedError()
        ):
            return DragonError(
                f"No usable AWS credentials: {error}",
                profiles.LOG_IN,
                code="NoCredentials",
            )
        case botocore.ParamValidationError():
            return DragonError(f"{operation} ({service}) was not sent: {error}", code="BadRequest")
    if broken := failure(error):
        return AwsError(service, operation, broken.code, broken.sentence)
    if isinstance(error, botocore.BotoCoreError | ResponseParserError | ValueError):
        return AwsError(service, operation, UNREADABLE, str(error))
    raise error


def _oddity(error: Exception) -> str:
    if isinstance(error, answers.OddAnswerError):
        return f"AWS answered oddly: {str(error).lstrip('.: ')}"
    kind = type(error).__name__  # of botocore's parser, which expects AWS's own shapes
    return f"AWS answered with another shape than this API has ({kind})"


def _from_answer(service: str, operation: str, error: Any) -> AwsError:
    sentence = error.response.get("Error", {})
    about = error.response.get("ResponseMetadata", {})
    headers = about.get("HTTPHeaders", {})
    wait = error.response.get("retryAfterSeconds") or headers.get("retry-after")
    return AwsError(
        service,
        operation,
        str(sentence.get("Code") or "Unknown"),
        _plain(sentence.get("Message") or error.response.get("message") or "no message"),
        int(about.get("HTTPStatusCode") or 0),
        str(about.get("RequestId") or ""),
        float(wait) if str(wait or "").replace(".", "", 1).isdigit() else None,
    )


def _plain(message: Any) -> str:
    """What AWS said; a web page instead, from a proxy or an emulator, is named, not shown."""
    text = str(message)
    is_page = text.lstrip().lower().startswith(("<!doctype html", "<html"))
    return (
        "a web page came instead of AWS's answer: the endpoint does not know this"
        if is_page
        else text
    )
