"""The functions' part: tracing, a log format, AWS's layer, and a log group with a retention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from dragonctl.application.log_groups import function_logs
from dragonctl.application.nouns import App, Function
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.errors import DragonError
from dragonctl.recipes.observability.groups import group_step
from dragonctl.recipes.observability.layers_survey import (
    LayerChoice,
    LayerChoices,
    obstacle,
    signals_state,
)
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.roles import Ability, RoleVerdict
from dragonctl.recipes.observability.signals import is_over_a_limit
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.lambda_configuration import LEVELS, LOG_FORMAT, TRACING
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.role_rights import role_name
from dragonctl.wording import with_and


def function_steps(
    app: App, verdict: RoleVerdict, options: Options, layer_choices: LayerChoices
) -> Iterator[Step]:
    """Each function's log groups (of versions that get traffic, too) and settings."""
    for function in app.functions:
        settings = FunctionSettings(function.name)
        for log in function_logs(function):
            yield group_step(log.group, log.owner, options, serves=(settings.identifier,))
        wanted = function_wanted(function, verdict, options, layer_choices)
        if not wanted.parts:
            continue
        yield Step(
            f"{wanted.title} of function {function.name}",
            settings,
            wanted,
            after=(RolePolicies(role_name(function.role)).identifier,),
            instead=wanted.after_refusal,
        )


def able(app: App, layer_choices: LayerChoices, verdict: RoleVerdict) -> LayerChoices:
    """The choices, without those of functions whose role could not send what the layer makes."""
    roles = {function.name: role_name(function.role) for function in app.functions}
    return {
        name: LayerChoice(error=found.error)
        if found.wanted and verdict.unmet(roles[name], Ability.SEND_SIGNALS)
        else found
        for name, found in layer_choices.items()
    }


def function_wanted(
    function: Function, verdict: RoleVerdict, options: Options, layer_choices: LayerChoices
) -> FunctionWanted:
    """What is wanted of a function."""
    found = layer_choices.get(function.name)
    return FunctionWanted(function, verdict, options, found.layer if found else "")


@dataclass(frozen=True)
class Part:
    """What is set of a function for one purpose: a word for it, and the fields, from how it is."""

    word: str
    fields: Callable[[Reading], State]


@dataclass(frozen=True)
class FunctionWanted:
    """What a function should hold, from how it stands: tracing, and what else was asked for.

    ``layer`` is the ARN of the layer that traces it, if one is to. Its tracing is left where its
    role cannot, and will not be able to, send traces.
    """

    function: Function
    verdict: RoleVerdict
    options: Options
    layer: str = ""

    @property
    def title(self) -> str:
        """What is set, in words."""
        words = with_and(part.word for part in self.parts)
        return words[:1].upper() + words[1:]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that is to be set of it: an option of functions is a row here."""
        rows = (
            (self.may_trace, Part("tracing", self._tracing)),
            (self.options.log_format is not None, Part("log format", self._logging)),
            (bool(self.layer), Part("Application Signals", self._signals)),
        )
        return tuple(part for is_wanted, part in rows if is_wanted)

    def __call__(self, have: Reading | None, done: Done) -> State:
        """The wanted settings; nothing of a function that is gone.

        DragonError where somebody has set what the layer may not take the place of.
        """
        if have is None:
            return {}
        wanted = (part.fields(have) for part in self.parts)
        return {field: value for state in wanted for field, value in state.items()}

    def after_refusal(self, error: DragonError) -> tuple[FunctionWanted, str] | None:
        """The rest, where Lambda refuses the layer for a limit that only Lambda can tell."""
        if not self.layer or not is_over_a_limit(error):
            return None
        why = f"Lambda refuses the layer, and the function gets none: {error.message}"
        return replace(self, layer=""), why

    @property
    def may_trace(self) -> bool:
        """Whether its tracing is set: off, or on where its role can send traces."""
        role = role_name(self.function.role)
        return not (self.options.wants_tracing and self.verdict.unmet(role, Ability.SEND_TRACES))

    def _signals(self, have: Reading) -> State:
        raw = have.facts["raw"]
        if reason := obstacle(raw, self.options):
            raise DragonError(
                f"Function {self.function.name} was changed meanwhile: {reason}.",
                "Run the same command again: it leaves that as it is.",
                code="ChangedMeanwhile",
            )
        return signals_state(raw, self.layer)

    def _tracing(self, have: Reading) -> State:
        given = {None: None, True: "Active", False: "PassThrough"}[self.options.tracing]
        now = have.state[TRACING]
        return {TRACING: FunctionSettings.keep_or_default(TRACING, given, now, "Active")}

    def _logging(self, have: Reading) -> State:
        """JSON with its levels: those that are there, or what AWS would give it; Text has none."""
        if self.options.log_format == "text":
            return {LOG_FORMAT: "Text", **dict.fromkeys(LEVELS)}
        return {LOG_FORMAT: "JSON", **{level: have.state.get(level) or "INFO" for level in LEVELS}}
