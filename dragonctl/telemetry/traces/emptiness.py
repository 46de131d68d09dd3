"""Why there are no traces: where segments go, and what sampling keeps."""

from __future__ import annotations

import shlex
from functools import partial

from dragonctl.engine.model import Fetch
from dragonctl.engine.symptoms import unless_refused
from dragonctl.telemetry.traces.coverage import Coverage, read_coverage


def explain_empty(
    fetch: Fetch, expression: str = "", coverage: Coverage | None = None
) -> list[str]:
    """Why a list of traces may be empty, the likeliest first, each with what to do."""
    reasons = []
    coverage = coverage or read_coverage(fetch)
    if coverage.elsewhere and not coverage.complete:
        reasons.append(
            "Transaction Search is on: spans go to the log group aws/spans and X-Ray indexes only"
            " a part of them (1 % unless set otherwise). Name a trace by its id, search aws/spans,"
            " or raise the indexing percentage in CloudWatch's settings."
        )
    if expression:
        reasons.append("The filter may exclude every trace: try again without --filter.")
    reasons.extend(_sampling_reasons(fetch))
    reasons.append(
        "Tracing may be off (`dragonctl status` shows it), or nothing was called. Traces appear"
        " some seconds after a call."
    )
    return reasons


def _sampling_reasons(fetch: Fetch) -> list[str]:
    answer = unless_refused(partial(fetch, "xray", "GetSamplingRules")) or {}
    rules = [record.get("SamplingRule", {}) for record in answer.get("SamplingRuleRecords", ())]
    silent = [
        str(rule.get("RuleName"))
        for rule in rules
        if not rule.get("FixedRate") and not rule.get("ReservoirSize")
    ]
    if silent:
        fix = shlex.join(["dragonctl", "set-sampling", "--name", silent[0], "--rate", "0.05"])
        return [f"The sampling rule {', '.join(silent)} records nothing: `{fix}`."]
    rates = {str(rule.get("RuleName")): rule.get("FixedRate", 0) for rule in rules}
    if rates.get("Default", 1) < 1:
        share = f"{rates['Default'] * 100:g} %"
        return [f"Sampling records the first request of a second and {share} of the rest."]
    return []
