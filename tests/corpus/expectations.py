"""What a person who reads a shape knows of it: what is behind its API, and what a cache may serve.

Worked out from the text of the shape alone; nothing of dragonctl is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.corpus.shape import Json, Shape

FUNCTION = re.compile(r":function:([\w-]+)")
MACHINE = re.compile(r":stateMachine:([\w-]+)")
VARIABLE = re.compile(r"\$\{?stageVariables\.(\w+)\}?")
CALLER = re.compile(r"\$\{?context\.((?:identity|authorizer)\.[\w.]+)")
PARAMETER = re.compile(r"\$\{?input\.params\(\s*['\"]([^'\"]+)['\"]\s*\)")
NAMED = re.compile(r"\.params\(\s*\)\.(path|querystring|header)\.(?:get\(['\"])?([\w-]+)")
EVERY = re.compile(r"\.params\(\s*\)(?!\.(path|querystring|header)\.)|\.keySet\(\)")
PLACES = ("path", "querystring", "header")


@dataclass(frozen=True)
class Behind:
    """The functions and machines that an API's traffic reaches by names that are written down.

    ``worked_out``: the states whose function is only known when they run.
    """

    functions: frozenset[str]
    machines: frozenset[str]
    worked_out: frozenset[str]


def behind(shape: Shape) -> Behind:
    """Of the API that is looked at: integrations, authorizers, and then definitions to the end."""
    texts = [text for stage in shape.api["stages"] for text in _of_api(shape.api, stage)]
    functions, found = _named(texts, FUNCTION), _named(texts, MACHINE)
    done: set[str] = set()
    worked_out: set[str] = set()
    while todo := (found & shape.part("machines").keys()) - done:
        done |= todo
        for name in todo:
            tasks = list(_tasks(shape.part("machines")[name]["definition"]))
            said = [text for _, task in tasks for text in _of_task(task)]
            functions |= _named(said, FUNCTION) | set(said)
            found |= _named(said, MACHINE)
            worked_out |= {title for title, task in tasks if _is_worked_out(task)}
    known = shape.part("functions").keys()
    return Behind(frozenset(functions & known), frozenset(done), frozenset(worked_out))


def _named(texts: list[str], pattern: re.Pattern[str]) -> set[str]:
    return {name for text in texts for name in pattern.findall(text)}


def _of_api(api: Json, stage: Json) -> Iterator[str]:
    """The texts that name what is behind, with the stage's variables put in."""
    variables = stage.get("variables") or {}
    integrations = [method["integration"] for method in api["methods"]]
    texts = [one.get("uri", "") for one in integrations]
    texts += [text for one in integrations for text in (one.get("requestTemplates") or {}).values()]
    for text in texts:
        plain = (text or "").replace("\\/", "/")
        yield VARIABLE.sub(lambda one: str(variables.get(one[1], "")), plain)
    used = {method.get("authorizer") for method in api["methods"]}
    for one in api.get("authorizers", []):
        if one["name"] in used:
            yield one.get("authorizerUri", "")


def _tasks(value: Json, title: str = "") -> Iterator[tuple[str, Json]]:
    """Every state that has a resource, however deep, with its name."""
    if isinstance(value, dict):
        if isinstance(value.get("Resource"), str):
            yield title, value
        for key, inner in value.items():
            yield from _tasks(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _tasks(inner, title)


def _arguments(task: Json) -> Json:
    given = task.get("Arguments")
    return {**(task.get("Parameters") or {}), **(given if isinstance(given, dict) else {})}


def _of_task(task: Json) -> Iterator[str]:
    yield task["Resource"]
    for key in ("FunctionName", "StateMachineArn"):
        value = _arguments(task).get(key)
        if isinstance(value, str) and not value.startswith("{%"):
            yield value


def _is_worked_out(task: Json) -> bool:
    name = str(_arguments(task).get("FunctionName", ""))
    return "FunctionName.$" in _arguments(task) or name.startswith("{%")


def read_outside_key(method: Json, key: set[str]) -> set[str]:
    """What the request to the backend reads of the caller and the cache key does not hold.

    Of what is declared too, but for headers: whether a proxy reads those cannot be seen.
    """
    integration = method["integration"]
    mapped = {str(k): str(v) for k, v in (integration.get("requestParameters") or {}).items()}
    held = {_plain(one) for one in key} | {
        _plain(value) for name, value in mapped.items() if name in key
    }
    read = {value for name, value in mapped.items() if name not in key and _is_callers(value)}
    read |= {name for name in method.get("params") or {} if ".header." not in name}
    if integration["type"] in ("AWS", "HTTP", "MOCK"):
        for text in (integration.get("requestTemplates") or {}).values():
            read |= set(_read_by(text or "", held))
    return {one for one in read if _plain(one) not in held}


def _plain(name: str) -> str:
    """Header names are the same in any letter case."""
    return name.lower() if ".header." in name else name


def _is_callers(value: str) -> bool:
    return bool(re.match(r"method\.request\.(?!body)|context\.(identity|authorizer)\.", value))


def _read_by(template: str, held: set[str]) -> Iterator[str]:
    for name in PARAMETER.findall(template):
        places = [f"method.request.{place}.{name}" for place in PLACES]
        if not any(_plain(one) in held for one in places):
            yield f"$input.params('{name}')"
    for place, name in NAMED.findall(template):
        if name not in ("get", "keySet", "entrySet"):
            yield f"method.request.{place}.{name}"
    yield from (f"$context.{name}" for name in CALLER.findall(template))
    if EVERY.search(template):
        yield "every parameter"
