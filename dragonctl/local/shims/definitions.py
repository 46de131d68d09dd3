"""Definitions of state machines: what Step Functions refuses when one is made or changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead

MOST_DIAGNOSTICS = 100
_TARGETS = ("Next", "Default")


NOT_JSON = "INVALID_JSON_DESCRIPTION"
WRONG = "SCHEMA_VALIDATION_FAILED"
_REQUIRED = ("States", "StartAt")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a definition: Step Functions' code and words, and where it is."""

    message: str
    location: str | None = None
    code: str = WRONG

    def __str__(self) -> str:
        """As the refusal of a machine says it."""
        where = f" at {self.location}" if self.location else ""
        return f"{self.code}: {self.message}{where}"


def check_definition(definition: str, kind: str = "STANDARD") -> None:
    """InvalidDefinition for what is no JSON, has no start, or leads to a state that is not there.

    ``kind`` is ``STANDARD`` or ``EXPRESS``. moto's parser, which runs the machine, has the last
    word on the rest.
    """
    for problem in problems(definition, kind):
        raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{problem}'")


def problems(definition: str, kind: str) -> Iterator[Problem]:
    """All that is wrong, what hides the rest alone."""
    try:
        machine = json.loads(definition)
    except ValueError as error:
        yield Problem(str(error), code=NOT_JSON)
        return
    if not isinstance(machine, dict):
        yield Problem("Expected a JSON object", code=NOT_JSON)
        return
    found = [*_problems(machine, ""), *_of_language(machine)]
    if kind == "EXPRESS":
        found += _of_express(machine, "")
    yield from found or _parsed(definition)


def _problems(machine: dict[str, Any], place: str) -> Iterator[Problem]:
    missing = [one for one in _REQUIRED if one not in machine]
    if missing:
        yield Problem(f"These fields are required: [{', '.join(missing)}]", place or "/")
        return
    states = machine["States"]
    if not isinstance(states, dict) or not states:
        yield Problem("Missing or empty field 'States'", place or "/")
        return
    if not _leads(machine.get("StartAt"), states):
        yield Problem(f"Missing 'StartAt' target: {machine.get('StartAt')}", f"{place}/StartAt")
    for name, one in states.items():
        here = f"{place}/States/{name}"
        if not isinstance(one, dict):
            yield Problem("Expected a JSON object", here)
            continue
        for key, target in _transitions(one):
            if not _leads(target, states):
                yield Problem(f"Missing '{key}' target: {target}", here)
        for inner in _inner(one):
            yield from _problems(inner, here)


def _of_language(machine: dict[str, Any]) -> Iterator[Problem]:
    """One state may turn to JSONata, none back from it."""
    if machine.get("QueryLanguage") != "JSONata":
        return
    for place, one in _states(machine, ""):
        if one.get("QueryLanguage") == "JSONPath":
            words = (
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
            )
            yield Problem(words, place)


def _of_express(machine: dict[str, Any], place: str) -> Iterator[Problem]:
    """What only standard machines wait for."""
    for here, one in _states(machine, place):
        resource = str(one.get("Resource", ""))
        if resource.endswith(".waitForTaskToken"):
            words = (
                "Express state machine does not support '.waitForTaskToken' service integration "
            )
        elif re.search(r"\.sync(:2)?$", resource):
            words = "Express state machine does not support '.sync' service integration"
        elif re.fullmatch(r"arn:[\w-]+:states:[\w-]+:\d+:activity:.+", resource):
            words = "Express state machine does not support Activity ARN"
        else:
            continue
        yield Problem(words, f"{here}/Resource")


def _states(machine: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state with its place, those of branches and maps too."""
    states = machine.get("States")
    for name, one in states.items() if isinstance(states, dict) else ():
        if isinstance(one, dict):
            here = f"{place}/States/{name}"
            yield here, one
            for inner in _inner(one):
                yield from _states(inner, here)


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


@cache
def know_express_children() -> None:
    """Let moto's parser take a distributed Map whose child executions are Express.

    Amazon States Language has ``"ExecutionType": "EXPRESS"`` beside STANDARD (Step Functions'
    developer guide, "Using Map state in Distributed mode"); moto's grammar has STANDARD alone. The
    definition that is kept, and shown, stays as it was given.
    """
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    parse: Any = AmazonStateLanguageParser.parse

    def parsed(definition: str) -> Any:
        if '"EXPRESS"' not in definition:
            return parse(definition)
        return parse(json.dumps(json.loads(definition, object_hook=_standard_children)))

    setattr(AmazonStateLanguageParser, "parse", staticmethod(parsed))  # noqa: B010 (moto's)


def _standard_children(value: dict[str, Any]) -> dict[str, Any]:
    """A ``ProcessorConfig`` with the one kind of child executions that moto knows."""
    is_config = value.get("Mode") == "DISTRIBUTED" and value.get("ExecutionType") == "EXPRESS"
    return {**value, "ExecutionType": "STANDARD"} if is_config else value


def _parsed(definition: str) -> list[Problem]:
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    know_express_children()
    try:
        AmazonStateLanguageParser.parse(definition)
    except Exception as error:  # noqa: BLE001 (whatever the parser stumbles over)
        return [Problem(str(error) or type(error).__name__)]
    return []


@instead("stepfunctions", "ValidateStateMachineDefinition")
def validate(request: Request) -> dict[str, Any]:
    """All that is wrong with a definition, as diagnostics."""
    parameters = request.parameters
    definition = parameters["definition"]
    if definition.strip():
        found = list(problems(definition, parameters.get("type") or "STANDARD"))
    else:
        found = [Problem("Definition must be a valid JSON object")]
    most = int(parameters.get("maxResults") or MOST_DIAGNOSTICS)
    return {
        "result": "FAIL" if found else "OK",
        "diagnostics": [_diagnostic(one) for one in found[:most]],
        "truncated": len(found) > most,
    }


def _diagnostic(problem: Problem) -> dict[str, str]:
    fields = {"severity": "ERROR", "code": problem.code, "message": problem.message}
    return {**fields, "location": problem.location} if problem.location else fields
