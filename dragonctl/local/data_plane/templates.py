"""Mapping templates: Velocity with ``$input``, ``$util``, ``$context`` and ``$stageVariables``.

The language is :mod:`dragonctl.local.velocity`'s; here are the objects that API Gateway puts in it
(AWS: "Variables for data transformations for API Gateway").
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from dragonctl.local import velocity
from dragonctl.local.velocity import TemplateError
from dragonctl.local.velocity.java import MISSING, JavaMap, Missing, as_json, of_json, text_of

Json = Any
Methods = Mapping[str, Callable[..., Any]]

_ESCAPES = {
    "\b": "\\b", "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r",
    "'": "\\'", '"': '\\"', "\\": "\\\\", "/": "\\/",
}  # fmt: skip


class Util:
    """``$util``; an argument that is null gives null."""

    def velocity_methods(self) -> Methods:
        """What a template may call."""
        return {
            "escapeJavaScript": _of_text(_escaped),
            "parseJson": _of_text(_parsed_json),
            "urlEncode": _of_text(_url_encoded),
            "urlDecode": _of_text(unquote_plus),
            "base64Encode": _of_text(lambda text: base64.b64encode(text.encode()).decode()),
            "base64Decode": _of_text(
                lambda text: base64.b64decode(text).decode("utf-8", "replace")
            ),
        }

    def velocity_properties(self, name: str) -> Any:
        """It has none."""
        raise TemplateError(f"$util.{name} is not done here")


def _of_text(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    """A function of text that leaves null alone."""

    def called(value: Any) -> Any:
        return None if value is None or isinstance(value, Missing) else function(text_of(value))

    return called


def _escaped(text: str) -> str:
    """As commons-lang's ``StringEscapeUtils.escapeJavaScript``."""
    return "".join(_ESCAPES.get(one) or _escaped_character(one) for one in text)


def _escaped_character(one: str) -> str:
    if " " <= one <= "\x7f":
        return one
    units = one.encode("utf-16-be", "surrogatepass").hex().upper()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _parsed_json(text: str) -> Any:
    return of_json(json.loads(text))


def _url_encoded(text: str) -> str:
    """As ``java.net.URLEncoder``: the star stays, the tilde does not."""
    return quote_plus(text, safe="*").replace("~", "%7E")


@dataclass(frozen=True)
class Input:
    """``$input``: a body and, in a request, the parameters by where they stand.

    A body that is empty reads ``{}`` (recorded on AWS).
    """

    body: str
    parameters: Mapping[str, Mapping[str, str]]

    def velocity_methods(self) -> Methods:
        """What a template may call."""
        return {"json": self.json, "path": self.path, "params": self.params}

    def velocity_properties(self, name: str) -> Any:
        """``$input.body``, and nothing else."""
        if name != "body":
            raise TemplateError(f"$input.{name} is not done here")
        return self.body or "{}"

    def json(self, path: str) -> str:
        """What a JSONPath finds, as JSON text; ``""`` where it finds nothing."""
        return as_json(find(path, self._document()))

    def path(self, path: str) -> Any:
        """What a JSONPath finds, as an object that can be walked."""
        return of_json(find(path, self._document(), MISSING))

    def params(self, *names: str | None) -> Any:
        """All parameters, or one by name: path first, then query string, then header.

        What the template has not set (null) is the name of none.
        """
        if not names:
            return JavaMap({kind: JavaMap(held) for kind, held in self.parameters.items()})
        name = names[0] or ""
        for kind in ("path", "querystring"):
            if name in self.parameters.get(kind, {}):
                return self.parameters[kind][name]
        headers = self.parameters.get("header", {})
        return next((v for k, v in headers.items() if k.lower() == name.lower()), "")

    def _document(self) -> Json:
        try:
            return json.loads(self.body or "{}")
        except ValueError:
            return self.body


def find(path: str, document: Json, missing: Any = "") -> Json:
    """The first thing that a JSONPath finds, or all of them where it can find several.

    Raises:
        TemplateError: it is no JSONPath.

    """
    if path == "$":
        return document
    expression = _expression(path)
    found = [match.value for match in expression.find(document)]
    if any(mark in path for mark in ("*", "..", "?", ":", ",")):
        return found
    return found[0] if found else missing


@lru_cache(maxsize=512)
def _expression(path: str) -> Any:
    from jsonpath_ng.ext.parser import parse

    try:
        return parse(path if path.startswith("$") else f"$.{path}")
    except Exception as error:
        raise TemplateError(f"Invalid JSONPath {path}: {error}") from error


def render(
    text: str,
    given: Input,
    context: dict[str, Any],
    variables: Mapping[str, str],
) -> str:
    """The template's text for this request or answer.

    ``#set($context.responseOverride.status = 404)`` is left in ``context`` for the caller.

    Raises:
        TemplateError: the template cannot be parsed, fails, or asks for what is not done here.

    """
    names = {
        "input": given,
        "util": Util(),
        "context": context,
        "stageVariables": JavaMap(variables),
    }
    return velocity.render(text, names)
