"""Cache keys: what a method's key holds, what it should hold, and who would share answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.errors import UsageError

_VARIABLE = re.compile(r"\{([^}+]+)\+?\}")
_QUERY = "method.request.querystring."
_PATH = "method.request.path."
_HEADER = "method.request.header."
# Headers that say who the caller is.
_IDENTITY = {"authorization", "proxy-authorization", "cookie", "x-amz-security-token"}


@dataclass(frozen=True)
class CacheMethod:
    """A method that answers GET requests. ``verb`` is ``GET``, or ``ANY`` where that answers them.

    ``raw`` is GetResources' method, integration included.
    """

    path: str
    verb: str
    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """``GET /dragons``."""
        return f"GET {self.path}"

    @property
    def integration(self) -> Mapping[str, Any]:
        """The method's integration; empty where it has none yet."""
        return self.raw.get("methodIntegration") or {}

    @property
    def declared(self) -> dict[str, bool]:
        """The request parameters that the method declares, and which of them are required."""
        return dict(self.raw.get("requestParameters") or {})

    @property
    def key(self) -> tuple[str, ...]:
        """The parameters that its cache key holds now."""
        return tuple(self.integration.get("cacheKeyParameters") or ())

    @property
    def variables(self) -> tuple[str, ...]:
        """The path's own variables; ``{proxy+}`` is ``proxy``."""
        return tuple(f"{_PATH}{name}" for name in _VARIABLE.findall(self.path))


def wanted_key(method: CacheMethod, named: Iterable[str]) -> tuple[str, ...]:
    """What the method's key should hold beside what it holds: the named parameters that it has.

    None named: every declared path and query parameter, the path's variables included. The
    existing key stays in either case.
    """
    named = tuple(named)
    wanted = [one for one in named if has(method, one)] if named else distinguishing(method)
    return tuple(one for one in wanted if not covers(method, method.key, one))


def distinguishing(method: CacheMethod) -> list[str]:
    """The declared parameters that tell one resource's answer from another's."""
    declared = sorted(one for one in method.declared if one.startswith((_QUERY, _PATH)))
    return list(dict.fromkeys((*method.variables, *declared)))


def has(method: CacheMethod, parameter: str) -> bool:
    """Whether a request of the method may carry the parameter, as far as its definition tells.

    A method that declares no query parameter at all may take any (a proxy does); one that
    declares some has said which. Headers are rarely declared, so any may be one.
    """
    if parameter in (*method.declared, *method.variables) or parameter.startswith(_HEADER):
        return True
    lists_queries = any(one.startswith(_QUERY) for one in method.declared)
    return parameter.startswith(_QUERY) and not lists_queries


def refuse_unknown_keys(methods: Iterable[CacheMethod], named: Iterable[str]) -> None:
    """A key that no chosen method has is a slip of the pen: one sentence, no write."""
    methods = list(methods)
    for parameter in named:
        if methods and not any(has(method, parameter) for method in methods):
            known = dict.fromkeys(one for method in methods for one in distinguishing(method))
            listed = ", ".join(map(short, known)) or "none"
            raise UsageError(
                f"No chosen method has the parameter {short(parameter)!r}.",
                f"They declare: {listed}.",
            )


def covers(method: CacheMethod, key: Iterable[str], parameter: str) -> bool:
    """Whether a key tells values of the parameter apart, itself or through a mapping."""
    mapped = {
        inner
        for inner, outer in (method.integration.get("requestParameters") or {}).items()
        if outer == parameter
    }
    return bool({parameter, *mapped} & set(key))


def outside(method: CacheMethod, key: Iterable[str]) -> list[str]:
    """The declared parameters that a key leaves out: callers who differ in them share answers."""
    key = tuple(key)
    return [one for one in distinguishing(method) if not covers(method, key, one)]


def sharing(method: CacheMethod, key: Iterable[str]) -> Iterator[str]:
    """Why callers would be given each other's answers under that key; nothing when they are not."""
    key = tuple(key)
    yield from telling_callers_apart(method, key)
    left_out = outside(method, key)
    if left_out:
        yield f"{', '.join(map(short, left_out))} is not in its key"


def telling_callers_apart(method: CacheMethod, key: Iterable[str]) -> Iterator[str]:
    """What the method knows its callers by, and the key does not."""
    authorization = method.raw.get("authorizationType") or "NONE"
    if authorization == "AWS_IAM":
        yield "it uses IAM authorization"
    elif authorization != "NONE":
        yield "it has an authorizer"
    for parameter in method.declared:
        name = parameter.removeprefix(_HEADER)
        is_identity = name.lower() in _IDENTITY and name != parameter
        if is_identity and not covers(method, key, parameter):
            yield f"the header {name} tells callers apart"


def short(parameter: str) -> str:
    """``method.request.querystring.family`` -> ``family``; headers and paths keep their place."""
    place, _, name = parameter.removeprefix("method.request.").partition(".")
    return name if place == "querystring" else f"{place}:{name}"
