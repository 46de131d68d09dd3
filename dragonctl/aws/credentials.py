"""Credentials are loaded before the first call, and what cannot be loaded ends the command at once.

Whatever botocore knows works (SSO, ``aws login``, roles, processes, web identity, containers). What
fails before a byte is sent to the service that is meant is a fault of the configuration: to try it
again would only hide it. The local AWS needs none of it, and no setting of the user's.
"""

from __future__ import annotations

import getpass
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from dragonctl.aws import credential_process, faults, network_settings, profiles
from dragonctl.aws.transport import failure
from dragonctl.errors import DragonError

CODE = "NoCredentials"
"""The code of every error that says that there are no credentials to call with."""
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
UNKNOWN_KEYS = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidToken",
    }
)
"""The codes with which AWS says that it does not know keys, or that their secret is another."""
CLOCK_PHRASES = ("Signature expired", "Signature not yet current")
"""AWS Signature Version 4 (IAM's guide): a request is taken within some minutes of its date."""
_CORRECT = "Correct the profile, name another with --profile, or try --local."
_MFA_CODE = re.compile(r"[0-9]{6}")
_LONGEST_CAUSE = 300
_SECONDS = {"connect_timeout": 3, "read_timeout": 10}


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


def with_settings(session_class: Any, profile: str | None) -> Any:
    """A session of botocore that reads the user's files; an empty ``AWS_PROFILE`` is not set."""
    variables = {"profile": (None, profiles.variables(), None, None)}
    return session_class(session_vars=variables, profile=profile)


def prepare(session: Any, profile: str | None, region: str) -> None:
    """Let a session load its credentials as dragonctl does; nothing is loaded yet.

    Each server on the way is asked once; credentials of roles are kept with the AWS CLI's
    (:mod:`dragonctl.aws.role_cache`); a code is asked for at a terminal alone.
    """
    from botocore.config import Config
    from botocore.credentials import ContainerProvider, create_credential_resolver
    from botocore.exceptions import BotoCoreError
    from botocore.utils import ContainerMetadataFetcher

    from dragonctl.aws import role_cache

    class AskedOnce(ContainerMetadataFetcher):  # type: ignore[misc]
        RETRY_ATTEMPTS = 1

    retries = {"total_max_attempts": 1, "mode": "standard"}
    session.set_default_client_config(Config(retries=retries, **_SECONDS))
    roles = role_cache.roles_of(session)
    kept = role_cache.RoleCache(role_cache.folder(), roles, _account_of(session, region))
    try:
        resolver = create_credential_resolver(session, cache=kept, region_name=region)
    except (BotoCoreError, ValueError) as error:  # such as a time-out that is no number
        raise refusal(session, profile, error) from error
    resolver.insert_before("container-role", ContainerProvider(fetcher=AskedOnce()))
    resolver.get_provider("assume-role")._prompter = _prompter(  # noqa: SLF001 (no public way)
        profiles.name_of(session, profile)
    )
    credential_process.limit(resolver)
    session.register_component("credential_provider", resolver)


def load(session: Any, profile: str | None) -> None:
    """Load a session's credentials; without any, that is left for the first call to say.

    Raises DragonError, which is never tried again: the profile, the file, and why.
    """
    try:
        credentials = session.get_credentials()
        keys = credentials.get_frozen_credentials() if credentials is not None else None
    except DragonError:  # of the code that was to be typed
        raise
    except Exception as error:
        raise refusal(session, profile, error) from error
    is_environment = profiles.is_environment(profile)
    fault = faults.of_keys(keys, from_environment=is_environment) if keys else ""
    if keys is None:
        fault = faults.unreadable(session).rstrip(".")
    if fault:
        raise DragonError(
            f"The AWS credentials of {_origin(session, profile)} cannot be used: {fault}",
            "Correct it there." if is_environment else _CORRECT,
            code=CODE,
        )


def is_refused(code: str, sentence: str) -> bool:
    """Whether AWS does not take the credentials of a call, for another reason than a clock."""
    return code in EXPIRED | UNKNOWN_KEYS and not any(
        phrase in sentence for phrase in CLOCK_PHRASES
    )


def refusal(session: Any, profile: str | None, error: Exception) -> DragonError:
    """An exception of loading or renewing credentials, as one that a person is meant to read."""
    chain = profiles.chain(session, profiles.name_of(session, profile))
    why = _why(error, chain)
    return DragonError(
        f"The AWS credentials of {_origin(session, profile)} cannot be loaded: {why}",
        _hint(error, session, profile, chain),
        code=CODE,
    )


