"""A state machine's definition with the functions and machines in it named as they are here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dragonctl.engine.model import Json
from dragonctl.recipes.foreign.apis import DocumentNames, each_text
from dragonctl.recipes.foreign.intrinsics import PLACEHOLDER

_INVOKE = re.compile(r"arn:[\w-]+:states:[\w-]*:\w*:(?:lambda|aws-sdk:lambda):invoke.*")
_START = re.compile(r"arn:[\w-]+:states:[\w-]*:\w*:(?:aws-sdk:sfn|states):start.*")
_FUNCTION = re.compile(r"arn:[\w-]+:lambda:.*|" + PLACEHOLDER.pattern)


def settle(definition: dict[str, Json], names: DocumentNames, file: str) -> dict[str, Json]:
    """The definition; what only a deployment fills in stands there under its own name."""
    for state in tasks(definition):
        resource = str(state.get("Resource", ""))
        if _FUNCTION.fullmatch(resource):
            state["Resource"] = names.function(resource)
        for given in (state.get("Parameters"), state.get("Arguments")):
            if isinstance(given, dict):
                _settle_arguments(resource, given, names)

    def own_name(text: str) -> str:
        for one in PLACEHOLDER.finditer(text):
            names.found.note(f"{file}: nothing says what ${{{one[1]}}} is; its name stands for it.")
        return PLACEHOLDER.sub(lambda one: one[1].rpartition(".")[2], text)

    settled: dict[str, Json] = each_text(definition, own_name)
    return settled


def _settle_arguments(resource: str, given: dict[str, Json], names: DocumentNames) -> None:
    function, machine = given.get("FunctionName"), given.get("StateMachineArn")
    if _INVOKE.fullmatch(resource) and _is_literal(function):
        given["FunctionName"] = names.function(str(function))
    if _START.fullmatch(resource) and _is_literal(machine):
        given["StateMachineArn"] = names.machine(str(machine))


def _is_literal(value: Json) -> bool:
    """Whether it is a text that no query makes when the machine runs."""
    return isinstance(value, str) and not value.startswith(("$.", "$$", "{%"))


def tasks(definition: Json) -> Iterator[dict[str, Any]]:
    """Every Task state, those within Parallel and Map states too."""
    states = definition.get("States") if isinstance(definition, dict) else None
    for state in (states or {}).values() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        if state.get("Type") == "Task":
            yield state
        branches = state.get("Branches")
        inner = [state.get("Iterator"), state.get("ItemProcessor")]
        for within in [*(branches if isinstance(branches, list) else []), *inner]:
            yield from tasks(within)
