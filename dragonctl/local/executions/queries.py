"""JSONata in state machines, by jsonata-python; moto's own evaluator wants a Java machine.

The rules are Step Functions' (AWS: "Transforming data with JSONata in Step Functions"): states and
variables are bound by name, six functions more, ``$eval`` is not there, and what fails or finds
nothing is ``States.QueryEvaluationError`` with the field that holds the expression.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")


class QueryError(Exception):
    """Why an expression has no value, as it ends Step Functions' sentence."""


def install() -> None:
    """Put this in the place of moto's evaluator; once, before the first execution."""
    from moto.stepfunctions.parser.asl.component.common.string import string_expression
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp

    setattr(string_expression.StringJSONata, "_eval_body", _evaluated)  # noqa: B010 (another's)
    own: Any = Timestamp._create_failure_event  # noqa: SLF001 (the one place that words it)

    def failure_event(self: Any, env: Any, text: Any) -> Any:
        if not isinstance(self.string, string_expression.StringJSONata):
            return own(self, env, text)
        return _failure(
            env,
            "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time "
            f"format string: {text}",
        )

    setattr(Timestamp, "_create_failure_event", failure_event)  # noqa: B010 (another's)


def _evaluated(self: Any, env: Any) -> None:
    """Leave the expression's value on the stack of moto's environment."""
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEventException,
    )

    store = env.variable_store
    variables = {**store._outer_scope, **store._inner_scope}  # noqa: SLF001 (moto renders text)
    try:
        value = evaluate(self.expression, bindings(env.states._states_data, variables))  # noqa: SLF001
    except QueryError as error:
        field = field_of(_definition(env), env.next_state_name, self.expression)
        named = f" specified for the field '{field}'" if field else ""
        cause = f"The JSONata expression '{self.expression}'{named} {error}"
        raise FailureEventException(_failure(env, cause, field)) from error
    env.stack.append(value)


def _failure(env: Any, cause: str, field: str | None = None) -> Any:
    """An EvaluationFailed event, told to the history, and what moto raises for it."""
    from moto.stepfunctions.parser.api import HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )

    typ = states_error_name_type.StatesErrorNameType.StatesQueryEvaluationError
    name = states_error_name.StatesErrorName(typ=typ)
    members = {"cause": cause, "error": name.error_name}
    if field:
        members["location"] = field
    details: Any = {"evaluationFailedEventDetails": members}
    failed = failure_event.FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=details,
    )
    raised = failure_event.FailureEventException(failed)
    history: Any = {"evaluationFailedEventDetails": raised.get_evaluation_failed_event_details()}
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=history,
    )
    return failed


def _definition(env: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(env.cloud_watch_logging_session.definition)
    return found


def field_of(definition: Any, state: str, expression: str) -> str | None:
    """Where in a state an expression stands, as in ``Assign/total`` or ``Choices[0]/Condition``.

    None where it is not found, or stands in several places.
    """
    fields = {
        field
        for held in _states(definition, state)
        for field, text in _texts(held)
        if text.startswith("{%")
        and text.removeprefix("{%").removesuffix("%}").strip() == expression
    }
    return fields.pop() if len(fields) == 1 else None


def _states(part: Any, name: str) -> Iterator[Any]:
    """Every state of that name, in branches and item processors too."""
    if isinstance(part, dict):
        for key, inner in part.items():
            if key == "States" and isinstance(inner, dict) and name in inner:
                yield inner[name]
            yield from _states(inner, name)
    elif isinstance(part, list):
        for inner in part:
            yield from _states(inner, name)


def _texts(part: Any, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, str):
        yield field, part.strip()
    elif isinstance(part, dict):
        for key, inner in part.items():
            if key != "States":
                yield from _texts(inner, f"{field}/{key}" if field else key)
    elif isinstance(part, list):
        for at, inner in enumerate(part):
            yield from _texts(inner, f"{field}[{at}]")


def evaluate(expression: str, bound: Mapping[str, Any]) -> Any:
    """The value of an expression, as JSON.

    Raises:
        QueryError: it cannot be parsed, fails, finds nothing, or gives what is no JSON.

    """
    from jsonata.jexception import JException

    try:
        value = _program(expression).evaluate(None, bound)
    except QueryError:
        raise
    except JException as error:
        code = f"{error.error}: " if error.error else ""
        raise QueryError(f"threw an error during evaluation. {code}{error}") from error
    except (ArithmeticError, RecursionError, TypeError, ValueError, LookupError) as error:
        raise QueryError(f"threw an error during evaluation. {error}") from error
    if value is None:
        raise QueryError("returned nothing (undefined).")
    return _plain(value)


def _program(expression: str) -> Any:
    """A compiled expression of this call's own: evaluating leaves traces in it."""
    from jsonata.jsonata import Jsonata

    program = Jsonata(expression)
    program.output_convert_nulls = False  # else null and nothing are the same
    return program


def _plain(value: Any) -> Any:
    """JSON of what jsonata-python gives; its null is an object of its own."""
    from jsonata.utils import Utils

    if value is Utils.NULL_VALUE:
        return None
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (str, bool, int, float)):
        return value
    raise QueryError("returned an unsupported result type.")


def bindings(states: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """What ``$states``, the variables and Step Functions' own functions are bound to.

    ``result`` and ``errorOutput`` that are not there yet find nothing.
    """
    from jsonata.jsonata import Jsonata

    context = {
        name: held
        for name, held in states.items()
        if held is not None or name not in ("result", "errorOutput")
    }
    functions = {name: Jsonata.JLambda(function) for name, function in _FUNCTIONS.items()}
    return {
        **functions,
        "states": _bound(context),
        **{k: _bound(v) for k, v in variables.items()},
    }


def _bound(value: Any) -> Any:
    from jsonata.utils import Utils

    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _bound(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_bound(inner) for inner in value]
    return value


def _partition(values: Any, size: Any) -> list[Any]:
    if not isinstance(size, (int, float)) or isinstance(size, bool) or size < 1:
        raise QueryError("threw an error during evaluation. $partition wants a size of 1 or more")
    held = values if isinstance(values, list) else [values]
    step = math.floor(size)
    return [list(held[at : at + step]) for at in range(0, len(held), step)]


def _range(first: Any, last: Any, step: Any) -> list[Any]:
    if not step:
        raise QueryError("threw an error during evaluation. $range wants a step that is not 0")
    count = math.floor((last - first) / step) + 1
    return [first + at * step for at in range(max(0, count))]


def _hash(value: Any, algorithm: Any) -> str:
    if algorithm not in HASHES:
        raise QueryError(f"threw an error during evaluation. $hash does not know {algorithm}")
    text = value if isinstance(value, str) else json.dumps(_plain(value), separators=(",", ":"))
    return hashlib.new(algorithm.replace("-", ""), text.encode(), usedforsecurity=False).hexdigest()


def _random(seed: Any = None) -> float:
    return (random if seed is None else random.Random(seed)).random()  # noqa: S311 (no secret)


def _parse(text: Any) -> Any:
    return _bound(json.loads(text))


def _refused(*_arguments: Any) -> Any:
    raise QueryError("threw an error during evaluation. $eval is not supported: use $parse")


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "partition": _partition,
    "range": _range,
    "hash": _hash,
    "random": _random,
    "uuid": lambda: str(uuid.uuid4()),
    "parse": _parse,
    "eval": _refused,
}
