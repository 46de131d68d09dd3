"""Definitions of state machines: what Step Functions refuses when one is made or changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dragonctl.local.wire import AwsError

_TARGETS = ("Next", "Default")


def check_definition(definition: str) -> None:
    """InvalidDefinition for what is no JSON, has no start, or leads to a state that is not there.

    moto's parser, which runs the machine, has the last word on the rest.
    """
    try:
        machine = json.loads(definition)
    except ValueError as error:
        raise _invalid("INVALID_JSON_DESCRIPTION", str(error)) from None
    if not isinstance(machine, dict):
        raise _invalid("INVALID_JSON_DESCRIPTION", "Expected a JSON object")
    for problem in _problems(machine, ""):
        raise _invalid("SCHEMA_VALIDATION_FAILED", problem)
    _check_parsed(definition)


def _problems(machine: dict[str, Any], place: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield f"Missing or empty field 'States' at {place or '/'}"
        return
    if not _leads(machine.get("StartAt"), states):
        yield f"Missing 'StartAt' target: {machine.get('StartAt')} at {place}/StartAt"
    for name, one in states.items():
        here = f"{place}/States/{name}"
        if not isinstance(one, dict):
            yield f"Expected a JSON object at {here}"
            continue
        for key, target in _transitions(one):
            if not _leads(target, states):
                yield f"Missing '{key}' target: {target} at {here}"
        for inner in _inner(one):
            yield from _problems(inner, here)


def _leads(target: Any, states: dict[str, Any]) -> bool:
    return isinstance(target, str) and target in states


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _transitions(one: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((key, one[key]) for key in _TARGETS if key in one)
    for rule in [*_listed(one.get("Catch")), *_listed(one.get("Choices"))]:
        if isinstance(rule, dict) and "Next" in rule:
            yield "Next", rule["Next"]


def _inner(one: dict[str, Any]) -> list[dict[str, Any]]:
    kept = [*_listed(one.get("Branches")), one.get("Iterator"), one.get("ItemProcessor")]
    return [each for each in kept if isinstance(each, dict)]


def _check_parsed(definition: str) -> None:
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    try:
        AmazonStateLanguageParser.parse(definition)
    except Exception as error:
        raise _invalid("SCHEMA_VALIDATION_FAILED", str(error) or type(error).__name__) from error


def _invalid(code: str, message: str) -> AwsError:
    return AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{code}: {message}'")
