"""Which profile is meant, what it stands on, and what to type when its credentials are over.

A profile with a role takes its keys from ``source_profile``, and that one may do the same (AWS SDKs
and Tools Reference Guide, "Assume role credential provider").
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragonctl.aws import addresses

_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""In botocore's order (``configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES``)."""
LOG_IN = (
    "Log in (`aws sso login`, `aws configure`), or name a --profile."
    f" {addresses.WITHOUT_AN_ACCOUNT}"
)


@dataclass(frozen=True)
class Profile:
    """A profile that is there: its name, and its settings as botocore reads them."""

    name: str
    settings: Mapping[str, Any]


def variables() -> list[str] | None:
    """The variables of the environment that name a profile; an empty one counts as not set."""
    return [name for name in _VARIABLES if os.environ.get(name)] or None


def name_of(session: Any, given: str | None) -> str:
    """The name of the profile that is meant; ``given`` is the command line's."""
    return str(given or session.get_config_variable("profile") or "default")


def is_environment(given: str | None) -> bool:
    """Whether keys of the environment are used: they win, unless the command line names a profile.

    (botocore, ``credentials.create_credential_resolver``.)
    """
    return given is None and bool(os.environ.get("AWS_ACCESS_KEY_ID"))


def chain(session: Any, name: str) -> tuple[Profile, ...]:
    """A profile and those that it takes its keys from, each once; the last may not be complete."""
    known = session.full_config.get("profiles", {})
    found: dict[str, Profile] = {}
    while name in known and name not in found:
        settings = known[name]
        found[name] = Profile(name, settings)
        if "role_arn" not in settings:
            break
        name = settings.get("source_profile", "")
    return tuple(found.values())


def renewal(session: Any, given: str | None) -> str:
    """What to do, or to type, to have credentials that AWS takes; by the kind of the profile."""
    if is_environment(given):
        return (
            "They come from the environment: put new ones into AWS_ACCESS_KEY_ID,"
            " AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or unset all three."
        )
    return _renewal(chain(session, name_of(session, given)))


def login(profiles: Sequence[Profile]) -> str | None:
    """The command that logs in to what a chain of profiles stands on; None: there is none."""
    for profile in reversed(profiles):
        words = {"sso_session": "sso login", "sso_start_url": "sso login", "login_session": "login"}
        for setting, command in words.items():
            if setting in profile.settings:
                return f"aws {command} --profile {quoted(profile.name)}"
    return None


def quoted(name: str) -> str:
    """A profile's name as it is typed in a shell."""
    return shlex.quote(name)


def _renewal(profiles: Sequence[Profile]) -> str:
    if command := login(profiles):
        return f"Type: {command}"
    for profile in reversed(profiles):
        settings, name = profile.settings, profile.name
        if "credential_process" in settings:
            return (
                f"They come from {program(settings)} (credential_process of profile {name!r}):"
                " log in there anew."
            )
        if "web_identity_token_file" in settings:
            return f"{settings['web_identity_token_file']} must hold a token that is still valid."
        if "aws_session_token" in settings:
            return f"Profile {name!r} holds temporary keys: write new ones into it."
        if "aws_access_key_id" in settings:
            return f"Type: aws configure --profile {quoted(name)}"
    return LOG_IN


def program(settings: Mapping[str, Any]) -> str:
    """The program of ``credential_process``; its arguments may be secrets, and are not shown."""
    try:
        words = shlex.split(str(settings["credential_process"]))
    except ValueError:  # a quote that is not closed
        words = str(settings["credential_process"]).split()
    return str(Path(words[0])) if words else "an empty command"
