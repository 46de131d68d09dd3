"""What can be known of a handler without running it: it exists, it parses, it calls the tracer."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.parsing import syntax_tree
from dragonctl.packaging.runtimes import Platform

_TRACERS = ("aws_xray_sdk", "aws_lambda_powertools", "opentelemetry")
_USUAL_HANDLERS = ("lambda_handler", "handler")
# What Python 3.12 to 3.14 brought and an older parser refuses: ``type X = …``, type parameters,
# nested quotes in f-strings, template strings, ``except A, B:``.
_NEWER_SYNTAX = re.compile(
    r"\s*(type\s+\w+|(async\s+)?(def|class)\s+\w+\s*\[|except\b.*,)|.*\b[rR]?[fFtT][rR]?[\"']"
)
_JUDGE = """
import ast, sys
print("%d.%d" % sys.version_info[:2], end=" ")
try:
    ast.parse(open(sys.argv[1], "rb").read())
except (SyntaxError, ValueError) as error:
    print(error)
"""


def check_syntax(files: Mapping[str, Path], target: Platform) -> list[str]:
    """Refuse Python files that do not parse on the target; warnings where that cannot be known.

    Only syntax that is newer than the Python this runs on cannot be judged here; then an
    interpreter of the target's version is asked, if there is one.
    """
    warnings = []
    for name, path in files.items():
        if name.endswith(".py"):
            error = _syntax_error(path, target)
            if error and not _may_be_newer(error, path, target):
                where = f"{path}, line {error.lineno}" if error.lineno else str(path)
                raise PackagingError(f"{where}: {error.msg}.", "Fix it; nothing was uploaded.")
            if error and (verdict := _verdict_of_target(path, target)):
                warnings.append(verdict)
    return warnings


def check_handler(handler: str, files: Mapping[str, Path]) -> None:
    """Refuse a handler that the zip does not hold; ``files`` is all that goes into it.

    ``handler`` is as Lambda has it: ``module.function`` or ``folder/module.function``.
    """
    module, _, function = handler.rpartition(".")
    if not module or not function.isidentifier():
        raise PackagingError(
            f"{handler!r} is not a valid handler.",
            "Write it as module.function, or folder/module.function.",
        )
    path = _module_file(module, files)
    if path is None:
        raise PackagingError(
            f"The handler {handler} does not exist: the zip holds no {_as_path(module)}.py.",
            _found_instead(files),
        )
    if path.suffix == ".py" and not _defines(path, function):
        raise PackagingError(
            f"The handler {handler} does not exist: {path.name} defines no {function}.",
            _found_instead(files),
        )


def handlers(files: Mapping[str, Path]) -> list[str]:
    """What could be a handler: ``handler`` or ``lambda_handler`` of a module at the top."""
    return [
        f"{name.removesuffix('.py')}.{function}"
        for name, path in files.items()
        if name.endswith(".py") and "/" not in name
        for function in _USUAL_HANDLERS
        if _defines(path, function)
    ]


def calls_tracer(files: Mapping[str, Path]) -> bool:
    """Whether the source imports a tracer and uses what it imported."""
    return any(_uses_tracer(path) for name, path in files.items() if name.endswith(".py"))


def _parsed(path: Path) -> ast.Module | None:
    """The file's tree; None where this Python cannot parse it."""
    try:
        return syntax_tree(path.read_bytes(), str(path))
    except (SyntaxError, ValueError):
        return None


def _syntax_error(path: Path, target: Platform) -> SyntaxError | None:
    try:
        syntax_tree(path.read_bytes(), str(path), target.version)
    except SyntaxError as error:
        return error
    except ValueError as error:  # a NUL, or a wrong encoding
        return SyntaxError(str(error))
    return None


def _may_be_newer(error: SyntaxError, path: Path, target: Platform) -> bool:
    if target.version <= sys.version_info[:2]:
        return False
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    return bool(_NEWER_SYNTAX.match(line))


def _verdict_of_target(path: Path, target: Platform) -> str | None:
    """Ask the target's own Python; a warning when there is none here."""
    interpreter = shutil.which(f"python{target.python}") or sys.executable
    done = subprocess.run(  # noqa: S603 (an interpreter found by its name)
        [interpreter, "-I", "-c", _JUDGE, path], capture_output=True, text=True, check=False
    )
    version, _, error = done.stdout.strip().partition(" ")
    if version != target.python:  # a version manager's empty shell, or this very Python
        return f"{path} may use syntax of Python {target.python}, which cannot be checked here."
    if error:
        raise PackagingError(f"{path}: {error}.", "Fix it; nothing was uploaded.")
    return None


def _as_path(module: str) -> str:
    return module.replace(".", "/")


def _module_file(module: str, files: Mapping[str, Path]) -> Path | None:
    base = _as_path(module)
    for name in (f"{base}.py", f"{base}/__init__.py"):
        if name in files:
            return files[name]
    compiled = (
        path for name, path in files.items() if re.fullmatch(rf"{re.escape(base)}\.[\w.-]*so", name)
    )
    return next(compiled, None)


def _defines(path: Path, function: str) -> bool:
    """Whether the module binds the name at its top; also where only running it could tell."""
    tree = _parsed(path)
    if tree is None:
        text = path.read_text(encoding="utf-8", errors="replace")
        return bool(re.search(rf"^((async )?def |class )?{function}\b", text, re.MULTILINE))
    names = set(_bound(tree.body))
    return function in names or not names.isdisjoint({"*", "__getattr__"})


def _bound(statements: list[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in aliases)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                yield from (
                    node.id
                    for node in ast.walk(statement)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                )
            case _:
                for part in ("body", "orelse", "finalbody"):
                    yield from _bound(getattr(statement, part, []))
                for handler in getattr(statement, "handlers", []):
                    yield from _bound(handler.body)


def _uses_tracer(path: Path) -> bool:
    tree = _parsed(path)
    if tree is None:
        return any(name.encode() in path.read_bytes() for name in _TRACERS)
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_TRACERS):
            imported |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            imported |= {
                alias.asname or alias.name.partition(".")[0]
                for alias in node.names
                if alias.name.startswith(_TRACERS)
            }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return not imported.isdisjoint(used)


def _found_instead(files: Mapping[str, Path]) -> str:
    found = handlers(files)
    return f"There is: {', '.join(found)}." if found else "Name it with --handler."
