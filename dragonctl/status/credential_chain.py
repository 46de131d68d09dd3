"""Each link between this machine's settings and credentials that AWS takes, looked at by itself.

Nothing is called and no program is run: what a link needs is looked for where it must be. No secret
is shown: no key, no token, and of ``credential_process`` the program alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from dragonctl.aws import credentials, faults, network_settings, profiles, proxies
from dragonctl.errors import UsageError
from dragonctl.paths import read_own_json
from dragonctl.status.doctor import Check


class _Token(msgspec.Struct, rename="camel"):
    """A token of IAM Identity Center, as ``aws sso login`` keeps it; a refresh may prolong it."""

    expires_at: str
    refresh_token: str | None = None


def links(given: str | None) -> Iterator[Check]:
    """What is found of each link; ``given`` is the profile of the command line, if any."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    session = credentials.with_settings(botocore.session.Session, given)
    try:
        known = session.full_config
    except BotoCoreError as error:
        yield Check("AWS configuration", ok=False, detail=f"{error}: correct the file")
        return
    yield from _files(session)
    if profiles.is_environment(given):
        detail = "AWS_ACCESS_KEY_ID of the environment; no profile is used"
        yield Check("credentials from", ok=True, detail=detail)
    else:
        yield from _profiles(known, profiles.name_of(session, given))
    for proxy in proxies.used():
        detail = proxy.fault or proxy.shown
        yield Check(f"proxy {proxy.variable}", ok=not proxy.fault, detail=detail)
    yield from _certificates(session)


def _files(session: Any) -> Iterator[Check]:
    for variable in ("config_file", "credentials_file"):
        path = faults.path_of(session, variable)
        fault = faults.of_path(path)
        if fault or path.exists():
            what = f"AWS {variable.replace('_', ' ')}"
            yield Check(what, ok=not fault, detail=f"{path}{fault and f': {fault}'}")


def _profiles(known: Mapping[str, Any], name: str) -> Iterator[Check]:
    """A finding for each profile of the chain, the one that is missing at its end included."""
    found = known.get("profiles", {})
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        if name not in found:
            yield _missing(name, is_first=len(seen) == 1)
            return
        settings = found[name]
        yield Check(f"profile {name}", ok=True, detail=_kind(settings))
        yield from _needs(known, name, settings)
        following = settings.get("source_profile") if "role_arn" in settings else None
        if following is None:
            return
        if following == name and "aws_access_key_id" in settings:
            return
        name = following
    detail = "its source_profile leads back to it: name a profile that has keys or a login"
    yield Check(f"profile {name}", ok=False, detail=detail)


def _missing(name: str, *, is_first: bool) -> Check:
    if is_first and name == "default":  # a container's, or an instance's, credentials will do
        return Check("profile default", ok=True, detail="not there; none was named")
    detail = "not there: `aws configure list-profiles` shows those there are"
    return Check(f"profile {name}", ok=False, detail=detail)


def _kind(settings: Mapping[str, Any]) -> str:
    """What a profile gets its credentials from, in the order in which botocore looks."""
    role = settings.get("role_arn")
    if role and "web_identity_token_file" in settings:
        return f"role {role}, by a web identity"
    if role:
        source = settings.get("source_profile") or settings.get("credential_source") or "nothing"
        return f"role {role}, from {source}"
    kinds = {
        "sso_session": "IAM Identity Center",
        "sso_start_url": "IAM Identity Center",
        "aws_access_key_id": "keys",
        "login_session": "aws login",
        "credential_process": "a program",
    }
    return next((kind for setting, kind in kinds.items() if setting in settings), "no credentials")


def _needs(known: Mapping[str, Any], name: str, settings: Mapping[str, Any]) -> Iterator[Check]:
    if "sso_session" in settings or "sso_start_url" in settings:
        yield _single_sign_on(known, name, settings)
    if "login_session" in settings:
        yield _login()
    if "credential_process" in settings:
        yield _program(settings)
    if path := settings.get("web_identity_token_file"):
        ok = os.access(path, os.R_OK)
        yield Check("web identity token", ok=ok, detail=path if ok else f"{path} cannot be read")
    if "mfa_serial" in settings and "role_arn" in settings:
        detail = (
            f"a code of {settings['mfa_serial']} is asked for, at a terminal, when none is kept"
        )
        yield Check("MFA", ok=True, detail=detail)


def _single_sign_on(known: Mapping[str, Any], name: str, settings: Mapping[str, Any]) -> Check:
    """The token's file is named by SHA-1 of the session's name, or of the start URL."""
    session = settings.get("sso_session")
    what = f"sso-session {session}" if session else "sso token"
    if session is not None and session not in known.get("sso_sessions", {}):
        return Check(what, ok=False, detail=f"not there: type aws configure sso-session {session}")
    key = hashlib.sha1(str(session or settings["sso_start_url"]).encode(), usedforsecurity=False)
    path = Path(f"~/.aws/sso/cache/{key.hexdigest()}.json").expanduser()
    token = read_own_json(path, _Token)
    type_this = f"type aws sso login --profile {profiles.quoted(name)}"
    if token is None:
        return Check(what, ok=False, detail=f"no token: {type_this}")
    if token.refresh_token is None and _is_past(token.expires_at):
        return Check(what, ok=False, detail=f"expired at {token.expires_at}: {type_this}")
    return Check(what, ok=True, detail=f"token until {token.expires_at}")


def _is_past(date: str) -> bool:
    from botocore.utils import parse_timestamp

    try:
        return bool(parse_timestamp(date) < datetime.now(UTC))
    except (ValueError, TypeError, RuntimeError):
        return True


def _login() -> Check:
    from importlib.util import find_spec

    ok = find_spec("awscrt") is not None
    detail = "the library is there" if ok else "type pip install 'botocore[crt]' (extra `login`)"
    return Check("aws login", ok=ok, detail=detail)


def _program(settings: Mapping[str, Any]) -> Check:
    program = profiles.program(settings)
    ok = shutil.which(program) is not None
    detail = program if ok else f"{program} is not there, or cannot be executed"
    return Check("credential_process", ok=ok, detail=detail)


def _certificates(session: Any) -> Iterator[Check]:
    if (found := network_settings.ca_bundle(session)) is None:
        return
    try:
        network_settings.check_ca_bundle(session)
    except UsageError as error:
        yield Check("certificates", ok=False, detail=str(error))
    else:
        yield Check("certificates", ok=True, detail=f"{found[0]}: {found[1]}")
