"""Which functions can have AWS's layer of OpenTelemetry, and why the others cannot.

A function that cannot have all that Application Signals needs is left wholly alone. Limits: Lambda
quotas; five layers, 250 MB unzipped, 4 KB of variables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from dragonctl.application.nouns import App, Function, Raw
from dragonctl.aws.download import unzipped_bytes
from dragonctl.engine.model import Json, Reader
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import AwsError, DragonError
from dragonctl.packaging.tracing.wrapper import is_wrapped
from dragonctl.recipes.observability.options import Options
from dragonctl.resources import lambda_layers as layers
from dragonctl.resources import opentelemetry_layers as opentelemetry
from dragonctl.resources.lambda_configuration import WRAPPER, configured, layer_field, layers_in
from dragonctl.wording import with_and

MOST_LAYERS = 5
MOST_BYTES = 262_144_000
"""Of code and layers unzipped; Lambda shows only how large they are zipped."""
_LARGE = 30_000_000
"""Bytes zipped above which the unzipped ones are counted: text shrinks to an eighth at most."""
MOST_ENVIRONMENT = 4096
"""Bytes of a function's variables as JSON (Lambda quotas)."""
_NO_LAYER = ("ResourceNotFoundException", "InvalidParameterValueException")


@dataclass(frozen=True)
class Layer:
    """A layer as Lambda shows it: ``size`` in bytes, zipped; ``runtimes`` it says it is for.

    ``refusal`` is AWS's answer where it may not be read, and ``is_gone`` where there is none.
    """

    arn: str
    size: int = 0
    runtimes: tuple[str, ...] = ()
    is_gone: bool = False
    refusal: AwsError | None = None

    def is_for(self, runtime: str) -> bool:
        """Whether it is meant for a runtime, as far as the layer or AWS's documentation says.

        AWS's own may be for more than it says; of any other nothing but the layer itself tells.
        """
        if opentelemetry.is_distribution(self.arn):
            has_name = layers.name_of(self.arn) == opentelemetry.distribution_name(runtime)
            return has_name and (
                runtime in self.runtimes or runtime in opentelemetry.KNOWN_RUNTIMES
            )
        return runtime in self.runtimes or not self.runtimes


@dataclass(frozen=True)
class LayerChoice:
    """What becomes of a function: the ``layer`` (an ARN) that it holds or gets, or why it is left.

    ``error``: AWS did not let us read what would have told.
    """

    layer: str = ""
    reason: str = ""
    error: DragonError | None = None

    @property
    def wanted(self) -> bool:
        """Whether the function is, or will be, traced by the layer."""
        return bool(self.layer)


LayerChoices = Mapping[str, LayerChoice]
"""What becomes of each function, by its name; empty where nobody asked for Application Signals."""


def choose_layers(aws: Reader, app: App, options: Options) -> LayerChoices:
    """Look at the layers that functions would get, and say of each function what becomes of it."""
    if not options.application_signals:
        return {}
    given = _read_layers(aws, options.layer_arns)
    _refuse_bad_layers(given.values(), app.region)
    _refuse_mixed_languages(app, options, given)
    found = {function.name: _candidate(app, function.raw, given) for function in app.functions}
    lacking = (
        function for function in app.functions if not _holds(function.raw, found[function.name])
    )
    new = {arn for one in lacking if (arn := found[one.name])} - set(given)
    known = (
        {arn: Layer(arn) for arn in found.values() if arn} | _read_layers(aws, sorted(new)) | given
    )
    choices = {
        function.name: choose_layer(function, app, options, known.get(found[function.name] or ""))
        for function in app.functions
    }
    doubtful = [
        function
        for function in app.functions
        if _is_large(function.raw, choices[function.name], known)
    ]
    measured = aws.concurrently(
        *(partial(_measured, aws, one, choices[one.name]) for one in doubtful)
    )
    return {**choices, **dict(zip((one.name for one in doubtful), measured, strict=True))}


def _is_large(raw: Raw, found: LayerChoice, known: Mapping[str, Layer]) -> bool:
    """Whether a function that would get a layer may be over Lambda's limit once it is unzipped."""
    arns = layers.arns_of(raw.get("Layers"))
    if not found.wanted or found.layer in arns:
        return False
    zipped = int(raw.get("CodeSize") or 0) + known[found.layer].size
    return (
        zipped + sum(int(layer.get("CodeSize") or 0) for layer in raw.get("Layers") or ()) > _LARGE
    )


