"""From the folders of functions to what is deployed: looked at, packaged, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from dragonctl.application.nouns import Function
from dragonctl.engine.events import Emit, Working
from dragonctl.engine.reads import Reads, concurrently
from dragonctl.engine.symptoms import is_fatal
from dragonctl.errors import DragonError, UsageError
from dragonctl.packaging.build import Package, build, only_handler
from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.function_code import build_cache, forget_upload, note_upload, object_key
from dragonctl.packaging.limits import DIRECT_UPLOAD_BYTES, megabytes
from dragonctl.packaging.runtimes import Platform, newest, retirement_notice, target_of
from dragonctl.packaging.source import collect
from dragonctl.packaging.tracing.choice import TracerRequest
from dragonctl.packaging.tracing.tracers import XRAY_SDK_ENDS, Tracer
from dragonctl.packaging.tracing.wrapper import is_wrapped, original
from dragonctl.recipes.functions.folders import Chosen
from dragonctl.recipes.functions.options import Code, FunctionOptions
from dragonctl.recipes.functions.present import look
from dragonctl.recipes.functions.recipe import FunctionDeployment
from dragonctl.resources.lambda_configuration import CODE
from dragonctl.resources.lambda_function import read_configuration
from dragonctl.resources.opentelemetry_layers import opentelemetry_layer

Progress = Callable[[str], None]


@dataclass(frozen=True)
class PreparedFunction:
    """A function that is ready to be deployed. ``notice`` says when its runtime retires."""

    deployment: FunctionDeployment
    package: Package
    notice: str | None


def packages(
    chosen: Iterable[Chosen], options: FunctionOptions, emit: Emit, *, bundle_all: bool
) -> list[Package]:
    """Build every zip without AWS, at the same time; the first failure is raised."""
    target = Platform(options.python or newest(_today()), options.architecture or "x86_64")

    def one(function: Chosen) -> Package:
        tell = partial(_tell, emit, function.name)
        try:
            return _built(function, target, options, tell, bundle_all=bundle_all)
        finally:
            tell("")

    return concurrently(*(partial(one, function) for function in chosen))


def prepare(
    reads: Reads, chosen: Iterable[Chosen], options: FunctionOptions, *, bundle_all: bool
) -> tuple[list[PreparedFunction], list[DragonError]]:
    """Look at every function and build its zip, all at the same time; what is refused apart."""

    def one(function: Chosen) -> PreparedFunction | DragonError:
        tell = partial(_tell, reads.emit, function.name)
        try:
            return _prepared(reads, function, options, tell, bundle_all=bundle_all)
        except UsageError:
            raise
        except DragonError as error:
            if is_fatal(error):
                raise
            error.resource = error.resource or f"lambda-function/{function.name}"
            return error
        finally:
            tell("")

    results = reads.concurrently(*(partial(one, function) for function in chosen))
    refused = [result for result in results if isinstance(result, DragonError)]
    return [result for result in results if isinstance(result, PreparedFunction)], refused


def _prepared(
    reads: Reads, function: Chosen, options: FunctionOptions, tell: Progress, *, bundle_all: bool
) -> PreparedFunction:
    raw = read_configuration(reads, function.name)
    if raw is None and not options.create:
        raise _missing(function, reads)
    target, handler = _needs(function, raw, options)
    make = partial(
        _built,
        function,
        target,
        options,
        tell,
        bundle_all=bundle_all,
        handler=handler,
        tracing=_tracing(raw, options),
    )
    if raw is None:
        package, existing = make(), None
    else:
        package, existing = reads.concurrently(
            make, partial(look, reads, Function(function.name, raw))
        )
    if raw is None or raw[CODE] != package.sha256:
        _check_size(function.name, package, options)
    code = Code(package.sha256, target, package.handler or handler, package.tracer)
    if options.bucket:
        note_upload(code.sha256, options.bucket, object_key(code.sha256))
    elif not package.needs_bucket:
        forget_upload(code.sha256)
    notice = retirement_notice(target.python, _today())
    return PreparedFunction(FunctionDeployment(function.name, code, existing), package, notice)


def _needs(
    function: Chosen, raw: dict[str, Any] | None, options: FunctionOptions
) -> tuple[Platform, str]:
    """What the zip must run on, and the handler that it must hold."""
    if raw is None:
        return _for_a_new_one(function, options)
    if raw.get("PackageType") == "Image":
        raise DragonError(
            f"The function {function.name} is a container image, which takes no zip.",
            "Deploy it under another name with --function-name --create.",
            code="Image",
        )
    [architecture] = raw.get("Architectures") or ["x86_64"]
    runtime = f"python{options.python}" if options.python else raw["Runtime"]
    if not runtime.startswith("python"):
        raise UsageError(
            f"The function {function.name} runs on {runtime}; dragonctl packages Python only.",
            "Name the folders to deploy, without this one; or give it a Python with --python.",
        )
    target = target_of(runtime, options.architecture or architecture)
    return target, original(options.handler or raw["Handler"])


def _tracing(raw: dict[str, Any] | None, options: FunctionOptions) -> TracerRequest:
    """What was asked for, and what traces the function already."""
    if raw is None:
        return TracerRequest(options.tracer)
    packed: Tracer | None = "otel" if is_wrapped(raw.get("Handler")) else None
    return TracerRequest(options.tracer, opentelemetry_layer(raw), packed)


def _missing(function: Chosen, reads: Reads) -> DragonError:
    return DragonError(
        f"There is no function {function.name} in account {reads.account}, {reads.region}.",
        "Create it, and a role for it, with --create; or name another with --function-name.",
        code="ResourceNotFoundException",
    )


def _for_a_new_one(function: Chosen, options: FunctionOptions) -> tuple[Platform, str]:
    target = Platform(options.python or newest(_today()), options.architecture or "x86_64")
    return target, original(options.handler or only_handler(collect(function.folder)))


def _built(
    function: Chosen,
    target: Platform,
    options: FunctionOptions,
    tell: Progress,
    *,
    bundle_all: bool,
    handler: str | None = None,
    tracing: TracerRequest | None = None,
) -> Package:
    return build(
        function.folder,
        target,
        cache=build_cache(),
        handler=handler or options.handler,
        bundle_all=bundle_all,
        tracing=tracing or TracerRequest(options.tracer),
        allowed=options.allow_secret,
        progress=tell,
    )


def _check_size(name: str, package: Package, options: FunctionOptions) -> None:
    if package.needs_bucket and not options.bucket:
        parts = ", ".join(f"{part} {megabytes(size)}" for part, size in package.largest[:3])
        raise PackagingError(
            f"The zip of {name} has {megabytes(package.size)}; above"
            f" {megabytes(DIRECT_UPLOAD_BYTES)} AWS takes it from S3 only. Unpacked: {parts}.",
            "Name a bucket of this region with --s3-bucket.",
        )


def _tell(emit: Emit, name: str, doing: str) -> None:
    emit(Working(name, doing))


def _today() -> date:
    return datetime.now(UTC).date()


def notes(prepared: Iterable[PreparedFunction]) -> list[str]:
    """A sentence on each zip, and once the date on which the X-Ray SDK's support ends."""
    prepared = list(prepared)
    found = [_note(one.deployment, one.package) for one in prepared]
    if any(one.package.tracer == "xray" for one in prepared):
        found.append(
            f"AWS ends the support of the X-Ray SDK on {XRAY_SDK_ENDS}; --tracer otel packs"
            " OpenTelemetry in its place."
        )
    return found


