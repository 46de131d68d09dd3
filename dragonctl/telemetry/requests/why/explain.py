"""From an id to a verdict: gather, judge, and say what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from dragonctl.application.log_groups import LogGroup
from dragonctl.application.nouns import App
from dragonctl.engine.model import Fetch
from dragonctl.telemetry.logs.events import Report
from dragonctl.telemetry.requests.why import commands, segments
from dragonctl.telemetry.requests.why.gathering import Seen, gather
from dragonctl.telemetry.requests.why.model import FailedPart, Verdict
from dragonctl.telemetry.requests.why.verdict import Judgement, judge, traces_of


def explain(
    fetch: Fetch,
    groups: Sequence[LogGroup],
    ident: str,
    start_ms: int,
    end_ms: int | None,
    *,
    report: Report,
    app: App | None = None,
) -> Verdict:
    """How the request that an id names ended, which part failed, and what to do next.

    ``ident`` is a request id, an extended request id, an execution ARN or a trace id. The id's own
    time narrows the search where it bears one; else ``start_ms`` to ``end_ms``. Groups that cannot
    be read go to ``report``. ``app`` is where the parts' owners and definitions are known from.
    """
    definitions = {m.name: m.definition for m in app.machines} if app else {}

    def look(also: str = "") -> Seen:
        return gather(
            fetch, groups, ident, start_ms, end_ms,
            report=report, definitions=definitions, also=also,
        )  # fmt: skip

    seen = look()
    if not seen.found:
        return Verdict(seen.asked, found=False, next_command="dragonctl status")
    judgement = judge(seen)
    if trace := _missing_trace(fetch, seen, judgement):
        seen = look(trace)
        judgement = judge(seen)
    return _verdict(fetch, app, seen, _sharpened(fetch, seen, judgement))


def _missing_trace(fetch: Fetch, seen: Seen, judgement: Judgement) -> str:
    """The trace of a request whose lines name none, where it could say what they do not."""
    request, span = seen.gateway.get(seen.asked), seen.trail.span()
    if not request or not span or not seen.untraced:
        return ""
    vague = judgement.outcome == "unknown" or judgement.unseen
    if judgement.chain and judgement.chain[0].kind in ("unclear", "backend status", "exception"):
        vague = True
    return segments.trace_of_request(fetch, request.id, *span) if vague else ""


def _sharpened(fetch: Fetch, seen: Seen, judgement: Judgement) -> Judgement:
    """A cause that nothing explains is explained by the root cause that X-Ray found, if it did."""
    cause = judgement.chain[0] if judgement.chain else None
    traces = traces_of(seen)
    if judgement.outcome != "failed" or cause is None or cause.kind != "unclear" or not traces:
        return judgement
    found = segments.root_cause(fetch, traces[0])
    if found:
        return replace(judgement, chain=[found, *judgement.chain])
    unseen = list(judgement.unseen)
    if not seen.traces:
        unseen.append(f"X-Ray shows nothing of its trace {traces[0]}.")
    return replace(judgement, unseen=unseen)


def _verdict(fetch: Fetch, app: App | None, seen: Seen, judgement: Judgement) -> Verdict:
    cause = judgement.chain[0] if judgement.chain else None
    if cause:
        cause = _advised(fetch, app, seen, judgement, cause)
    return Verdict(
        seen.asked,
        judgement.outcome,
        True,
        judgement.handled,
        cause,
        tuple(judgement.chain[1:]),
        judgement.status,
        _next(seen, judgement, cause),
        tuple(sorted(seen.trail.ids)),
        len(seen.events),
        tuple(judgement.unseen),
    )


def _advised(
    fetch: Fetch, app: App | None, seen: Seen, judgement: Judgement, cause: FailedPart
) -> FailedPart:
    """The cause with what to do about it; nobody is told to fix what was handled."""
    if judgement.outcome == "handled":
        return replace(cause, remedy="", next="")
    managed_by = commands.manager(fetch, app, cause) if app else None
    command = commands.next_command(seen.asked, cause, traces_of(seen), has_lines=bool(seen.events))
    return replace(cause, remedy=commands.advice(cause, managed_by), next=command)


def _next(seen: Seen, judgement: Judgement, cause: FailedPart | None) -> str:
    if judgement.outcome == "handled":
        return ""
    if cause:
        return cause.next
    if not seen.events:
        return f"dragonctl traces {traces_of(seen)[0]}" if seen.traces else "dragonctl status"
    return f"dragonctl logs --request {shlex.quote(seen.asked)}"
