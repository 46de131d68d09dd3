"""``--application-signals``: AWS's layer of OpenTelemetry on functions that exist.

What the Lambda console's switch does (CloudWatch user guide, "Enable your applications on
Lambda"): the layer, the variable that starts the runtime through it, a policy on the role; and the
account's discovery.
"""

from __future__ import annotations

from collections.abc import Iterator

from dragonctl.application.nouns import App, Function
from dragonctl.engine.model import State, Step
from dragonctl.engine.reversal import Keep
from dragonctl.errors import DragonError
from dragonctl.recipes.observability.layers_survey import LayerChoices
from dragonctl.resources import lambda_layers as layers
from dragonctl.resources import opentelemetry_layers as opentelemetry
from dragonctl.resources.application_signals import KEPT, STARTED, Discovery
from dragonctl.resources.lambda_configuration import WRAPPER, configured

_SWITCH = "OTEL_AWS_APPLICATION_SIGNALS_ENABLED"
_LIMITS = (
    "exceeds the maximum allowed size",
    "Layers consume more than the available size",
    "Cannot reference more than 5 layers",
    "exceeded the 4KB limit",
)
_CODE_SIGNING = ("InvalidCodeSignatureException", "CodeVerificationFailedException")


def is_over_a_limit(error: DragonError) -> bool:
    """Whether Lambda refused a layer for its size, or because nobody that is trusted signed it.

    Phrases as in AWS's answers: "Function code combined with layers exceeds the maximum allowed
    size of 262144000 bytes. The actual size is …".
    """
    return error.code in _CODE_SIGNING or any(words in error.message for words in _LIMITS)


def discovery_steps(app: App, layer_choices: LayerChoices) -> Iterator[Step]:
    """The account's discovery, where any function is traced so."""
    if any(one.wanted for one in layer_choices.values()):
        want: State = {STARTED: True}
        title = "Discovery of services by Application Signals, for the whole account"
        yield Step(title, Discovery(app.account), want, undo=Keep(KEPT))


def signals_warnings(app: App, layer_choices: LayerChoices) -> Iterator[str]:
    """Functions that are left, each with its reason; what somebody set that keeps it off."""
    for function in app.functions:
        found = layer_choices.get(function.name)
        if found is None:
            continue
        if found.reason:
            yield f"Function {function.name} gets no Application Signals: {found.reason}."
        elif found.wanted:
            yield from _of_variables(function)


def _of_variables(function: Function) -> Iterator[str]:
    if str(function.variables.get(_SWITCH, "")).lower() == "false":
        yield (
            f"The variable {_SWITCH} of function {function.name} is false, and stays so: its"
            " calls are traced, but make no Application Signals."
        )
    wrapper = configured(function.raw)[WRAPPER]
    if wrapper not in (None, opentelemetry.WRAPPER):
        yield (
            f"The wrapper {wrapper} of function {function.name} is replaced: what it does for the"
            " function ends."
        )


def signals_notes(app: App, layer_choices: LayerChoices) -> Iterator[str]:
    """What it costs, and what an auditor will say, where a function gets the layer now."""
    new = sorted(
        {
            layer_choices[function.name].layer
            for function in app.functions
            if function.name in layer_choices
            and layer_choices[function.name].wanted
            and layer_choices[function.name].layer not in function.layers
        }
    )
    if not new:
        return
    yield (
        "Application Signals is billed by what functions send: metrics of every call, and spans"
        " of every call too, also of those that X-Ray does not sample (CloudWatch pricing,"
        " Application Signals). The layer also makes cold starts longer."
    )
    accounts = sorted({layers.account_of(arn) for arn in new} - {app.account})
    if accounts:
        yield (
            f"The layer is of another account ({', '.join(accounts)}): a rule that allows only"
            " layers of your own accounts will name these functions."
        )
