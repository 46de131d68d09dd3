"""The state machines' part: a log group of their own, level, execution data, tracing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.application.log_groups import machine_logs, vended_group
from dragonctl.application.nouns import App, Machine
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.recipes.observability.groups import existing_group, group_step
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.roles import Ability, RoleVerdict
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.log_group_names import group_arn
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.resources.role_rights import role_name
from dragonctl.resources.states_machine import MachineSettings
from dragonctl.resources.states_machine_fields import DESTINATION, EXECUTION_DATA, LEVEL, TRACING


def machine_steps(app: App, verdict: RoleVerdict, options: Options) -> Iterator[Step]:
    """Each machine's group, then its settings.

    Those that touch the account's Logs resource policy go one after the other, because AWS
    rewrites that policy as a whole.
    """
    previous: tuple[str, ...] = ()
    for machine in app.machines:
        settings = MachineSettings(machine.arn)
        wanted = MachineWanted(app, machine, verdict, options)
        group, present = vended_group(machine.name), machine.log_group or ""
        if wanted.logs and present in ("", group):
            yield group_step(group, f"state machine {machine.name}", options)
        else:
            yield from existing_group(present, f"state machine {machine.name}", options)
        yield from _frozen_groups(machine, options)
        yield Step(
            f"State machine {machine.name}",
            settings,
            wanted,
            after=(
                RolePolicies(role_name(machine.role)).identifier,
                LogGroupSettings(group).identifier,
                *previous,
            ),
        )
        previous = (settings.identifier,) if _is_foreign(present) else previous


def _frozen_groups(machine: Machine, options: Options) -> Iterator[Step]:
    """The groups that versions log to whose level is frozen, where that is not ``OFF``."""
    for log in machine_logs(machine):
        if log.is_frozen and log.is_written and log.group == vended_group(machine.name):
            yield group_step(log.group, log.owner, options)
        elif log.is_frozen and log.is_written:
            yield from existing_group(log.group, log.owner, options)


def machine_warnings(app: App, options: Options) -> Iterator[str]:
    """Machines that cannot log, or that already log at a level somebody chose."""
    for machine in app.machines:
        if not machine.name.isascii() and options.state_machine_level != "OFF":
            yield (
                f"State machine {machine.name} has a name with characters that CloudWatch Logs does"
                " not take: its executions would fail with logging on, so it is left as it is."
            )


def _is_foreign(group: str) -> bool:
    return bool(group) and not group.startswith("/aws/vendedlogs/")


@dataclass(frozen=True)
class MachineWanted:
    """What a machine should hold, from how it stands."""

    app: App
    machine: Machine
    verdict: RoleVerdict
    options: Options

    def __call__(self, have: Reading | None, done: Done) -> State:
        """The wanted settings; nothing of a machine that is gone."""
        if have is None:
            return {}
        return {**self._logging(have.state), **self._tracing(have.state)}

    @property
    def logs(self) -> bool:
        """Whether the machine is to log, and is able to."""
        able = self.machine.name.isascii() and not self._unmet(Ability.DELIVER_LOGS)
        return able and self.options.state_machine_level != "OFF"

    def _logging(self, state: State) -> State:
        given = self.options
        if not self.logs and given.state_machine_level != "OFF":
            return {}
        asked, now = given.state_machine_level, state[LEVEL]
        level = MachineSettings.keep_or_default(LEVEL, asked, now, "ALL")
        want = {LEVEL: level}
        if level != "OFF":
            want[DESTINATION] = state[DESTINATION] or self._group()
        if given.execution_data is not None:
            want[EXECUTION_DATA] = given.execution_data
        return want

    def _tracing(self, state: State) -> State:
        if self.options.wants_tracing and self._unmet(Ability.SEND_TRACES):
            return {}
        given, now = self.options.tracing, state[TRACING]
        return {TRACING: MachineSettings.keep_or_default(TRACING, given, now, default=True)}

    def _unmet(self, what: Ability) -> bool:
        return self.verdict.unmet(role_name(self.machine.role), what)

    def _group(self) -> str:
        app = self.app
        group = vended_group(self.machine.name)
        return f"{group_arn(app.partition, app.region, app.account, group)}:*"
