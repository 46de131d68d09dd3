"""Mapping templates: Velocity with ``$input``, ``$util``, ``$context`` and ``$stageVariables``.

The language is airspeed-ext's; here are the objects that API Gateway puts in it (AWS: "Variables
for data transformations for API Gateway").
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, unquote_plus

Json = Any


class TemplateError(Exception):
    """A template that cannot be parsed or evaluated; the message says where."""


class VelocityMap(dict[str, Any]):
    """A JSON object with the methods and the look of a Java map: ``{a=1, b=x}``."""

    def __str__(self) -> str:
        return "{" + ", ".join(f"{key}={_printed(value)}" for key, value in self.items()) + "}"

    __repr__ = __str__

    def keySet(self) -> VelocityList:  # noqa: N802 (Java's name)
        """The names."""
        return VelocityList(self)

    def entrySet(self) -> VelocityList:  # noqa: N802 (Java's name)
        """Objects with ``key`` and ``value``."""
        entries = [VelocityMap(key=key, value=value) for key, value in self.items()]
        return VelocityList(entries)

    def containsKey(self, name: str) -> bool:  # noqa: N802 (Java's name)
        """Whether there is such a name."""
        return name in self

    def put(self, name: str, value: Any) -> Any:
        """Set a value; the one before."""
        before = self.get(name)
        self[name] = value
        return before

    def putAll(self, values: Mapping[str, Any]) -> None:  # noqa: N802 (Java's name)
        """Set several values."""
        self.update(values)

    def size(self) -> int:
        """How many names."""
        return len(self)

    def isEmpty(self) -> bool:  # noqa: N802 (Java's name)
        """Whether there is none."""
        return not self


class VelocityList(list[Any]):
    """A JSON array with the methods and the look of a Java list: ``[1, x]``."""

    def __str__(self) -> str:
        return "[" + ", ".join(_printed(value) for value in self) + "]"

    __repr__ = __str__

    def size(self) -> int:
        """How many elements."""
        return len(self)

    def get(self, index: int) -> Any:
        """One element."""
        return self[index]

    def add(self, value: Any) -> bool:
        """Append an element."""
        self.append(value)
        return True

    def contains(self, value: Any) -> bool:
        """Whether it is in the list."""
        return value in self

    def isEmpty(self) -> bool:  # noqa: N802 (Java's name)
        """Whether there is none."""
        return not self


def _printed(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_velocity(value: Json) -> Any:
    """JSON as templates see it."""
    if isinstance(value, dict):
        return VelocityMap({key: as_velocity(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return VelocityList([as_velocity(inner) for inner in value])
    return value


class Util:
    """``$util``."""

    @staticmethod
    def escapeJavaScript(text: Any) -> str:  # noqa: N802 (AWS's name)
        """As Java's StringEscapeUtils does: quotes of both kinds, backslashes, controls."""
        escaped = json.dumps(_printed(text) if text is not None else "")[1:-1]
        return escaped.replace("'", "\\'").replace("/", "\\/")

    @staticmethod
    def parseJson(text: str) -> Any:  # noqa: N802 (AWS's name)
        """JSON text as an object that can be walked."""
        return as_velocity(json.loads(text))

    @staticmethod
    def urlEncode(text: str) -> str:  # noqa: N802 (AWS's name)
        """``application/x-www-form-urlencoded``."""
        return quote_plus(text)

    @staticmethod
    def urlDecode(text: str) -> str:  # noqa: N802 (AWS's name)
        """The reverse."""
        return unquote_plus(text)

    @staticmethod
    def base64Encode(text: str) -> str:  # noqa: N802 (AWS's name)
        """Base64 of the text's UTF-8."""
        return base64.b64encode(text.encode()).decode()

    @staticmethod
    def base64Decode(text: str) -> str:  # noqa: N802 (AWS's name)
        """The reverse."""
        return base64.b64decode(text).decode("utf-8", "replace")


@dataclass(frozen=True)
class Input:
    """``$input``: a body and, in a request, the parameters by where they stand."""

    body: str
    parameters: Mapping[str, Mapping[str, str]]

    def json(self, path: str) -> str:
        """What a JSONPath finds, as JSON text; empty text is an empty object."""
        found = self._found(path)
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    def path(self, path: str) -> Any:
        """What a JSONPath finds, as an object that can be walked."""
        return as_velocity(self._found(path))

    def params(self, name: str | None = None) -> Any:
        """All parameters, or one by name: path first, then query string, then header."""
        if name is None:
            return as_velocity({kind: dict(held) for kind, held in self.parameters.items()})
        for kind in ("path", "querystring"):
            if name in self.parameters.get(kind, {}):
                return self.parameters[kind][name]
        headers = self.parameters.get("header", {})
        return next((v for k, v in headers.items() if k.lower() == name.lower()), "")

    def _found(self, path: str) -> Json:
        return find(path, self._document())

    def _document(self) -> Json:
        if not self.body:
            return {}
        try:
            return json.loads(self.body)
        except ValueError:
            return self.body


def find(path: str, document: Json) -> Json:
    """The first thing that a JSONPath finds, or all of them where it can find several."""
    if path == "$":
        return document
    expression = _expression(path)
    found = [match.value for match in expression.find(document)]
    if any(mark in path for mark in ("*", "..", "?", ":", ",")):
        return found
    return found[0] if found else ""


@lru_cache(maxsize=512)
def _expression(path: str) -> Any:
    from jsonpath_ng.ext.parser import parse

    try:
        return parse(path if path.startswith("$") else f"$.{path}")
    except Exception as error:
        raise TemplateError(f"Invalid JSONPath {path}: {error}") from error


@lru_cache(maxsize=256)
def _compiled(text: str) -> Any:
    from airspeed import Template

    template = Template(text)
    template.ensure_compiled()
    return template


def render(
    text: str,
    given: Input,
    context: dict[str, Any],
    variables: Mapping[str, str],
) -> str:
    """The template's text for this request or answer.

    ``#set($context.responseOverride.status = 404)`` is left in ``context`` for the caller.

    Raises:
        TemplateError: the template cannot be parsed, or fails.

    """
    names = {
        "input": given,
        "util": Util(),
        "context": context,
        "stageVariables": VelocityMap(variables),
    }
    try:
        return str(_compiled(text).merge(names))
    except Exception as error:
        raise TemplateError(str(error)) from error
