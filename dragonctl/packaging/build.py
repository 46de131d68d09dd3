"""From a function's folder to its zip: the one door to this package."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dragonctl.packaging.archive import write_zip
from dragonctl.packaging.cache import forget_unused, touch
from dragonctl.packaging.confidential import RULES
from dragonctl.packaging.dependencies import Dependencies, dependencies
from dragonctl.packaging.errors import disk_errors_told
from dragonctl.packaging.handler import calls_tracer, check_handler, check_syntax
from dragonctl.packaging.limits import DIRECT_UPLOAD_BYTES, check_unzipped
from dragonctl.packaging.requirements import TRACER, Requirements, read_requirements
from dragonctl.packaging.runtimes import Platform
from dragonctl.packaging.source import SourceFiles, collect
from dragonctl.packaging.store import ZipStore
from dragonctl.paths import read_own_json

_FORMAT = "3"
OWN_FILES = "your own files"


@dataclass(frozen=True)
class Package:
    """A zip that is ready for Lambda.

    ``sha256`` is Lambda's ``CodeSha256``; sizes are bytes; ``largest`` the packages by unzipped
    size; ``versions`` what is bundled; ``left_out`` files of the folder that were not taken;
    ``tracer_called`` whether the source uses a tracer; ``unchanged`` whether the zip was known
    already, so that nothing was installed or written.
    """

    path: Path
    sha256: str
    size: int
    unzipped_size: int
    largest: list[tuple[str, int]]
    versions: dict[str, str]
    left_out: list[str]
    tracer_called: bool
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
    add_tracer: bool = True,
    allowed: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _doing: None,
) -> Package:
    """Package the function in ``source`` for ``target``; the zip is kept in ``cache``.

    ``handler`` must exist in the zip if it is given. ``bundle_all`` packs what the runtime has,
    too; ``add_tracer`` adds the X-Ray SDK unless the requirements name it. ``allowed`` are
    patterns of paths that are packed though they look like secrets. ``progress`` is told what is
    being done. The same files, requirements and target give the same bytes anywhere, as
    far as the requirements are pinned. Raises
    :class:`~dragonctl.packaging.errors.PackagingError`.
    """
    with disk_errors_told(f"Packaging {source.name}"):
        files = collect(source, allowed)
        requirements = read_requirements(source, target, add_tracer=add_tracer)
        key = _key(files, requirements, target, handler, [bundle_all, *sorted(allowed)])
        known = _known(cache, key)
        if known:
            return known
        from dragonctl.packaging.confidential import keeping_out  # with its many patterns

        files = keeping_out.without_secrets(files, allowed)
        warnings = check_syntax(files.files, target)
        progress("installing requirements")
        bundled = dependencies(requirements, target, cache, bundle_all=bundle_all)
        keeping_out.check_local([one.path for one in requirements.local], bundled.files, allowed)
        if handler:
            check_handler(handler, {**bundled.files, **files.files})
        progress("writing the zip")
        package = _packed(files, bundled, cache, [*warnings, *_advice(files, requirements)])
        _remember(cache, key, package)
        forget_unused(cache)
        return package


def _key(
    files: SourceFiles,
    requirements: Requirements,
    target: Platform,
    handler: str | None,
    options: Sequence[object],
) -> str:
    """What decides the zip and what is said of it, as a file name."""
    parts: list[object] = [_FORMAT, files.digest(), list(files.left_out), requirements.digest()]
    parts += [target.python, target.architecture, handler, *options, files.folder.name, RULES]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _packed(files: SourceFiles, bundled: Dependencies, cache: Path, warnings: list[str]) -> Package:
    concurrently = {**bundled.files, **files.files}
    sizes = {name: path.stat().st_size for name, path in concurrently.items()}
    largest = _largest(sizes, bundled.owners, set(files.files))
    check_unzipped(files.folder.name, sum(sizes.values()), largest)
    sha256, path = ZipStore(cache / "zips").write(lambda stream: write_zip(concurrently, stream))
    return Package(
        path=path,
        sha256=sha256,
        size=path.stat().st_size,
        unzipped_size=sum(sizes.values()),
        largest=largest,
        versions=bundled.versions,
        left_out=list(files.left_out),
        tracer_called=calls_tracer(files.files),
        warnings=warnings,
    )


def _largest(
    sizes: Mapping[str, int], owners: Mapping[str, str], own: set[str]
) -> list[tuple[str, int]]:
    """The five largest packages, the function's own files as one of them."""
    total: Counter[str] = Counter()
    for name, size in sizes.items():
        total[OWN_FILES if name in own else owners.get(name, name.partition("/")[0])] += size
    return total.most_common(5)


def _advice(files: SourceFiles, requirements: Requirements) -> Iterator[str]:
    if files.secrets:
        yield (
            f"Left out of {files.folder.name}, because they look like secrets: "
            f"{', '.join(files.secrets)}. Pack one all the same with --allow-secret PATH."
        )
    if TRACER in requirements.names and not calls_tracer(files.files):
        yield (
            f"{files.folder.name} never calls the X-Ray SDK, so its trace will show the function "
            "as one block. In the handler's module: from aws_xray_sdk.core import patch_all; "
            "patch_all()"
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
