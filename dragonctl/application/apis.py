"""Which REST API is meant: by name, id or pattern, by the folder, or because it is the only one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from dragonctl.engine.model import Reader
from dragonctl.errors import DragonError, UsageError
from dragonctl.resources.apigateway_rest_api import read_rest_apis
from dragonctl.wording import first_few

_FEW = 3
_MANY = 20
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Selection:
    """What a command is about, as its options and ``dragonctl.toml`` say. Empty: find it.

    ``api`` is a name, an id, or a pattern (``shop-*``), or several; ``all_apis`` means every API of
    the account and region; ``named_only`` that no API is: only ``functions`` and ``machines``.
    ``title`` is the title of the folder's own OpenAPI document.
    """

    api: str | tuple[str, ...] | None = None
    stages: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    discover: bool = True
    title: str | None = None
    all_apis: bool = False
    named_only: bool = False

    @property
    def apis(self) -> tuple[str, ...]:
        """The names, ids and patterns of the APIs that were said."""
        return (self.api,) if isinstance(self.api, str) else self.api or ()

    def takes_stage(self, name: str) -> bool:
        """Whether a stage of this name is meant."""
        return not self.stages or any(fnmatchcase(name, pattern) for pattern in self.stages)


class NoApiError(UsageError):
    """The region has no REST API."""


class ChooseApiError(UsageError):
    """Several APIs could be meant; ``choices`` are GetRestApis' items."""

    def __init__(self, message: str, hint: str, choices: Sequence[dict[str, Any]]) -> None:
        super().__init__(message, hint, option="--api")
        self.choices = choices


def find_apis(aws: Reader, selection: Selection) -> list[dict[str, Any]]:
    """The REST APIs that are meant: those said, else the one this folder is about, or the only.

    None where only functions and machines are meant, or are named in a region without an API.
    """
    if selection.named_only:
        return []
    apis = read_rest_apis(aws)
    if not (apis or selection.apis) and _names_parts(selection):
        return []
    if selection.all_apis and apis:
        return apis
    if selection.apis:
        named = [api for name in selection.apis for api in _named_apis(aws, apis, name)]
        return list({api["id"]: api for api in named}.values())
    return [_only_api(aws, apis, selection)]


def find_api(aws: Reader, selection: Selection) -> dict[str, Any]:
    """The one REST API that is meant, for commands that are about a single one."""
    found = find_apis(aws, selection)
    if len(found) > 1:
        raise ChooseApiError(
            f"This command is about one API, and {len(found)} are meant: {_listed(found)}.",
            "Name one by its id: --api ID.",
            found,
        )
    return found[0]


def _names_parts(selection: Selection) -> bool:
    return bool(selection.functions or selection.machines)


def _only_api(aws: Reader, apis: list[dict[str, Any]], selection: Selection) -> dict[str, Any]:
    titled = [api for api in apis if selection.title and api["name"] == selection.title]
    if len(titled) == 1:
        return titled[0]
    if len(apis) == 1:
        return apis[0]
    if not apis:
        raise _no_rest_api(aws)
    raise ChooseApiError(
        f"There are {len(apis)} APIs in {aws.region}: {_listed(apis)}.",
        "Name one with --api, or in dragonctl.toml; --all means every one."
        + (" --no-discover takes what is named alone." if _names_parts(selection) else ""),
        apis,
    )


def _no_rest_api(aws: Reader) -> NoApiError:
    """What is there instead, as far as we may look, and what to type."""
    text = f"There is no REST API in account {aws.account}, region {aws.region}."
    functions, machines, modern = aws.concurrently(
        partial(_names, aws, "function", "lambda", "ListFunctions", "Functions", "FunctionName"),
        partial(
            _names,
            aws,
            "state machine",
            "stepfunctions",
            "ListStateMachines",
            "stateMachines",
            "name",
        ),
        partial(_names, aws, "HTTP or WebSocket API", "apigatewayv2", "GetApis", "Items", "Name"),
    )  # fmt: skip
    there = [words for words, _ in (functions, machines, modern) if words]
    if not there:
        return NoApiError(text, "Check --region and --profile, or try `dragonctl demo`.")
    options = [
        f"{option} {names[0]}"
        for option, (_, names) in (("--function", functions), ("--state-machine", machines))
        if names
    ]
    taken = "setup-observability, status, logs and traces take functions and state machines alone"
    hint = f"{taken}: {' '.join(options)}." if options else "dragonctl works on REST APIs."
    return NoApiError(f"{text} There are {', '.join(there)}.", hint)


def _names(
    aws: Reader, kind: str, service: str, operation: str, key: str, name: str
) -> tuple[str, list[str]]:
    """How many of a kind there are, in words, and their names; nothing where we may not look.

    The first page is enough to say what is there.
    """
    try:
        answer = aws.get(service, operation) or {}
    except DragonError:
        return "", []
    names = [str(one.get(name, "")) for one in answer.get(key) or ()]
    if not names:
        return "", []
    is_cut = any(answer.get(token) for token in ("NextMarker", "nextToken", "NextToken"))
    few = ", ".join(names[:_FEW]) + (", …" if is_cut or len(names) > _FEW else "")
    count = f"{len(names)} or more" if is_cut else str(len(names))
    return f"{count} {kind}{'s' if is_cut or len(names) > 1 else ''} ({few})", names


def _named_apis(aws: Reader, apis: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    by_id = [api for api in apis if api["id"] == name]
    found = by_id or [api for api in apis if api["name"] == name]
    if len(found) == 1:
        return found
    if found:
        raise ChooseApiError(
            f"{len(found)} APIs are called {name!r}: {_listed(found)}.",
            "Name one by its id: --api ID.",
            found,
        )
    # A whole name comes first: that of an API may look like a pattern, `orders [beta]`.
    if _PATTERN.search(name) and (
        matching := [api for api in apis if fnmatchcase(api["name"], name)]
    ):
        return matching
    _refuse_http_api(aws, name)
    text = f"There is no REST API {name!r} in {aws.account}, {aws.region}."
    if apis:
        raise UsageError(text, f"There are: {_listed(apis)}.", option="--api")
    raise NoApiError(text, "There is none at all.", option="--api")


def _refuse_http_api(aws: Reader, name: str) -> None:
    """An HTTP API lives in another service, with other settings."""
    try:
        apis = aws.pages("apigatewayv2", "GetApis", "Items") or []
    except DragonError:
        return  # without the right to look, "there is no REST API" is still true
    for api in apis:
        if name in (api["ApiId"], api["Name"]):
            raise UsageError(
                f"{name!r} is an {api.get('ProtocolType', 'HTTP')} API (API Gateway v2).",
                "dragonctl works on REST APIs.",
                option="--api",
            )


def _listed(apis: Iterable[dict[str, Any]]) -> str:
    return first_few((f"{api['name']} ({api['id']})" for api in apis), _MANY)