def _prompter(name: str) -> Callable[[str], str]:
    """What asks for an MFA code; botocore calls it where no kept credentials will do."""

    def ask(prompt: str) -> str:
        if not (sys.stdin and sys.stdin.isatty()):
            raise DragonError(
                f"Profile {name!r} needs an MFA code, and there is no terminal to ask for it",
                f"Type, at a terminal: `dragonctl doctor --profile {profiles.quoted(name)}` (what"
                " is made with the code is kept until it expires).",
                code=CODE,
            )
        try:
            typed = getpass.getpass(prompt).strip()
        except EOFError:
            typed = ""
        if not _MFA_CODE.fullmatch(typed):
            raise DragonError(
                f"Profile {name!r} needs an MFA code: six digits",
                "Repeat the command, and type what the device shows.",
                code=CODE,
            )
        return typed

    return ask


def _account_of(session: Any, region: str) -> Callable[[Any], str | None]:
    """What asks STS whose some keys are (:data:`dragonctl.aws.role_cache.AccountOf`)."""

    def ask(keys: Any) -> str | None:
        from botocore.exceptions import BotoCoreError, ClientError

        client = session.create_client(
            "sts",
            region_name=region,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.session_token,
        )
        try:
            return str(client.get_caller_identity()["Account"])
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            return "" if code in EXPIRED | UNKNOWN_KEYS else None
        except (BotoCoreError, KeyError):  # the first call will say it
            return None

    return ask


def _origin(session: Any, profile: str | None) -> str:
    if profiles.is_environment(profile):
        return "the environment"
    file = session.get_config_variable("config_file")
    return f"profile {profiles.name_of(session, profile)!r} ({file})"


def _why(error: Exception, chain: Sequence[profiles.Profile]) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, ClientError):
        about = error.response.get("Error", {})
        return f"{error.operation_name}: {about.get('Message')} [{about.get('Code')}]"
    if isinstance(error, BotoCoreError):
        broken = failure(error)
        text = broken.sentence if broken else " ".join(str(error).split()).rstrip(".")
        text += " it failed and said nothing" if text.endswith(":") else ""
        return text if len(text) <= _LONGEST_CAUSE else f"{text[:_LONGEST_CAUSE]}…"
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}"
    if isinstance(error, ValueError):
        is_json = type(error).__name__ in ("JSONDecodeError", "UnicodeDecodeError")
        return "credential_process printed no JSON that can be read" if is_json else str(error)
    if isinstance(error, subprocess.TimeoutExpired):
        return f"{error.cmd[0]} (credential_process) has not answered within {error.timeout:.0f} s"
    return _oddity(error, chain)


def _oddity(error: Exception, chain: Sequence[profiles.Profile]) -> str:
    """What botocore stumbles over is what a program printed, or a file of its cache."""
    if not isinstance(error, LookupError | AttributeError | TypeError):
        return f"{type(error).__name__}: {error}"
    if any("credential_process" in profile.settings for profile in chain):
        is_empty = isinstance(error, IndexError)  # no word of a command
        return f"credential_process {'is empty' if is_empty else 'printed no JSON object'}"
    if profiles.login(chain):
        return "the token that is kept of the last login cannot be read"
    return f"{type(error).__name__}: {error}"


def _hint(
    error: Exception, session: Any, profile: str | None, chain: Sequence[profiles.Profile]
) -> str:
    from botocore import exceptions as botocore

    if isinstance(error, subprocess.TimeoutExpired):
        return "See what it waits for; at a terminal dragonctl gives it all the time it needs."
    if isinstance(error, botocore.MissingDependencyException):
        return "Type: pip install 'botocore[crt]' (dragonctl's extra `login`)."
    of_login = botocore.SSOError | botocore.LoginError | botocore.TokenRetrievalError
    unreadable = LookupError | AttributeError | TypeError  # what is kept of a login
    if isinstance(error, of_login | unreadable) and (command := profiles.login(chain)):
        return f"Type: {command}"
    if isinstance(error, botocore.RefreshWithMFAUnsupportedError):
        return "Repeat the command: it asks for a new MFA code."
    if isinstance(error, botocore.ClientError):
        return _hint_for_answer(error, session, profile)
    return network_settings.advice(error, session) or _CORRECT


def _hint_for_answer(error: Any, session: Any, profile: str | None) -> str:
    """What STS or IAM Identity Center said to the keys on which a role stands."""
    about = error.response.get("Error", {})
    code, sentence = str(about.get("Code")), str(about.get("Message"))
    if "MultiFactorAuthentication failed" in sentence:
        return "Repeat the command, and type the code that the device shows then."
    if is_refused(code, sentence):
        return profiles.renewal(session, profile)
    if code == "AccessDenied":
        return "The role's trust policy, and the rights of the keys, must both allow this call."
    return _CORRECT
