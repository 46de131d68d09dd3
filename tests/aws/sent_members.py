"""What the product sends, read from its source: services, operations and their members."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import dragonctl
from tests.aws.models import SESSION, service_model

SOURCE = Path(dragonctl.__file__).parent
SERVICES = frozenset(SESSION.get_available_services())
LEFT_OUT = ("local", "sample.py")
"""The local AWS sends nothing to AWS."""
SIDE_BY_SIDE = re.compile(r"""["']([a-z0-9-]+)["'],\s*["']([A-Z]\w+)["']""")
"""A service and its operation as a module names them; one without need not be parsed."""


@cache
def operations(service: str) -> frozenset[str]:
    """The names of a service's operations."""
    return frozenset(service_model(service).operation_names)


def named_in(source: str) -> set[tuple[str, str]]:
    """(service, operation) that stand side by side, without the parser: it would take a second."""
    return {
        (service, operation)
        for service, operation in SIDE_BY_SIDE.findall(source)
        if service in SERVICES and operation in operations(service)
    }


@cache
def sources() -> dict[str, str]:
    """The modules that may send something: their texts by their names below the package."""
    found = ((path.relative_to(SOURCE), path) for path in sorted(SOURCE.rglob("*.py")))
    return {
        name.as_posix(): path.read_text("utf-8")
        for name, path in found
        if name.parts[0] not in LEFT_OUT
    }


@cache
def sent(only: str = "") -> frozenset[tuple[str, str, str]]:
    """(service, operation, member) of every call that names them; the member "" is the call itself.

    ``only``: those of one service. Members are the keys of the dict that follows the operation's
    name, and lower or upper camel case keywords behind it that are not the callable's own.
    """
    found: set[tuple[str, str, str]] = set()
    for source in sources().values():
        if any(only in ("", service) for service, _ in SIDE_BY_SIDE.findall(source)):
            found.update(_of_module(ast.parse(source)))
    return frozenset(call for call in found if only in ("", call[0]))


def _of_module(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (named := _named(node.args)):
            yield (*named, "")
            literals = [one for one in node.args if isinstance(one, ast.Dict)]
            keys = [key for literal in literals for key in literal.keys]
            yield from ((*named, key.value) for key in keys if isinstance(key, ast.Constant))
            yield from ((*named, word.arg) for word in node.keywords if _is_member(word.arg))


def _named(arguments: list[ast.expr]) -> tuple[str, str] | None:
    """The service and the operation, where the arguments begin with their names."""
    words = [one.value for one in arguments[:2] if isinstance(one, ast.Constant)]
    if len(words) == 2 and words[0] in SERVICES and str(words[1])[:1].isupper():
        return str(words[0]), str(words[1])
    return None


def _is_member(name: str | None) -> bool:
    """Whether a keyword is AWS's: its names are camel case, the callables' own lower case."""
    return name is not None and any(letter.isupper() for letter in name)
