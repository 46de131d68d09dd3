"""Commands to be typed, as they stand in the texts of the source: between backquotes, or alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import dragonctl
from dragonctl.cli.catalogue import command_names

_HOLE = "x"
"""What stands in an f-string's place that is filled in when it is told."""
_ROOT = Path(dragonctl.__file__).parent


def commands_in_source(program: str) -> list[str]:
    """Every command of ``dragonctl`` or ``aws`` in a text that is no docstring, once."""
    return sorted({one for text in _texts() for one in _commands(text, program)})


def _commands(text: str, program: str) -> Iterator[str]:
    named = "|".join(command_names()) if program == "dragonctl" else rf"(?!{_HOLE} )[a-z0-9]+"
    form = re.compile(rf"{program} (?:{named})(?: [^`\n]*)?")
    for part in re.findall(r"`([^`\n]+)`", text):
        if form.fullmatch(part):
            yield part
    if form.fullmatch(text) and "," not in text and not text.endswith("."):
        yield text.partition("   #")[0]


def _texts() -> Iterator[str]:
    for path in sorted(_ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        within = {id(part) for one in ast.walk(tree) for part in _parts(one)}
        for one in ast.walk(tree):
            if id(one) not in within and (text := _text(one)) is not None:
                yield text


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What is no text of its own: pieces of an f-string, and docstrings."""
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    if isinstance(node, ast.Expr):
        yield node.value


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else _HOLE for part in node.values
        )
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
