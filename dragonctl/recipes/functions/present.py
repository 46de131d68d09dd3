"""What must be known of a function before its steps can be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from dragonctl.application.nouns import Function, Raw
from dragonctl.engine.model import Reader
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import DragonError
from dragonctl.resources.lambda_configuration import CODE
from dragonctl.resources.lambda_version import versions
from dragonctl.resources.role_rights import Rights, read_rights, role_name

_ABSENT = ("ResourceNotFoundException",)


@dataclass(frozen=True)
class ExistingFunction:
    """A function, what its role may do (None: no such role), and its aliases by name.

    ``codes`` is the digest of each published version's code, ``called`` the aliases that somebody
    outside the account's own roles may invoke, as API Gateway must to send traffic there.
    """

    function: Function
    rights: Rights | None
    aliases: Mapping[str, Raw] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    called: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


def look(aws: Reader, function: Function) -> ExistingFunction:
    """Read the role and the aliases, at once."""
    rights, aliases = aws.concurrently(
        partial(read_rights, aws, role_name(function.role)),
        partial(_aliases, aws, function.name),
    )
    if aliases is None:
        words = f"The aliases of {function.name} could not be read: you may not list them."
        return ExistingFunction(function, rights, warnings=(words,))
    if not aliases:
        return ExistingFunction(function, rights)
    published, *policies = aws.concurrently(
        partial(versions, aws, function.name), *(partial(_policy, aws, alias) for alias in aliases)
    )
    codes = {one["Version"]: one[CODE] for one in published}
    return ExistingFunction(
        function,
        rights,
        {alias["Name"]: alias for alias in aliases},
        codes,
        frozenset(one["Name"] for one, policy in zip(aliases, policies, strict=True) if policy),
    )


def _aliases(aws: Reader, function: str) -> list[Raw] | None:
    """The aliases that stand for a published version; None where we may not list them."""
    try:
        found = aws.pages("lambda", "ListAliases", "Aliases", absent=_ABSENT, FunctionName=function)
    except DragonError as error:
        if not is_denied(error):
            raise
        return None
    return [one for one in found or [] if one["FunctionVersion"].isdigit()]


def _policy(aws: Reader, alias: Raw) -> Raw | None:
    function, _, name = alias["AliasArn"].rpartition(":")
    return aws.get("lambda", "GetPolicy", absent=_ABSENT, FunctionName=function, Qualifier=name)