def _note(one: FunctionDeployment, package: Package) -> str:
    target = one.code.target
    bundled = [f"{part} {version}" for part, version in _shown(package.versions).items()]
    parts = [f"Python {target.python}", target.architecture, *bundled]
    size = _size(package.size)
    what = f"{size} to upload" if one.uploads else f"unchanged ({size})"
    return f"{one.name}: {what} · {', '.join(parts)}"


def _shown(versions: Mapping[str, str]) -> dict[str, str]:
    """What is bundled, for a line: OpenTelemetry's many packages by the version of its SDK."""
    theirs = {name for name in versions if name.startswith("opentelemetry-")}
    shown = {name: version for name, version in versions.items() if name not in theirs}
    sdk = versions.get("opentelemetry-sdk") or versions.get("opentelemetry-api")
    return {"OpenTelemetry": sdk, **shown} if sdk else shown


def _size(size: int) -> str:
    return f"{size / 1024:.0f} kB" if size < 1 << 20 else megabytes(size)


def warnings(prepared: Iterable[PreparedFunction]) -> list[str]:
    """What packaging and the calendar have to say, each once."""
    found = []
    for one in prepared:
        found += [f"{one.deployment.name}: {one.notice}"] if one.notice else []
        found += one.package.warnings
    return found


def as_document(name: str, package: Package) -> dict[str, Any]:
    """A zip for ``--output json``."""
    return {
        "name": name,
        "code_sha256": package.sha256,
        "size": package.size,
        "unzipped_size": package.unzipped_size,
        "unchanged": package.unchanged,
        "packages": package.versions,
        "tracer": package.tracer,
        "left_out": package.left_out,
    }