def _measured(aws: Reader, function: Function, found: LayerChoice) -> LayerChoice:
    """The same, unless what the directories of its zips add up to is too much; else AWS judges."""
    want = layers_in(signals_state(function.raw, found.layer))
    arns = layers.with_layers(function.layers, want)
    sizes = aws.concurrently(
        partial(_unzipped, aws, "GetFunction", "Code", FunctionName=function.name),
        *(partial(_unzipped, aws, "GetLayerVersionByArn", "Content", Arn=arn) for arn in arns),
    )
    total = sum(size or 0 for size in sizes)
    if total <= MOST_BYTES:
        return found
    has = f"with the layer it has {total / 1e6:.0f} MB unzipped"
    return LayerChoice(reason=f"{has}, and Lambda takes {MOST_BYTES / 1e6:.0f}")


def _unzipped(aws: Reader, operation: str, member: str, **params: str) -> int | None:
    """How large a zip's files are, in bytes; None where it may not be read."""
    try:
        answer = aws.get("lambda", operation, absent=_NO_LAYER, **params) or {}
    except AwsError as error:
        if not is_denied(error):
            raise
        return None
    return unzipped_bytes(str((answer.get(member) or {}).get("Location") or ""))


def _holds(raw: Raw, arn: str | None) -> bool:
    return arn in layers.arns_of(raw.get("Layers"))


def _read_layers(aws: Reader, arns: Iterable[str]) -> dict[str, Layer]:
    """The layers by ARN, in the order in which they were named: the first that fits counts."""
    wanted = list(dict.fromkeys(arns))
    read = aws.concurrently(*(partial(_read_layer, aws, arn) for arn in wanted))
    return dict(zip(wanted, read, strict=True))


def _read_layer(aws: Reader, arn: str) -> Layer:
    """GetLayerVersionByArn: AWS asks whoever adds a layer for the right to read it, too."""
    try:
        answer = aws.get("lambda", "GetLayerVersionByArn", absent=_NO_LAYER, Arn=arn)
    except AwsError as error:
        if not is_denied(error):
            raise
        return Layer(arn, refusal=error)
    if answer is None:
        return Layer(arn, is_gone=True)
    size = (answer.get("Content") or {}).get("CodeSize") or 0
    return Layer(arn, int(size), tuple(answer.get("CompatibleRuntimes") or ()))


def _refuse_bad_layers(given: Iterable[Layer], region: str) -> None:
    """A layer that somebody named must be there, in this region, to be read."""
    for layer in given:
        if layers.region_of(layer.arn) != region:
            raise DragonError(
                f"The layer {layer.arn} is not of {region}: functions take layers of their region.",
                "Name the layer's copy in this region with --layer-arn.",
                code="LayerOfAnotherRegion",
            )
        if layer.is_gone:
            raise DragonError(
                f"There is no layer {layer.arn}.",
                f"`aws lambda list-layer-versions --layer-name {layer.arn.rpartition(':')[0]}`"
                " shows its versions.",
                code="NoSuchLayer",
            )


def _refuse_mixed_languages(app: App, options: Options, given: Mapping[str, Layer]) -> None:
    """A layer that tells of no runtime is not put on functions of several languages."""
    runtimes = {
        str(function.runtime) for function in app.functions if not obstacle(function.raw, options)
    }
    for layer in given.values():
        fits = {runtime for runtime in runtimes if _first_given(runtime, given) is layer}
        languages = sorted({opentelemetry.language_of(fit) for fit in fits})
        if layer.runtimes or layer.refusal or len(languages) <= 1:
            continue
        raise DragonError(
            f"The layer {layer.arn} does not say which runtimes it is for, and these functions"
            f" are of {with_and(languages)}: in the wrong one no call would succeed.",
            "Name the functions that are to have it: --function NAME --no-discover.",
            code="LayerOfUnknownRuntime",
        )


def _takes_wrapper(raw: Raw) -> bool:
    """Whether a runtime is started by the wrapper: of AWS's all, of people's own none."""
    runtime = str(raw.get("Runtime") or "")
    return bool(runtime) and not runtime.startswith("provided")


def _first_given(runtime: str, given: Mapping[str, Layer]) -> Layer | None:
    """The first layer that somebody named and that is for a runtime, or may be."""
    return next((layer for layer in given.values() if layer.is_for(runtime)), None)


def _candidate(app: App, raw: Raw, given: Mapping[str, Layer]) -> str | None:
    """The layer that a function would get: one that was named, else AWS's for its runtime."""
    runtime = str(raw.get("Runtime") or "")
    name = opentelemetry.distribution_name(runtime)
    if layer := _first_given(runtime, given):
        return layer.arn
    return _present(raw, name) or opentelemetry.layer_for(runtime, app.region, app.partition)


def _present(raw: Raw, name: str | None) -> str | None:
    """AWS's layer that a function has already: any version of it is as good."""
    arns = layers.arns_of(raw.get("Layers"))
    return next((arn for arn in arns if layers.name_of(arn) == name), None)


