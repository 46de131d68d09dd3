"""Credentials of roles, kept where the AWS CLI keeps them and shared with it in both directions.

The folder, the keys and the documents are those of botocore's ``JSONFileCache`` and its fetchers,
which the AWS CLI uses too (aws-cli, ``awscli/customizations/assumerole.py``). A key does not name
the profile, so that two profiles that take one role by different ways share an entry. Therefore an
entry is looked at before it is used: nobody else can have written it, it is of a role that this
configuration names, and AWS still takes it. One that fails is passed over and written anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from botocore.utils import ArnParser, InvalidArnException, JSONFileCache, parse_timestamp

from dragonctl.errors import DragonError
from dragonctl.paths import check_folder, read_own_json

_LEAST = timedelta(minutes=15)
"""botocore uses no entry that ends sooner (``CachedCredentialFetcher``)."""


class Keys(msgspec.Struct, frozen=True, rename="pascal"):
    """Keys as STS answers them; ``expiration`` in any form that ISO 8601 or the CLI writes."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: str


class _User(msgspec.Struct, frozen=True, rename="pascal"):
    arn: str


class _Entry(msgspec.Struct, frozen=True, rename="pascal"):
    """AssumeRole's answer, or what botocore makes of IAM Identity Center's, which names no user."""

    credentials: Keys
    assumed_role_user: _User | None = None


AccountOf = Callable[[Keys], str | None]
"""The account that AWS says keys are of: empty where it refuses them, None: it is not known."""


def folder() -> Path:
    """The AWS CLI's folder of role credentials."""
    return Path("~/.aws/cli/cache").expanduser()


class RoleCache:
    """What botocore's credential providers take as their ``cache``: a mapping by key.

    ``roles`` are the ARNs of the roles that may be meant. What cannot be kept (a full disk, a
    folder that is another's) is not kept, and stops nothing.
    """

    def __init__(self, folder: Path, roles: frozenset[str], account_of: AccountOf) -> None:
        self._folder = folder
        self._files = JSONFileCache(str(folder))
        self._roles = {_role(arn) for arn in roles}
        self._account_of = account_of
        self._written: dict[str, Mapping[str, Any]] = {}
        """Of this run: it may be that nothing can be kept."""
        self._judged: dict[str, bool] = {}

    def __contains__(self, key: str) -> bool:
        if key in self._written:
            return True
        if key not in self._judged:
            self._judged[key] = self._is_good(key)
        return self._judged[key]

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._written.get(key) or self._files[key]
        return found

    def __setitem__(self, key: str, value: Mapping[str, Any]) -> None:
        self._written[key] = value
        with suppress(OSError, DragonError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            check_folder(self._folder)
            self._files[key] = value  # a file of mode 0600, moved into place

    def _is_good(self, key: str) -> bool:
        try:
            check_folder(self._folder)
        except DragonError:
            return False
        entry = read_own_json(self._folder / f"{key}.json", _Entry)
        if entry is None or _is_over(entry.credentials.expiration):
            return False
        user = entry.assumed_role_user
        if user is not None and _role(user.arn) not in self._roles:
            return False
        account = self._account_of(entry.credentials)
        return account is None or (account != "" and (user is None or account in user.arn))


def roles_of(session: Any) -> frozenset[str]:
    """The ARNs of the roles that the configuration and the environment name."""
    profiles = session.full_config.get("profiles", {}).values()
    named = [settings.get("role_arn") for settings in profiles]
    return frozenset(filter(None, [*named, os.environ.get("AWS_ROLE_ARN")]))


def _role(arn: str) -> tuple[str, str, str]:
    """Partition, account and name of a role: of its ARN, or of a session of it.

    ``arn:P:iam::A:role/path/NAME`` and ``arn:P:sts::A:assumed-role/NAME/SESSION``.
    """
    try:
        parts = ArnParser().parse_arn(arn)
    except InvalidArnException:
        return "", "", arn
    words = parts["resource"].split("/")
    is_session = words[0] == "assumed-role" and len(words) > 1
    return parts["partition"], parts["account"], words[1] if is_session else words[-1]


def _is_over(expiration: str) -> bool:
    """Whether an entry is of no use any more; a date that is none, or has no zone, too."""
    try:
        end = parse_timestamp(expiration)
        return bool(end - datetime.now(UTC) < _LEAST)
    except (ValueError, TypeError, RuntimeError):
        return True
