"""The application of ``definitions/``, packaged and planned: for ``create-app`` and ``--local``."""

from __future__ import annotations

from collections.abc import Callable

from dragonctl.engine.model import Call, Step
from dragonctl.engine.reads import Reads
from dragonctl.recipes.sample import Manifest, Zip, creation, refuse_foreign
from dragonctl.recipes.sample.manifest import FunctionSpec
from dragonctl.recipes.sample.ownership import missing_functions

Progress = Callable[[str], None]


def creation_steps(reads: Reads, manifest: Manifest, progress: Progress) -> list[Step]:
    """Refuse what is not ours, package the functions that are missing, and say what to make."""
    refuse_foreign(reads, manifest)
    missing = missing_functions(reads, manifest)
    codes = reads.concurrently(*(lambda one=one: packaged(one, progress) for one in missing))
    zips = {spec.name: code for spec, code in zip(missing, codes, strict=True)}
    return creation(manifest, zips)


def first_run_steps(reads: Reads, manifest: Manifest) -> list[Step]:
    """The steps that make the whole application, with no code: for `policy`, which writes none."""
    refuse_foreign(reads, manifest)
    note_tags(reads, manifest)
    for operation in ("GetDeployments", "GetStages"):  # of an API whose id is not known yet
        reads.made.append(Call("apigateway", operation, {}))
    return creation(
        manifest, {function.name: Zip("", b"", function.handler) for function in manifest.functions}
    )


def note_tags(reads: Reads, manifest: Manifest) -> None:
    """GetFunction tells the tags, by which our own functions are known, to who may list them."""
    for function in manifest.functions:
        arn = manifest.place.arn("lambda", f"function:{function.name}")
        reads.made.append(Call("lambda", "ListTags", {"Resource": arn}))


def packaged(spec: FunctionSpec, progress: Progress) -> Zip:
    """A function's zip, from the cache where nothing has changed."""
    from dragonctl.packaging.build import build
    from dragonctl.packaging.function_code import build_cache
    from dragonctl.packaging.runtimes import target_of

    package = build(
        spec.source,
        target_of(spec.runtime, spec.architecture),
        cache=build_cache(),
        handler=spec.handler,
        progress=lambda doing: progress(f"{spec.name}: {doing}"),
    )
    return Zip(package.sha256, package.path.read_bytes(), package.handler or spec.handler)
