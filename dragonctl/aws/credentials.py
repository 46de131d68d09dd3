"""Credentials are loaded before the first call, and what cannot be loaded ends the command at once.

Whatever botocore knows works (SSO, ``aws login``, roles, processes, web identity, containers). What
fails before a byte is sent to the service that is meant is a fault of the configuration: to try it
again would only hide it. The local AWS needs none of it, and no setting of the user's.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from dragonctl.aws.transport import failure
from dragonctl.errors import DragonError

_CODE = "NoCredentials"


def without_settings(session_class: Any) -> Any:
    """A session of botocore that reads neither the user's files nor the profile of ``AWS_PROFILE``.

    (botocore, ``configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES``: file, environment, default.)
    """
    nowhere = (None, None, os.devnull, None)
    variables = {
        "profile": (None, None, None, None),
        "config_file": nowhere,
        "credentials_file": nowhere,
    }
    return session_class(session_vars=variables)


def load(session: Any, profile: str | None) -> None:
    """Load a session's credentials; without any, that is left for the first call to say.

    Raises DragonError, which is never tried again: the profile, the file, and why.
    """
    name = profile or session.get_config_variable("profile") or "default"
    _refuse_a_question(session, name)
    try:
        credentials = session.get_credentials()
        if credentials is not None:
            credentials.get_frozen_credentials()
    except Exception as error:
        sentence = f"The AWS credentials of profile {name!r} ({_file(session)}) cannot be loaded"
        raise DragonError(f"{sentence}: {_why(error)}", _hint(error, name), code=_CODE) from error


def _refuse_a_question(session: Any, name: str) -> None:
    """A profile with ``mfa_serial`` asks for a code: without a terminal nobody can answer."""
    scoped = session.get_scoped_config()
    asks = scoped.get("role_arn") and scoped.get("mfa_serial")
    if asks and not (sys.stdin and sys.stdin.isatty()):
        raise DragonError(
            f"Profile {name!r} ({_file(session)}) needs an MFA code, and there is no terminal to"
            " ask for it",
            "Put credentials that were made with the code into the environment.",
            code=_CODE,
        )


def _file(session: Any) -> str:
    return str(session.get_config_variable("config_file"))


def _why(error: Exception) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, BotoCoreError | ClientError):
        broken = failure(error)
        return broken.sentence if broken else " ".join(str(error).split()).rstrip(".")
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}"
    if isinstance(error, ValueError):
        return "credential_process printed no JSON that can be read"
    return f"{type(error).__name__}: {error}"


def _hint(error: Exception, name: str) -> str:
    from botocore import exceptions as botocore

    if isinstance(error, botocore.MissingDependencyException):
        return "Type: pip install 'botocore[crt]'"
    if isinstance(error, botocore.SSOError | botocore.UnauthorizedSSOTokenError):
        return f"Type: aws sso login --profile {name}"
    return "Correct the profile, name another with --profile, or try --local."
