"""An execution of a state machine: how it ended, and which failure made it end so.

Its history (standard workflows, kept 90 days) and its log (every workflow that logs) tell the same
events. Causality follows ``previousEventId`` where it holds. It does not for ``EvaluationFailed``,
which points before the state it happened in and names that state itself, and where the log's level
leaves events out; there the event's own words, the error's name and the order of ids count.

Sources: HistoryEvent (Step Functions API reference), "Handling errors in workflows", "Redriving
executions", "Log levels" (developer guide), recorded histories and log lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragonctl.telemetry.ids import machine_of
from dragonctl.telemetry.logs.lines import json_object
from dragonctl.telemetry.requests.why.history import ENDS, Event
from dragonctl.telemetry.requests.why.model import Handled

_CARRIERS = ("MapIteration", "MapState", "ParallelState")
_STATE_IN_WORDS = re.compile(r"state '((?:[^']|'(?!\s))+)' \(entered at the event id #(\d+)\)")
_FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d+:function:([\w-]+)")
_NESTED = re.compile(r'"ExecutionArn"\s*:\s*"([^"]+)"')


@dataclass(frozen=True)
class ExecutionFailure:
    """What failed in an execution: the event, the state in which it happened, its type."""

    event: Event
    state: str
    state_type: str = ""
    function: str = ""
    inferred: str = ""


@dataclass
class Execution:
    """One execution: ``status`` empty where its end was not seen."""

    arn: str
    status: str = ""
    events: dict[int, Event] = field(default_factory=dict)
    start_ms: int = 0
    trace: str = ""
    map_runs: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    cause: str = ""
    definition: str = ""

    @property
    def machine(self) -> str:
        """The machine's name."""
        return machine_of(self.arn)

    @property
    def in_order(self) -> list[Event]:
        """The events by their ids."""
        return [self.events[number] for number in sorted(self.events)]

    @property
    def failed(self) -> bool:
        """Whether it ended, and not well."""
        return self.status in ("FAILED", "TIMED_OUT", "ABORTED")

    def end(self, before: int | None = None) -> Event | None:
        """The event that ended it last, or last before an event."""
        ends = [
            event
            for event in self.in_order
            if event.type in ENDS and (before is None or event.id < before)
        ]
        return ends[-1] if ends else None

    def failure(self) -> ExecutionFailure | None:
        """What made it fail; None where it did not, or nothing tells."""
        end = self.end()
        return self._behind(end) if end and self.failed else None

    def handled(self) -> tuple[Handled, ExecutionFailure] | None:
        """The failure that was overcome in an execution that ended well, or goes on; how."""
        redriven = [event for event in self.in_order if event.type == "ExecutionRedriven"]
        if redriven and (end := self.end(redriven[-1].id)) and (found := self._behind(end)):
            return "redriven", found
        leaves = [event for event in self.in_order if event.is_leaf]
        overcome = [(self._overcome(event), event) for event in leaves]
        words: tuple[Handled, ...] = ("caught", "retried")
        for word in words:
            of_kind = [event for handled, event in overcome if handled == word]
            if of_kind:
                return word, self._of(of_kind[-1])
        return None

    def tolerated(self) -> tuple[Handled, ExecutionFailure] | None:
        """A distributed map that went well although items of it failed, by its map run's counts."""
        for run in self.map_runs:
            counts = run.get("itemCounts") or {}
            lost = {name: counts.get(name, 0) for name in ("failed", "timedOut", "aborted")}
            if self.status == "SUCCEEDED" and any(lost.values()):
                words = ", ".join(f"{number} {name}" for name, number in lost.items() if number)
                details = {
                    "error": "items failed",
                    "cause": f"{words} of {counts.get('total', '?')}",
                }
                entered = self._map_state(str(run.get("mapRunArn", "")))
                event = Event(0, 0, "MapRunSucceeded", details, self.start_ms)
                return "tolerated", ExecutionFailure(event, entered, "Map")
        return None

    def _map_state(self, map_run: str) -> str:
        """The Map state of a map run, by its event; else its label in the ARN."""
        for event in self.in_order:
            if event.type == "MapRunStarted" and event.details.get("mapRunArn") == map_run:
                entered = self._state_of(event)
                if entered:
                    return str(entered.details.get("name", ""))
        return map_run.rpartition("/")[2].partition(":")[0]

    def failed_child(self) -> str:
        """A child execution of a distributed map that failed, or ""."""
        return next((str(run["child"]) for run in self.map_runs if run.get("child")), "")

    def _overcome(self, event: Event) -> Handled:
        """What followed a failure in an execution that went on."""
        for follower in self._followers(event):
            if follower.type.endswith(("Scheduled", "Started")) and follower.id > event.id:
                return "retried"
            if follower.type.endswith("StateExited"):
                return "caught"
        state = self._state_of(event)
        again = [
            later
            for later in self.in_order
            if later.id > event.id
            and later.type.endswith("Scheduled")
            and self._state_of(later) is state
        ]
        if state and again:
            return "retried"
        return "caught"

    def _followers(self, event: Event) -> Iterator[Event]:
        """The events that follow from a failure, through what handed it up."""
        current: Event | None = event
        while current:
            number = current.id
            following = [one for one in self.in_order if one.previous == number and one.id > number]
            handed = next((one for one in following if one.type.startswith(_CARRIERS)), None)
            yield from following
            current = handed if handed and not handed.type.endswith("StateExited") else None

    def _behind(self, end: Event) -> ExecutionFailure | None:
        """The failure behind an end: along the chain, else by its words, else by its error."""
        if end.type == "ExecutionAborted":
            return ExecutionFailure(end, "")
        if end.type == "ExecutionTimedOut":
            return ExecutionFailure(end, "")
        return (
            self._along(end)
            or self._by_words(end)
            or self._by_error(end)
            or ExecutionFailure(end, "")
        )

    def _along(self, end: Event) -> ExecutionFailure | None:
        """Back from the end: through what handed a failure up, to the failure itself."""
        current, seen = self.events.get(end.previous), {end.id}
        while current and current.id not in seen:
            seen.add(current.id)
            if current.is_leaf:
                return self._of(current)
            if current.type == "FailStateEntered":
                return self._failed_by_design(current, end)
            if current.type.endswith("StateEntered"):
                return ExecutionFailure(
                    end, str(current.details.get("name", "")), _type_of(current)
                )
            if not current.type.startswith(_CARRIERS) or current.type.endswith(
                ("Exited", "Started")
            ):
                return None
            current = self.events.get(current.previous)
        return None

    def _failed_by_design(self, entered: Event, end: Event) -> ExecutionFailure | None:
        """A Fail state; where it only passes on the error that was caught, that failure itself."""
        state = ExecutionFailure(end, str(entered.details.get("name", "")), "Fail")
        caught = [
            event for event in self.in_order
            if event.is_leaf and event.id < entered.id and event.error == end.error and event.error
        ]  # fmt: skip
        return self._of(caught[-1]) if caught else state

    def _by_words(self, end: Event) -> ExecutionFailure | None:
        """``An error occurred while executing the state 'X' (entered at the event id #n)``."""
        found = _STATE_IN_WORDS.search(end.cause)
        if not found:
            return None
        entered = self.events.get(int(found[2]))
        kind = _type_of(entered) if entered else ""
        return ExecutionFailure(self._evaluated(end, found[1]) or end, found[1], kind)

    def _evaluated(self, end: Event, state: str) -> Event | None:
        """The event that says what an expression of a state did wrong."""
        found = [
            event for event in self.in_order
            if event.type == "EvaluationFailed" and event.id < end.id
            and event.details.get("state") in (None, state)
        ]  # fmt: skip
        return found[-1] if found else None

    def _by_error(self, end: Event) -> ExecutionFailure | None:
        """The last failure before the end that bears its error's name, after any redrive.

        One of another name may have been retried or caught: it is not what ended the execution.
        """
        begun = max(
            (e.id for e in self.in_order if e.type == "ExecutionRedriven" and e.id < end.id),
            default=0,
        )
        same = [
            event for event in self.in_order
            if event.is_leaf and begun < event.id < end.id and event.error == end.error
        ]  # fmt: skip
        return self._of(same[-1]) if same else None

    def _of(self, event: Event) -> ExecutionFailure:
        entered = self._state_of(event)
        state = str(event.details.get("state") or "") if event.type == "EvaluationFailed" else ""
        kind = _type_of(entered) if entered else ""
        if not state and entered:
            state = str(entered.details.get("name", ""))
        inferred = "" if state else self._by_definition(event)
        return ExecutionFailure(event, state or inferred, kind, self._function(event), inferred)

    def _state_of(self, event: Event) -> Event | None:
        """The StateEntered event of the state in which an event happened."""
        current, seen = self.events.get(event.previous), {event.id}
        while current and current.id not in seen:
            if current.type.endswith("StateEntered"):
                return current
            seen.add(current.id)
            current = self.events.get(current.previous)
        return None

    def _function(self, event: Event) -> str:
        """The function that a failing task called: named by what scheduled it."""
        current, seen = self.events.get(event.previous), {event.id}
        while current and current.id not in seen and not current.type.endswith("StateEntered"):
            if current.type.endswith("Scheduled"):
                text = (
                    f"{current.details.get('parameters', '')} {current.details.get('resource', '')}"
                )
                found = _FUNCTION.search(text) or re.search(r'"FunctionName"\s*:\s*"([\w-]+)', text)
                return found[1] if found else ""
            seen.add(current.id)
            current = self.events.get(current.previous)
        return ""

    def _by_definition(self, event: Event) -> str:
        """The only state of the definition that calls what failed; "" where several do."""
        resource, kind = event.details.get("resource"), event.details.get("resourceType")
        document = json_object(self.definition) or {}
        wanted = f":::{kind}:{resource}" if kind else str(resource)
        names = [
            name for name, state in _states(document)
            if resource and str(state.get("Resource", "")).endswith(wanted)
        ]  # fmt: skip
        return names[0] if len(names) == 1 else ""

    def open_states(self) -> list[str]:
        """The states that were entered and not left."""
        names: list[str] = []
        for event in self.in_order:
            name = str(event.details.get("name", ""))
            if event.type.endswith("StateEntered"):
                names.append(name)
            elif event.type.endswith("StateExited") and name in names:
                names.remove(name)
        return names

    def nested(self) -> set[str]:
        """The executions that failed and made this one fail."""
        found = (_NESTED.findall(event.cause) for event in self.in_order if event.is_leaf)
        return {arn for arns in found for arn in arns}

    def requests(self) -> set[str]:
        """The Lambda request ids that its failures name."""
        return {ident for event in self.in_order for ident in event.requests}


def _states(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every state of a definition, those of branches and iterators too."""
    for name, state in (document.get("States") or {}).items():
        if not isinstance(state, dict):
            continue
        yield name, state
        inner = [*(state.get("Branches") or ()), state.get("ItemProcessor"), state.get("Iterator")]
        for part in inner:
            if isinstance(part, dict):
                yield from _states(part)


def _type_of(entered: Event) -> str:
    """``Choice`` of a ChoiceStateEntered."""
    return entered.type.removesuffix("StateEntered")