def choose_layer(
    function: Function, app: App, options: Options, layer: Layer | None
) -> LayerChoice:
    """What becomes of one function. ``layer`` is the one it would get, None where there is none."""
    raw = function.raw
    if reason := obstacle(raw, options) or _has_no_layer(raw, app, layer):
        return LayerChoice(reason=reason)
    assert layer is not None
    if layer.arn in layers.arns_of(raw.get("Layers")):
        return LayerChoice(layer.arn)
    if layer.refusal:
        name = f"lambda-function/{function.name}"
        why = f"The layer {layer.arn} may not be read, so {function.name} was left"
        return LayerChoice(error=layer.refusal.about(name, why))
    if reason := _too_much(raw, layer):
        return LayerChoice(reason=reason)
    return LayerChoice(layer.arn)


def obstacle(raw: Raw, options: Options) -> str:
    """Why a function can have no layer at all, or must keep what it has; empty: it can.

    ``raw`` is its configuration as it stands. Asked again before the layer is written: somebody
    may have set a wrapper since the survey.
    """
    if raw.get("PackageType") == "Image":
        return (
            "it is a container image, which takes no layers (build the layer's content into /opt)"
        )
    if not _takes_wrapper(raw):
        return f"AWS has no layer for {raw.get('Runtime')}, and it takes no wrapper"
    environment = raw.get("Environment") or {}
    if error := environment.get("Error"):
        code = error.get("ErrorCode") or "an error"
        return f"its variables cannot be read ({code}), and AWS takes them only whole"
    if is_wrapped(raw.get("Handler")):
        return "its code brings OpenTelemetry along (deploy-function --tracer otel)"
    return _clash(raw, options)


def _clash(raw: Raw, options: Options) -> str:
    """The wrapper or the layer of others that keeps AWS's layer away; empty: there is none."""
    wrapper = configured(raw)[WRAPPER]
    if wrapper not in (None, opentelemetry.WRAPPER) and not options.replace_wrapper:
        return f"its wrapper {wrapper} is somebody else's (--replace-wrapper takes its place)"
    name = opentelemetry.distribution_name(str(raw.get("Runtime") or ""))
    named = {layers.without_version(arn) for arn in options.layer_arns}
    for arn in layers.arns_of(raw.get("Layers")):
        is_ours = layers.name_of(arn) == name or layers.without_version(arn) in named
        if opentelemetry.carries_opentelemetry(arn) and not is_ours:
            return f"its layer {layers.name_of(arn)} carries another OpenTelemetry"
    return ""


def _has_no_layer(raw: Raw, app: App, layer: Layer | None) -> str:
    runtime = str(raw.get("Runtime") or "")
    if layer is None and opentelemetry.distribution_name(runtime) is None:
        return f"AWS has no layer for {runtime} (--layer-arn names another)"
    if layer is None:
        return f"AWS tells of no layer for {runtime} in {app.region} (--layer-arn names one)"
    if layer.is_gone:
        return f"AWS has no layer {layer.arn} any more (--layer-arn names another)"
    if layer.refusal or layer.is_for(runtime) or layer.arn in layers.arns_of(raw.get("Layers")):
        return ""
    return f"the layer {layers.name_of(layer.arn)} is not for {runtime} (--layer-arn names another)"


def _too_much(raw: Raw, layer: Layer) -> str:
    """Which of Lambda's limits the function would be over; empty: none, as far as can be seen."""
    want = signals_state(raw, layer.arn)
    arns = layers.with_layers(layers.arns_of(raw.get("Layers")), layers_in(want))
    if len(arns) > MOST_LAYERS:
        return f"it has {len(arns) - 1} layers, and Lambda takes no more than {MOST_LAYERS}"
    shown = {one["Arn"]: one.get("CodeSize") or 0 for one in raw.get("Layers") or ()}
    zipped = int(raw.get("CodeSize") or 0) + sum(shown.get(arn, layer.size) for arn in arns)
    if zipped > MOST_BYTES:
        return f"with the layer it has {zipped / 1e6:.0f} MB zipped, and Lambda takes 250 unzipped"
    variables = {**((raw.get("Environment") or {}).get("Variables") or {})}
    variables["AWS_LAMBDA_EXEC_WRAPPER"] = opentelemetry.WRAPPER
    if len(json.dumps(variables, separators=(",", ":")).encode()) > MOST_ENVIRONMENT:
        return "its variables leave no room for another one (Lambda takes 4 KB of them)"
    return ""


def signals_state(raw: Raw, arn: str) -> dict[str, Json]:
    """What a function holds that is traced by a layer. AWS's layer leaves for another of it."""
    key = layers.without_version(arn)
    others = (
        one for one in layers.arns_of(raw.get("Layers")) if opentelemetry.is_distribution(one)
    )
    gone = {layer_field(other): None for other in others if layers.without_version(other) != key}
    return {**gone, layer_field(arn): arn, WRAPPER: opentelemetry.WRAPPER}
