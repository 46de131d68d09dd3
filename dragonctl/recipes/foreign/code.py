"""Where a function's code may lie beside the definitions; a stand-in where it lies nowhere."""

from __future__ import annotations

import re
from pathlib import Path

from dragonctl.packaging.source import function_folders
from dragonctl.recipes.sample.manifest import FunctionSpec

RUNTIME = "python3.13"
STAND_IN = Path(__file__).with_name("stand_in")
_HANDLER = re.compile(r"^(?:async )?def (lambda_handler|handler)\(", re.MULTILINE)
_USUAL = ("app", "index", "main", "handler", "lambda_function")


def function_spec(name: str, folder: Path, role: str) -> FunctionSpec:
    """The function: of ``lambdas/`` in or beside the folder, or one that says it has no code."""
    source, handler = _source(name, folder) or (STAND_IN, "app.handler")
    return FunctionSpec(name, source, handler, role, RUNTIME, "x86_64", 256, 29)


def is_stand_in(spec: FunctionSpec) -> bool:
    """Whether there is no code of its own."""
    return spec.source == STAND_IN


def _source(name: str, folder: Path) -> tuple[Path, str] | None:
    wanted = _alike(name)
    for root in (folder / "lambdas", folder.parent / "lambdas"):
        for source in function_folders(root) if root.is_dir() else ():
            handler = _handler(source) if _alike(source.name) == wanted else None
            if handler:
                return source, handler
    return None


def _alike(name: str) -> str:
    return re.sub(r"[^a-z0-9]|function$|lambda$", "", name.lower())


def _handler(source: Path) -> str | None:
    """``module.function`` of the first module, the usual names before others, that has one."""
    usual = (*_USUAL, source.name)
    files = sorted(source.glob("*.py"), key=lambda path: (path.stem not in usual, path.name))
    for path in files:
        found = _HANDLER.search(path.read_text(encoding="utf-8", errors="replace"))
        if found:
            return f"{path.stem}.{found[1]}"
    return None
