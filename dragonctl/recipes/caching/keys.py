"""Cache keys: what a method's key holds, what it should hold, and who would share answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dragonctl.errors import UsageError
from dragonctl.recipes.caching.reading.integration import (
    AnswerSources,
    hands_on_the_request,
    path_variables,
    reads,
    streams,
)
from dragonctl.recipes.caching.reading.sources import (
    HEADER,
    PATH,
    QUERY,
    folded,
    in_words,
    is_identity,
    short,
)

_EVERY_VALUE = "method.request.multivalue"
_API_KEY = f"{HEADER}x-api-key"


@dataclass(frozen=True, eq=False)
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
        return path_variables(self.path)

    @cached_property
    def reads(self) -> AnswerSources:
        """What its integration reads of a request."""
        return reads(self.path, self.raw)

    @property
    def streams(self) -> bool:
        """Whether its answers are passed on while they are made; those are never cached."""
        return streams(self.integration)


def wanted_key(method: CacheMethod, named: Iterable[str]) -> tuple[str, ...]:
    """What the method's key should hold beside what it holds: the named parameters that it has.

    None named: every declared parameter and every one that its integration reads, the path's
    variables included, but no header that says who the caller is. The existing key stays in either
    case.
    """
    named = tuple(named)
    wanted = [one for one in named if has(method, one)] if named else joining(method)
    return tuple(one for one in wanted if not covers(method, method.key, one))


def joining(method: CacheMethod) -> list[str]:
    """The parameters that tell one answer from another: what is read, and what is declared.

    A header that is declared and read in two letter cases is one, as the method declares it.
    """
    headers = sorted(one for one in method.declared if one.startswith(HEADER))
    wanted = (*distinguishing(method), *(header for header in headers if not is_identity(header)))
    declared_spelling = {folded(one): one for one in method.declared}
    return list({folded(one): declared_spelling.get(folded(one), one) for one in wanted}.values())


def distinguishing(method: CacheMethod) -> list[str]:
    """What must be in a key: the path's variables, declared paths and queries, and what is read."""
    declared = sorted(one for one in method.declared if one.startswith((QUERY, PATH)))
    return list(dict.fromkeys((*method.variables, *declared, *method.reads.parameters)))


def has(method: CacheMethod, parameter: str) -> bool:
    """Whether a request of the method may carry the parameter, as far as its definition tells.

    A method that declares no query parameter at all may take any (a proxy does); one that
    declares some has said which. Headers are rarely declared, so any may be one.
    """
    known = (*method.declared, *method.variables, *method.reads.parameters)
    if parameter in known or parameter.startswith(HEADER):
        return True
    lists_queries = any(one.startswith(QUERY) for one in method.declared)
    return parameter.startswith(QUERY) and not lists_queries


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
                option="--key",
            )


def covers(method: CacheMethod, key: Iterable[str], source: str) -> bool:
    """Whether a key tells values of the source apart, itself or through a mapping."""
    return folded(source) in _held(method, key)


def _held(method: CacheMethod, key: Iterable[str]) -> set[str]:
    """What a key holds: what it names, what that is mapped from, and a value where all are held."""
    mappings = method.integration.get("requestParameters") or {}
    mapped = {folded(inner): str(outer) for inner, outer in mappings.items()}
    names = {folded(one) for one in key}
    names |= {folded(mapped[name]) for name in names if name in mapped}
    every_value = {name for name in names if name.startswith(_EVERY_VALUE)}
    return names | {one.replace("multivalue", "", 1) for one in every_value}


def outside(method: CacheMethod, key: Iterable[str]) -> list[str]:
    """The parameters that a key should hold and does not: callers who differ in them share."""
    held = _held(method, key)
    return [one for one in distinguishing(method) if folded(one) not in held]


def headers_outside(method: CacheMethod, key: Iterable[str]) -> list[str]:
    """The declared headers that a key does not hold, though nothing shows that they are read."""
    held = _held(method, key)
    headers = (one for one in sorted(method.declared) if one.startswith(HEADER))
    return [header for header in headers if folded(header) not in held]


def hands_on_api_keys(method: CacheMethod) -> bool:
    """Whether each caller has an API key, and the code behind it gets it: it may answer by it."""
    return bool(method.raw.get("apiKeyRequired")) and hands_on_the_request(method.integration)


def sharing(method: CacheMethod, key: Iterable[str]) -> Iterator[str]:
    """Why callers would be given each other's answers under that key; nothing when they are not."""
    key = tuple(key)
    yield from telling_callers_apart(method, key)
    left_out = outside(method, key)
    if left_out:
        yield f"{', '.join(map(short, left_out))} is not in its key"


def telling_callers_apart(method: CacheMethod, key: Iterable[str]) -> Iterator[str]:
    """What the method knows its callers by, and the key does not."""
    authorization = method.raw.get("authorizationType", "NONE")
    if authorization is None:
        yield "AWS does not show the authorization with which it was deployed"
    elif authorization == "AWS_IAM":
        yield "it uses IAM authorization"
    elif authorization != "NONE":
        yield "it has an authorizer"
    held = _held(method, key)
    if hands_on_api_keys(method) and folded(_API_KEY) not in held:
        yield "it asks for an API key, which its proxy integration gets"
    yield from method.reads.personal
    identities = [one for one in method.declared if is_identity(one) and folded(one) not in held]
    for parameter in identities:
        yield f"the header {parameter.removeprefix(HEADER)} tells callers apart"
    headers = set(map(folded, identities))
    read = [caller for caller in method.reads.callers if folded(caller) not in held | headers]
    if read:
        yield f"its integration reads {', '.join(map(in_words, read))}"
