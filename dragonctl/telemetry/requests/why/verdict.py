"""First how the whole ended, then which failure made it end so.

The whole is what was asked for: a request to an API with all that it set going, an execution, an
invocation, or all of a trace. Of several failures the one that caused the others counts: by
previous event, by request id, by parent segment; never the gravest word, nor the earliest line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from dragonctl.telemetry.ids import is_execution, is_express, is_trace
from dragonctl.telemetry.requests.why import segments, states
from dragonctl.telemetry.requests.why.executions import Execution
from dragonctl.telemetry.requests.why.gateway import GatewayRequest
from dragonctl.telemetry.requests.why.gathering import Seen
from dragonctl.telemetry.requests.why.invocations import Invocation
from dragonctl.telemetry.requests.why.model import FailedPart, Handled, Outcome
from dragonctl.telemetry.traces.segments import Segment

_RAISED = frozenset({"exception", "unclear", "backend status"})
"""Kinds that say little: what stands behind the part says more."""


@dataclass
class Judgement:
    """How one whole ended: ``chain`` from the cause to what it led to."""

    outcome: Outcome
    chain: list[FailedPart] = field(default_factory=list)
    handled: Handled = "no"
    status: str = ""
    unseen: list[str] = field(default_factory=list)


def judge(seen: Seen) -> Judgement:
    """How what was asked for ended, and why."""
    judgements = list(_wholes(seen))
    order: tuple[Outcome, ...] = ("failed", "handled", "unknown", "ok")
    return min(judgements, key=lambda one: order.index(one.outcome), default=Judgement("unknown"))


def _wholes(seen: Seen) -> Iterator[Judgement]:
    """What was asked for, in the order in which it is looked for."""
    judges = _Judges(seen)
    if is_execution(seen.asked):
        yield judges.execution(seen.executions.get(seen.asked) or Execution(seen.asked))
    elif requests := _requests(seen):
        yield from map(judges.request, requests)
    elif own := _executions(seen):
        yield from map(judges.execution, own)
    elif seen.invocations:
        asked = seen.invocations.get(seen.asked)
        yield from map(judges.invocation, [asked] if asked else seen.invocations.values())
    elif seen.traces:
        yield from (judges.trace(trace.roots) for trace in seen.traces.values())


def _requests(seen: Seen) -> list[GatewayRequest]:
    asked = seen.gateway.get(seen.asked)
    if asked:
        return [asked]
    by_extended = [
        one for one in seen.gateway.values() if seen.asked == one.value("extendedRequestId")
    ]
    return by_extended or list(seen.gateway.values())


def _executions(seen: Seen) -> list[Execution]:
    """Executions that no other one of these started."""
    inner = {arn for one in seen.executions.values() for arn in one.nested()}
    return [one for arn, one in seen.executions.items() if arn not in inner]


class _Judges:
    """Judges of each kind of whole, with all that was seen at hand."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    # -- a request to an API -----------------------------------------------------------------------
    def request(self, request: GatewayRequest) -> Judgement:
        """Its answer decides; where that went well, what it set going."""
        own = request.failure()
        if own is not None:
            return Judgement("failed", self._deepened(own, request), status=request.route)
        behind = self._behind(request)
        if behind:
            return replace(behind, status=request.route)
        if not request.status:
            reason = "The end of the request is not in the logs (yet): they take some seconds."
            return Judgement("unknown", status=request.route, unseen=[reason])
        return self._well(request)

    def _behind(self, request: GatewayRequest) -> Judgement | None:
        """What failed behind an answer that went well; the gravest counts."""
        judgements = [self.execution(one) for one in _executions(self.seen)]
        judgements += [self._invoked(one, request) for one in self.seen.invocations.values()]
        judgements += self._machines_in_traces(request) if not self.seen.executions else []
        for outcome in ("failed", "handled"):
            for one in judgements:
                if one.outcome == outcome:
                    return one
        unknown = [one for one in judgements if one.outcome == "unknown" and one.unseen]
        return unknown[0] if unknown and self.seen.executions else None

    def _invoked(self, one: Invocation, request: GatewayRequest) -> Judgement:
        """An invocation behind an answer that went well: the integration's own, or a deeper one."""
        if one.retried:
            return self.invocation(one)
        failure = one.failure() if one.request else None
        if failure is None:
            return Judgement("ok")
        if not self._is_own(one, request):
            return Judgement("handled", [failure], "caught")
        if one.ended == "uncaught" and request.backend_status != _ACCEPTED:
            return Judgement("ok")  # API Gateway saw its answer: what it printed was no end
        return Judgement("failed", [failure])

    def _is_own(self, one: Invocation, request: GatewayRequest) -> bool:
        """Whether the method's integration itself made an invocation."""
        if one.request in request.invocations:
            return True
        if request.function:
            return one.function == request.function
        return not self.seen.executions and len(self.seen.invocations) == 1

    def _machines_in_traces(self, request: GatewayRequest) -> list[Judgement]:
        judgements = []
        for trace in self.seen.traces.values():
            roots = segments.own_part(trace, request.id)
            found = segments.cause(segments.machines(roots))
            if found:
                judgements.append(Judgement("failed", [found]))
        return judgements

    def _well(self, request: GatewayRequest) -> Judgement:
        """It went well, as far as was seen; what was not seen is said."""
        seen = self.seen
        judgement = Judgement("ok", status=request.route)
        nothing_behind = not (seen.executions or seen.invocations or seen.traces)
        if any(one.status == "RUNNING" for one in seen.executions.values()):
            judgement.unseen.append("The execution that it started is still running.")
        if request.starts_executions and not seen.executions:
            judgement.outcome = "unknown"
            judgement.unseen.append(
                "API Gateway handed it to Step Functions, and nothing names the execution:"
                " how that ended was not seen."
            )
        elif not request.lines and nothing_behind:
            judgement.unseen.append(
                "Only the access log tells of it: what ran behind the API was not seen."
            )
        return judgement

    def _deepened(self, own: FailedPart, request: GatewayRequest) -> list[FailedPart]:
        """From what API Gateway says to what stands behind it, where that says more."""
        if own.part == "authorizer":
            return self._chain(self._of_authorizer(own, request), own)
        if own.kind in _RAISED and (ran := self._executed()):
            return [*ran, own]
        if own.part == "function" or (own.kind in _RAISED and own.part != "caller"):
            return self._chain(self._of_function(own, request), own)
        return [own]

    def _executed(self) -> list[FailedPart]:
        """What failed in an execution whose end the method's mapping answers with an error."""
        judgements = (self.execution(one) for one in _executions(self.seen) if one.failed)
        return next((one.chain for one in judgements), [])

    def _chain(self, deeper: FailedPart | None, own: FailedPart) -> list[FailedPart]:
        return [deeper, own] if deeper else [own]

    def _of_authorizer(self, own: FailedPart, request: GatewayRequest) -> FailedPart | None:
        """The line of the authorizer's own function, where its log was seen."""
        for ident in sorted(request.invocations & set(self.seen.invocations)):
            failure = self.seen.invocations[ident].failure()
            if failure:
                kind = own.kind if failure.kind == "exception" else failure.kind
                return replace(failure, part="authorizer", kind=kind)
        return None

    def _of_function(self, own: FailedPart, request: GatewayRequest) -> FailedPart | None:
        """The function behind an answer that was an error: its end, or what it logged."""
        ours = list(self._direct(request))
        if deepest := self._deepest(ours, request):
            return deepest
        if own.kind in _RAISED:
            logged = [found for one in ours if (found := one.logged())]
            if logged:
                return logged[-1]
            return self._traced(request)
        return None

    def _direct(self, request: GatewayRequest) -> Iterable[Invocation]:
        """The invocations that the method's integration made; all, where nothing names them."""
        every = self.seen.invocations
        named = [every[ident] for ident in sorted(request.invocations) if ident in every]
        if named:
            return named
        same = [one for one in every.values() if one.function == request.function]
        return same or list(every.values())

    def _deepest(self, ours: list[Invocation], request: GatewayRequest) -> FailedPart | None:
        """The failing invocation: of several, the one at the end of the trace's failing chain."""
        failing = [(one, found) for one in ours if (found := one.failure())]
        every = [(one, f) for one in self.seen.invocations.values() if (f := one.failure())]
        traced = self._traced(request) if len(every) > 1 else None
        for one, found in every:
            if traced and one.request and one.request == traced.request:
                return found
        return failing[-1][1] if failing else None

    def _traced(self, request: GatewayRequest) -> FailedPart | None:
        found = (
            segments.beneath(segments.own_part(trace, request.id))
            for trace in self.seen.traces.values()
        )
        return next((one for one in found if one), None)

    # -- an execution ------------------------------------------------------------------------------
    def execution(self, execution: Execution) -> Judgement:
        """Its status decides; a failure in one that went well was handled."""
        if execution.failed:
            return self._failed(execution)
        handled = execution.handled() or execution.tolerated()
        if handled:
            word, failure = handled
            chain = self._called(states.finding(failure, execution), failure.event.requests)
            return Judgement("handled", chain, word, execution.status, list(_caveat(execution)))
        if not execution.status:
            return Judgement("unknown", status="", unseen=list(_caveat(execution)))
        still = ["It is still running."] if execution.status == "RUNNING" else []
        return Judgement("ok", status=execution.status, unseen=still)

    def _failed(self, execution: Execution) -> Judgement:
        failure = execution.failure()
        if failure is None:
            reason = (
                "Its history and its log are gone, or were never kept: what failed was not seen."
            )
            bare = FailedPart(
                "state-machine", execution.machine, "unclear", execution.status,
                evidence=f"{execution.arn}: {execution.status}", source="state-machines",
                time_ms=execution.start_ms, request=execution.arn,
            )  # fmt: skip
            return Judgement("failed", [bare], status=execution.status, unseen=[reason])
        own = states.finding(failure, execution)
        inner = self._inner(execution)
        if inner:
            return Judgement("failed", [*inner, own], status=execution.status)
        if child := execution.failed_child():
            own = replace(own, next=f"dragonctl why {child}")
        chain = self._called(own, failure.event.requests, failure.function)
        return Judgement("failed", chain, status=execution.status)

    def _inner(self, execution: Execution) -> list[FailedPart]:
        """The failure of an execution that this one started and waited for."""
        failure = execution.failure()
        for arn in execution.nested():
            inner = self.seen.executions.get(arn)
            if (
                inner
                and inner.failed
                and failure
                and arn in failure.event.cause
                and inner.failure()
            ):
                return self._failed(inner).chain
        return []

    def _called(self, own: FailedPart, requests: set[str], function: str = "") -> list[FailedPart]:
        """The function that a state called, where its own line tells more."""
        for ident in sorted(requests & set(self.seen.invocations)):
            failure = (
                self.seen.invocations[ident].failure() or self.seen.invocations[ident].logged()
            )
            if failure:
                return [failure, own]
        if function and not requests:
            for one in self.seen.invocations.values():
                failure = one.failure() if one.function == function else None
                if failure and own.kind in _RAISED:
                    return [failure, own]
        return [own]

    # -- the rest ----------------------------------------------------------------------------------
    def invocation(self, one: Invocation) -> Judgement:
        """An invocation that nothing else is known of."""
        failure = one.failure()
        if one.retried and failure:
            return Judgement("handled", [failure], "retried")
        if failure:
            return Judgement("failed", [failure])
        if one.ended or not one.request:
            return Judgement("ok" if one.ended else "unknown")
        return Judgement("unknown", unseen=["Its report is not in the log (yet)."])

    def trace(self, roots: Iterable[Segment]) -> Judgement:
        """A trace alone: its outermost segments decide."""
        roots = tuple(roots)
        found = segments.cause(roots)
        if found:
            return Judgement("failed", [found])
        if any(root.in_progress for root in roots):
            return Judgement("unknown", unseen=["It has not ended yet."])
        return Judgement("ok")


_ACCEPTED = 202
"""What Lambda answers to an asynchronous invocation."""


def _caveat(execution: Execution) -> Iterator[str]:
    """What is not known of an execution whose end was not seen."""
    if execution.status:
        return
    if not is_express(execution.arn):
        yield "Step Functions does not show this execution, and its end is not in a log."
    elif execution.events:
        yield (
            "The log of this express execution does not hold its end: it may still run, or the"
            " machine logs errors alone."
        )
    else:
        yield "Of express executions only their log tells, and nothing of this one is in it."


def traces_of(seen: Seen) -> list[str]:
    """The trace ids of the whole, the one asked for first."""
    ids = seen.trail.trace_ids()
    return (
        sorted(ids, key=lambda ident: (ident != seen.asked, ident)) if is_trace(seen.asked) else ids
    )
