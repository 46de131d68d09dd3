"""The functions' part: active tracing, a log format, and a log group with a retention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.application.log_groups import function_logs
from dragonctl.application.nouns import App, Function
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.recipes.observability.groups import group_step
from dragonctl.recipes.observability.options import Options, keep_or_default
from dragonctl.recipes.observability.roles import Verdict
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.lambda_configuration import LEVELS, LOG_FORMAT, TRACING
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.role_rights import role_name


def function_steps(app: App, verdict: Verdict, options: Options) -> Iterator[Step]:
    """Each function's log groups (of versions that get traffic, too) and settings."""
    for function in app.functions:
        for log in function_logs(function):
            yield group_step(log.group, log.owner, options)
        wanted = FunctionWanted(function, verdict, options)
        if not (wanted.may_trace or options.log_format):
            continue
        what = "Tracing and log format" if options.log_format else "Tracing"
        yield Step(
            f"{what} of function {function.name}",
            FunctionSettings(function.name),
            wanted,
            after=(RolePolicies(role_name(function.role)).identifier,),
        )


@dataclass(frozen=True)
class FunctionWanted:
    """What a function should hold, from how it stands: tracing, and a log format if one is given.

    Its tracing is left where its role cannot, and will not be able to, send traces.
    """

    function: Function
    verdict: Verdict
    options: Options

    def __call__(self, have: Reading | None, done: Done) -> State:
        """The wanted settings; nothing of a function that is gone."""
        if have is None:
            return {}
        return {**self._tracing(have.state), **self._logging(have.state)}

    @property
    def may_trace(self) -> bool:
        """Whether its tracing is set: off, or on where its role can send traces."""
        role = role_name(self.function.role)
        return not (self.options.wants_tracing and self.verdict.unmet(role, "send traces"))

    def _tracing(self, state: State) -> State:
        if not self.may_trace:
            return {}
        given = {None: None, True: "Active", False: "PassThrough"}[self.options.tracing]
        return {TRACING: keep_or_default(given, state[TRACING], "Active", (None, "PassThrough"))}

    def _logging(self, state: State) -> State:
        """JSON with its levels: those that are there, or what AWS would give it; Text has none."""
        if self.options.log_format is None:
            return {}
        if self.options.log_format == "text":
            return {LOG_FORMAT: "Text", **dict.fromkeys(LEVELS)}
        return {LOG_FORMAT: "JSON", **{level: state.get(level) or "INFO" for level in LEVELS}}
