"""The functions' part: active tracing, and a log group with a retention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.application.nouns import App, named
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.recipes.observability.groups import group_step
from dragonctl.recipes.observability.options import Options, keep_or_default
from dragonctl.recipes.observability.roles import Verdict
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.lambda_configuration import TRACING
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.role_rights import role_name


def function_steps(app: App, verdict: Verdict, options: Options) -> Iterator[Step]:
    """Each function's log groups (of versions that get traffic, too) and tracing."""
    for function in app.functions:
        for version, raw in function.configurations:
            owner = named(f"function {function.name}", version)
            yield group_step(function.group_of(raw), owner, options)
        role = role_name(function.role)
        if options.wants_tracing and verdict.unmet(role, "send traces"):
            continue
        yield Step(
            f"Tracing of function {function.name}",
            FunctionSettings(function.name),
            _TracingWanted(options.tracing),
            after=(RolePolicies(role).identifier,),
        )


@dataclass(frozen=True)
class _TracingWanted:
    """Active, unless something else was said."""

    given: bool | None

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have is None:
            return {}
        given = {None: None, True: "Active", False: "PassThrough"}[self.given]
        return {
            TRACING: keep_or_default(given, have.state[TRACING], "Active", (None, "PassThrough"))
        }
