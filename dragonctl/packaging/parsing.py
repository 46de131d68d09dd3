"""One parse at a time.

CPython 3.11 counts the depth of a syntax tree for all threads together, and fails when two are
made at once ("AST constructor recursion depth mismatch"). Functions are packaged at the same time,
and the `packaging` library makes trees too, of the strings in markers.
"""

from __future__ import annotations

import ast
import threading

from packaging.requirements import Requirement

_ONE_AT_A_TIME = threading.Lock()


def syntax_tree(source: bytes, name: str, version: tuple[int, int] | None = None) -> ast.Module:
    """The tree of a source file, as Python ``version`` would see it. Raises SyntaxError."""
    with _ONE_AT_A_TIME:
        return ast.parse(source, name, feature_version=version)


def requirement(text: str) -> Requirement:
    """One requirement. Raises ``packaging.requirements.InvalidRequirement``."""
    with _ONE_AT_A_TIME:
        return Requirement(text)
