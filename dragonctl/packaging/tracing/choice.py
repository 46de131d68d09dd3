"""Which tracer a function gets: the one that was asked for, or the one that its source uses."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.parsing import syntax_tree
from dragonctl.packaging.tracing.tracers import XRAY_SDK, Tracer

_XRAY_MODULES = ("aws_xray_sdk", "aws_lambda_powertools.tracing")
_POWERTOOLS = "aws_lambda_powertools"
_OTEL_MODULE = "opentelemetry"
_OWN_SETUP = (
    "opentelemetry.sdk.trace",
    "opentelemetry.instrumentation.aws_lambda",
    "opentelemetry.instrumentation.auto_instrumentation",
    "opentelemetry.distro",
    "amazon.opentelemetry",
)
_OTEL_DISTROS = ("aws-opentelemetry-distro", "opentelemetry-distro")
_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_NAMES: Mapping[Tracer, str] = {"xray": "the X-Ray SDK", "otel": "OpenTelemetry"}


@dataclass(frozen=True)
class Import:
    """A module that a file imports. ``needed``: a failure to import it is not caught there."""

    module: str
    path: Path
    line: int
    needed: bool = True

    @property
    def tracer(self) -> Tracer | None:
        """The tracer that it belongs to."""
        if _is_in(self.module, _XRAY_MODULES):
            return "xray"
        return "otel" if _is_in(self.module, (_OTEL_MODULE,)) else None

    @property
    def place(self) -> str:
        """The file and line, for a person."""
        return f"{self.path}, line {self.line}"


@dataclass(frozen=True)
class TracerChoice:
    """The tracer to pack. ``note`` says why it is none, where nobody asked for that."""

    tracer: Tracer
    note: str | None = None


def imports(files: Mapping[str, Path]) -> list[Import]:
    """Every module that the Python files of a source import, wherever in them."""
    return [
        found for name, path in files.items() if name.endswith(".py") for found in _imports(path)
    ]


@dataclass(frozen=True)
class TracerRequest:
    """What was asked for (None: what the source uses).

    ``traced_by`` is the name of a layer that brings OpenTelemetry to the function already, and
    ``packed`` the tracer that an earlier run packed, as far as the function shows it.
    """

    tracer: Tracer | None = None
    traced_by: str | None = None
    packed: Tracer | None = None


def choose(
    request: TracerRequest, imported: Iterable[Import], requirements: Collection[str]
) -> TracerChoice:
    """The tracer for a source with these imports and requirements (normalised names).

    Nobody asked: the one that it uses; both: the X-Ray SDK; none: what it has already, else the
    X-Ray SDK. A source that sets
    OpenTelemetry up itself, or whose function has a layer that does, is left alone unless it needs
    the X-Ray SDK. Raises :class:`PackagingError` where the source needs another tracer than the one
    that was asked for.
    """
    needed = [one for one in imported if one.needed and one.tracer]
    layer = f"layer {request.traced_by}" if request.traced_by else None
    own = _own_setup(needed, requirements) or layer
    if request.tracer is not None:
        _check(request.tracer, needed, own)
        return TracerChoice(request.tracer)
    used = {one.tracer for one in needed}
    used |= {"xray"} if XRAY_SDK in requirements else set()
    used |= {"otel"} if own or any(_is_otel(name) for name in requirements) else set()
    if not used:
        return TracerChoice(request.packed or "xray")
    if used != {"otel"}:
        return TracerChoice("xray")
    if own:
        return TracerChoice(
            "none", f"OpenTelemetry is set up already ({own}), so no tracer is added"
        )
    return TracerChoice("otel")


def _own_setup(needed: Iterable[Import], requirements: Collection[str]) -> str | None:
    """Where the source sets OpenTelemetry up itself."""
    places = (one.place for one in needed if _is_in(one.module, _OWN_SETUP))
    distributions = (f"requirement {name}" for name in _OTEL_DISTROS if name in requirements)
    return next(places, None) or next(distributions, None)


def _is_otel(requirement: str) -> bool:
    return requirement.startswith("opentelemetry-")


def _check(asked: Tracer, needed: Iterable[Import], own: str | None) -> None:
    if asked == "none":
        return
    other = next((one for one in needed if one.tracer != asked), None)
    if other is not None and other.tracer:
        raise PackagingError(
            f"{other.place}: the source imports {other.module}, which is of another tracer than"
            f" {_NAMES[asked]}.",
            f"Take that import out, or use --tracer {other.tracer}, or --tracer none.",
        )
    if asked == "otel" and own:
        raise PackagingError(
            f"OpenTelemetry is set up already ({own}), and a second set-up would not work.",
            "Take that away, or use --tracer none.",
        )


def _imports(path: Path) -> Iterator[Import]:
    try:
        tree = syntax_tree(path.read_bytes(), str(path))
    except (SyntaxError, ValueError):  # judged elsewhere (packaging.handler.check_syntax)
        return
    optional = {id(node) for guard in ast.walk(tree) for node in _guarded(guard)}
    for node in ast.walk(tree):
        for module in _modules(node):
            yield Import(module, path, node.lineno, id(node) not in optional)  # type: ignore[attr-defined]


def _modules(node: ast.AST) -> Iterator[str]:
    """The modules that a statement imports, absolutely and by their dotted names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        if node.module == _POWERTOOLS:  # its Tracer is the X-Ray SDK; the rest of it traces nothing
            names = {alias.name for alias in node.names}
            yield f"{_POWERTOOLS}.tracing" if "Tracer" in names else _POWERTOOLS
            return
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _guarded(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a ``try`` that goes on without what cannot be imported, or with another."""
    if isinstance(node, ast.Try) and any(_catches(handler) for handler in node.handlers):
        for part in (*node.body, *node.handlers):
            yield from ast.walk(part)


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _CAUGHT for kind in kinds)


def _is_in(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
