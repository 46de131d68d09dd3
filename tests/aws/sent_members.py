"""What the product sends, read from its source: services, operations and their members."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session

import dragonctl

SOURCE = Path(dragonctl.__file__).parent
SESSION = botocore.session.get_session()
SERVICES = frozenset(SESSION.get_available_services())
LEFT_OUT = ("local", "sample.py")
"""The local AWS sends nothing to AWS."""
SIDE_BY_SIDE = re.compile(r"""["'],\s*["'][A-Z]""")
"""What a module has in it that names a service and an operation; no other need be parsed."""


@cache
def sent() -> frozenset[tuple[str, str, str]]:
    """(service, operation, member) of every call that names them; the member "" is the call itself.

    Members are the keys of the dict that follows the operation's name, and lower or upper camel
    case keywords behind it that are not the callable's own.
    """
    found: set[tuple[str, str, str]] = set()
    for path in SOURCE.rglob("*.py"):
        if path.relative_to(SOURCE).parts[0] not in LEFT_OUT:
            source = path.read_text("utf-8")
            if SIDE_BY_SIDE.search(source):
                found.update(_of_module(ast.parse(source)))
    return frozenset(found)


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
