"""An unmodified prowler as judge of what `status --controls` says: `make bench-prowler`.

The sample is made observable and cached on a local AWS; prowler, of the version that the table of
controls is of, in an environment of its own, looks at it. Printed is each check with what prowler
says and what ``status --controls`` says. Exit 1 where one of :data:`MUST_PASS` fails, where a
check fails and ``status --controls`` does not say why, or where both judge and differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.observability import DRAGONCTL, environment, local_aws

PROWLER = Path(sys.prefix) / "prowler" / "bin" / "prowler"
RETENTION = "cloudwatch_log_group_retention_policy_specific_days_enabled"
SERVICES = ("apigateway", "awslambda", "stepfunctions")
MUST_PASS = (
    "apigateway_restapi_logging_enabled",
    "apigateway_restapi_tracing_enabled",
    "apigateway_restapi_cache_encrypted",
    "stepfunctions_statemachine_logging_enabled",
)
PREPARATION = (
    ("create-app", "--yes"),
    ("setup-observability", "--yes"),
    ("enable-cache", "--stage", "prod", "--yes"),
)

Verdicts = Mapping[str, set[bool]]
"""Check -> what was said of the things that it is about: passes, fails."""


def main() -> None:
    """Prepare, ask both, compare."""
    with tempfile.TemporaryDirectory() as scratch, local_aws() as endpoint:
        surroundings = environment(endpoint)
        for words in PREPARATION:
            run([str(DRAGONCTL), *words], surroundings)
        told = run([str(DRAGONCTL), "status", "--controls", "--output", "json"], surroundings)
        findings = json.loads(told)["controls"]["findings"]
        judged = dict(sorted(prowler_verdicts(surroundings, Path(scratch)).items()))
    for check, verdicts in judged.items():
        rows = [one for one in findings if one["control"] == check]
        print(f"{check:75} {words_of(verdicts):7} {words_of(one['met'] for one in rows)}")
    faults = list(differences(judged, findings))
    print("\n".join(faults) or "Both say the same, or say why not.")
    sys.exit(1 if faults else 0)


def run(command: list[str], surroundings: dict[str, str], good: Iterable[int] = (0,)) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def prowler_verdicts(surroundings: dict[str, str], folder: Path) -> Verdicts:
    """All checks of the services, then retention alone: prowler takes services or checks."""
    found: dict[str, set[bool]] = {}
    for name, chosen in (("services", ("--service", *SERVICES)), ("group", ("--check", RETENTION))):
        where = ("--output-directory", str(folder), "--output-filename", name)
        form = ("--output-formats", "json-ocsf", "--no-banner", "--no-color")
        region = ("--region", surroundings["AWS_DEFAULT_REGION"])
        command = [str(PROWLER), "aws", *region, *chosen, *form, *where]
        run(command, surroundings, good=(0, 3))  # 3: some check has failed
        for one in json.loads((folder / f"{name}.ocsf.json").read_text()):
            found.setdefault(one["metadata"]["event_code"], set()).add(one["status_code"] == "PASS")
    return found


def differences(judged: Verdicts, findings: list[dict[str, Any]]) -> Iterator[str]:
    """What must not be, as sentences."""
    for check in MUST_PASS:
        if judged.get(check) != {True}:
            yield f"{check} must pass, and prowler says: {words_of(judged.get(check, ()))}."
    for check, verdicts in judged.items():
        rows = [one for one in findings if one["control"] == check]
        if False in verdicts and not any(one["fix"] or one["why"] for one in rows):
            yield f"{check} fails, and `status --controls` does not say why."
        known = {one["met"] for one in rows} - {None}
        if known and known != verdicts:
            yield f"{check}: prowler says {words_of(verdicts)}, we say {words_of(known)}."


def words_of(verdicts: Iterable[bool | None]) -> str:
    """``pass``, ``fail``, ``both``, or ``-`` where nothing was judged."""
    known = {one for one in verdicts if one is not None}
    return "both" if len(known) > 1 else "pass" if True in known else "fail" if known else "-"


if __name__ == "__main__":
    main()
