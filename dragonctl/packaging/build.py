"""From a function's folder to its zip: the one door to this package."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from dragonctl.packaging.archive import write_zip
from dragonctl.packaging.cache import forget_unused, touch
from dragonctl.packaging.confidential import RULES
from dragonctl.packaging.dependencies import Dependencies, dependencies
from dragonctl.packaging.errors import PackagingError, disk_errors_explained
from dragonctl.packaging.handler import calls_tracer, check_handler, check_syntax, handlers
from dragonctl.packaging.limits import DIRECT_UPLOAD_BYTES, check_unzipped
from dragonctl.packaging.requirements import Requirements, add_tracer, read_requirements
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.source import SourceFiles, collect
from dragonctl.packaging.store import ZipStore
from dragonctl.packaging.tracing.choice import Import, TracerChoice, TracerRequest, choose, imports
from dragonctl.packaging.tracing.tracers import (
    OLDEST_FOR_OPENTELEMETRY,
    XRAY_SDK,
    Tracer,
    packages_for,
    pins,
)
from dragonctl.packaging.tracing.wrapper import (
    check_free,
    original,
    support_digest,
    wrapped,
    wrapper_files,
)
from dragonctl.paths import read_own_json

_FORMAT = "4"
OWN_FILES = "your own files"
_BY_SOURCE = TracerRequest()


@dataclass(frozen=True)
class Package:
    """A zip that is ready for Lambda.

    ``sha256`` is Lambda's ``CodeSha256``; sizes are bytes; ``largest`` the packages by unzipped
    size; ``versions`` what is bundled; ``left_out`` files of the folder that were not taken;
    ``tracer`` what was packed, and ``tracer_called`` whether the source uses one; ``handler`` what
    the function's handler must be (None: whatever it is); ``unchanged`` whether the zip was known
    already, so that nothing was installed or written.
    """

    path: Path
    sha256: str
    size: int
    unzipped_size: int
    largest: list[tuple[str, int]]
    versions: dict[str, str]
    left_out: list[str]
    tracer: Tracer
    tracer_called: bool
    handler: str | None
    warnings: list[str]
    unchanged: bool = False

    @property
    def needs_bucket(self) -> bool:
        """Whether AWS takes it through S3 only."""
        return self.size > DIRECT_UPLOAD_BYTES


def build(
    source: Path,
    target: Platform,
    *,
    cache: Path,
    handler: str | None = None,
    bundle_all: bool = False,
    tracing: TracerRequest = _BY_SOURCE,
    allowed: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _doing: None,
) -> Package:
    """Package the function in ``source`` for ``target``; the zip is kept in ``cache``.

    ``handler`` must exist in the zip if it is given (a generated one stands for its original).
    ``bundle_all`` packs what the runtime has, too; ``tracing`` says what is packed to trace it.
    ``allowed`` are patterns of paths that are packed though they look like secrets. ``progress``
    is told what is being done. The same files, requirements and target give the same bytes
    anywhere, as far as the requirements are pinned. Raises
    :class:`~dragonctl.packaging.errors.PackagingError`.
    """
    with disk_errors_explained(f"Packaging {source.name}"), TemporaryDirectory() as scratch:
        files = collect(source, allowed)
        requirements = read_requirements(source, target)
        imported = imports(files.files)
        choice = choose(tracing, imported, requirements.names)
        plan = _planned(files, target, handler, choice, imported)
        if not (plan.tracer == "xray" and XRAY_SDK in requirements.names):  # it comes with its own
            add_tracer(requirements, pins(plan.tracer, plan.instrumentations))
        key = _key(files, requirements, target, plan, [bundle_all, *sorted(allowed)])
        known = _known(cache, key)
        if known:
            return known
        from dragonctl.packaging.confidential import keeping_out  # with its many patterns

        files = keeping_out.without_secrets(files, allowed)
        warnings = [*check_syntax(files.files, target), *plan.warnings]
        progress("installing requirements")
        bundled = dependencies(requirements, target, cache, bundle_all=bundle_all)
        keeping_out.check_local([one.path for one in requirements.local], bundled.files, allowed)
        if plan.handler:
            check_handler(plan.handler, {**bundled.files, **files.files})
        progress("writing the zip")
        package = _packed(files, bundled, plan.files(Path(scratch)), cache, plan)
        package = replace(package, warnings=[*warnings, *_advice(files, package)])
        _remember(cache, key, package)
        forget_unused(cache)
        return package


@dataclass(frozen=True)
class _Plan:
    """The tracer, and with OpenTelemetry what it sees; ``handler`` is the function's own."""

    tracer: Tracer
    handler: str | None
    instrumentations: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def configured(self) -> str | None:
        """The handler as Lambda is to have it."""
        return wrapped(self.handler) if self.tracer == "otel" and self.handler else self.handler

    def files(self, folder: Path) -> dict[str, Path]:
        """What is added to the zip: path in it -> file; what is generated goes to ``folder``."""
        if self.tracer != "otel" or self.handler is None:
            return {}
        return wrapper_files(self.handler, self.instrumentations, folder)


