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
    named = "|".join(command_names()) if program == "dragonctl" else rf"(?!{_HOLE} )[a-z0-9]+"
    form = re.compile(rf"{program} (?:{named})(?: [^`\n]*)?")
    return sorted({one for text in _texts(f"{program} ") for one in _commands(text, form)})


def _commands(text: str, form: re.Pattern[str]) -> Iterator[str]:
    for part in re.findall(r"`([^`\n]+)`", text):
        if form.fullmatch(part):
            yield part
    if form.fullmatch(text) and "," not in text and not text.endswith("."):
        yield text.partition("   #")[0]


def _texts(word: str) -> Iterator[str]:
    """Those of the files that have the word in them; the others need not be parsed."""
    for path in sorted(_ROOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if word not in source:
            continue
        nodes = list(ast.walk(ast.parse(source)))
        within = {id(part) for one in nodes for part in _parts(one)}
        for one in nodes:
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