def _planned(
    files: SourceFiles,
    target: Platform,
    handler: str | None,
    choice: TracerChoice,
    imported: Iterable[Import],
) -> _Plan:
    """What the tracer needs of the zip."""
    warnings = (f"{files.folder.name}: {choice.note}.",) if choice.note else ()
    own = original(handler) if handler else None
    if choice.tracer != "otel":
        return _Plan(choice.tracer, own, warnings=warnings)
    if target.version < OLDEST_FOR_OPENTELEMETRY:
        raise PackagingError(
            f"OpenTelemetry needs Python 3.10; {files.folder.name} runs on {target.python}.",
            "Give it a newer Python with --python, or use --tracer none.",
        )
    check_free(files.files)
    used = packages_for(one.module for one in imported)
    return _Plan("otel", own or only_handler(files), used, warnings)


def only_handler(files: SourceFiles, hint: str = "Name it with --handler.") -> str:
    """The one function that can be the handler; PackagingError where there is none, or several.

    ``hint``: what to do then.
    """
    found = handlers(files.files)
    if len(found) == 1:
        return found[0]
    many = f"could be one of {', '.join(found)}" if found else "could not be found"
    raise PackagingError(f"The handler of {files.folder.name} {many}.", hint)


def _key(
    files: SourceFiles,
    requirements: Requirements,
    target: Platform,
    plan: _Plan,
    options: Sequence[object],
) -> str:
    """What decides the zip and what is said of it, as a file name."""
    parts: list[object] = [_FORMAT, files.digest(), list(files.left_out), requirements.digest()]
    parts += [target.python, target.architecture, asdict(plan), *options, files.folder.name, RULES]
    parts += [support_digest()] if plan.tracer == "otel" else []
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _packed(
    files: SourceFiles,
    bundled: Dependencies,
    added: Mapping[str, Path],
    cache: Path,
    plan: _Plan,
) -> Package:
    """The zip, written; what a person is to be warned of, the caller adds."""
    everything = {**bundled.files, **files.files, **added}
    sizes = {name: path.stat().st_size for name, path in everything.items()}
    largest = _largest(sizes, bundled.owners, set(files.files))
    check_unzipped(files.folder.name, sum(sizes.values()), largest)
    sha256, path = ZipStore(cache / "zips").write(lambda stream: write_zip(everything, stream))
    return Package(
        path=path,
        sha256=sha256,
        size=path.stat().st_size,
        unzipped_size=sum(sizes.values()),
        largest=largest,
        versions=bundled.versions,
        left_out=list(files.left_out),
        tracer=plan.tracer,
        tracer_called=calls_tracer(files.files),
        handler=plan.configured,
        warnings=[],
    )


def _largest(
    sizes: Mapping[str, int], owners: Mapping[str, str], own: set[str]
) -> list[tuple[str, int]]:
    """The five largest packages, the function's own files as one of them."""
    total: Counter[str] = Counter()
    for name, size in sizes.items():
        total[OWN_FILES if name in own else owners.get(name, name.partition("/")[0])] += size
    return total.most_common(5)


def _advice(files: SourceFiles, package: Package) -> Iterator[str]:
    if files.secrets:
        yield (
            f"Left out of {files.folder.name}, because they look like secrets: "
            f"{', '.join(files.secrets)}. Pack one all the same with --allow-secret PATH."
        )
    if package.tracer == "xray" and not package.tracer_called:
        yield (
            f"{files.folder.name} never calls the X-Ray SDK, so its trace will show the function "
            "as one block. --tracer otel needs no call; or, in the handler's module: from "
            "aws_xray_sdk.core import patch_all; patch_all()"
        )


def _known(cache: Path, key: str) -> Package | None:
    """The package that was made from the same things before, if its zip is still there."""
    record = cache / "builds" / f"{key}.json"
    kept = read_own_json(record, Package)
    try:
        path = ZipStore(cache / "zips").find(kept.sha256) if kept else None
        if kept is None or path is None:
            return None
        touch(record, path)
        return replace(kept, path=path, unchanged=True)
    except (OSError, ValueError):
        return None  # a cache that cannot be read is no cache


def _remember(cache: Path, key: str, package: Package) -> None:
    folder = cache / "builds"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    facts = {**asdict(package), "path": package.path.name}
    handle, writing = tempfile.mkstemp(dir=folder, prefix=".writing-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(facts, stream)
    Path(writing).replace(folder / f"{key}.json")
